import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import { csvOf, numberColumns, shareCells, textColumns } from '../../pages/report/csv'
import { analyze } from '../../services/analyzer/analyze'
import { decideWeek } from '../../services/analyzer/moved'
import { serveDesk } from '../../services/desk/desk'
import { format } from '../../services/formatter/format'
import { answerLabels } from '../../services/labels/labels'
import { labelsRequest } from '../../services/labels/request'
import { mailWeek } from '../../services/mail/mail-week'
import { owner } from '../../services/owner/owner'
import { report } from '../../services/report/report'
import { s3Artefacts } from '../../shared/artefact'
import { keys } from '../../shared/keys'
import { labelStore, rulesOf } from '../../shared/labels'
import { makeMemory } from '../../shared/memory'
import { evidenceRecord, movedSharesRecord, type ReportRecord, reportRecord, settledLine } from '../../shared/records'
import type { Table } from '../../shared/table'
import { TEXT_VERSION } from '../../shared/text'
import { askTombstones, markWith } from '../../shared/tombstones'
import type { Letter } from '../../shared/topic'
import { answerInvitation, invitationRequest } from '../../shared/web/invitation'
import { aPost, aSettings, categoriesOf } from '../given'
import { cardExample, championExample } from '../shared/card'
import { memoryTable } from '../shared/memory-table'
import { archiveOf, tinyModel } from '../shared/models'
import { recorder } from '../shared/recorder'
import { testTable, type TestTable } from '../shared/tables'
import { sentBack } from '../shared/web/cookies'
import { linkKeys } from '../shared/web/keys'
import { functionOf, newWorld, storeRun, type World, wordsOf } from './labeling/world'

/** A Sunday, so that the week that it ends is decided. */
const DATE = '2026-06-07'
const BEFORE = '2026-05-31'
const ASKED_AT = new Date('2026-06-08T09:00:00Z')
const SITE = 'https://pages.example'

/** Names of members of every object, and names that a path, a quote, a formula or a terminal would take for its own. */
const LABELS: readonly (readonly [string, string])[] = [
  ['constructor', 'toString'],
  ['prototype', 'hasOwnProperty'],
  ['valueOf', '__defineGetter__'],
  ['isPrototypeOf', '__lookupSetter__'],
  ['a.b.c', '../a/b'],
  [`it's "quoted"`, 'two  words, and a comma;'],
  ['تقني', '\u202eevil'],
  ['ｆｕｌｌ　ｗｉｄｔｈ', '＝1+1'],
  ['=1+1', '<b onclick="x">'],
  ['l'.repeat(256), '__proto__ '.repeat(20).trim()],
]
const HASHTAGS = [
  'constructor',
  'prototype',
  'tostring',
  'hasownproperty',
  'valueof',
  '__definegetter__',
  'عربي',
  'ａｗｓ',
]
const ANNOTATORS: readonly (readonly [string, string])[] = [
  ['constructor', 'prototype'],
  ['-', '0'],
  ['a'.repeat(32), 'constructor'],
]

const stories = LABELS.map(
  (labels, i) =>
    [labels, HASHTAGS[i % HASHTAGS.length] ?? 'aws', ANNOTATORS[i % ANNOTATORS.length] ?? ['ana', 'ben']] as const,
)

/** Half of the messages have each label, and their words separate the labels. */
const TEXTS = Array.from(
  { length: 60 },
  (_, i) => `${i % 2 === 0 ? 'lambda cold start' : 'free webinar today'} ${wordsOf(String(i))}`,
)

const FILE = { type: 'file', file: 'posts.jsonl' }

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

interface Answer {
  status: number
  cookie: string
  text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- each test checks the body of the response that it asks for
  json: any
}

/** A stack with a custom name in every place. */
function stackOf(labels: readonly string[], hashtag: string, table: Table) {
  const settings = aSettings({
    hashtags: [{ tag: hashtag, source: 'constructor' }],
    sources: { constructor: FILE },
    labels: { categories: categoriesOf(labels) },
    labelling: { itemsPerDay: 60, evaluationShare: 0.7, evaluationJudgements: 2, trainingJudgements: 1 },
  })
  const world = newWorld({ settings, table, now: ASKED_AT })
  const { bucket } = world
  const wrong: unknown[] = []
  const common = { table, page: () => undefined, log: { error: (...given: unknown[]) => void wrong.push(given) } }
  const store = () => labelStore(bucket, rulesOf(settings.labels))
  const { publish } = recorder('analyzer')
  const settleAnswered = async () => void (await functionOf(world).request({ settle: 'answered' }))
  const serves = {
    desk: serveDesk({ ...common, publish, linkKey: linkKeys.annotator }),
    owner: owner({
      ...common,
      objects: bucket,
      labels: store(),
      settings,
      linkKeys,
      siteUrl: SITE,
      closeBatch: async (batch) => void (await functionOf(world).request({ settle: batch, now: true })),
      settleAnswered,
    }),
    report: report({ ...common, objects: bucket, settings, linkKey: linkKeys.reader }),
  }
  const send = async (
    page: keyof typeof serves,
    route: string,
    { body, cookie, query }: { body?: unknown; cookie?: string; query?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const [method = '', rawPath = ''] = route.split(' ')
    const event = {
      version: '2.0',
      rawPath,
      queryStringParameters: query,
      headers: { 'content-type': 'application/json' },
      ...(cookie ? { cookies: cookie.split('; ') } : {}),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      requestContext: { http: { method } },
    }
    const { statusCode, cookies, headers, body: text } = await serves[page](event, world.now)
    const isJson = headers['content-type']?.startsWith('application/json') && text
    return {
      status: statusCode,
      cookie: sentBack(cookies).join('; '),
      text,
      json: isJson ? JSON.parse(text) : null,
    }
  }
  const linkTo = async (request: object): Promise<URL> => {
    const made = await answerInvitation({ table, linkKeys, siteUrl: SITE, settleAnswered })(
      invitationRequest.parse(request),
      { now: world.now },
    )
    if (!('url' in made)) throw new Error('no link')
    return new URL(made.url)
  }
  const enter = async (page: keyof typeof serves, request: object, at: string): Promise<string> =>
    (await send(page, `POST ${at}/session`, { body: { token: (await linkTo(request)).hash.slice(1) } })).cookie
  return { world, settings, store, publish, send, linkTo, enter, wrong }
}
type Stack = ReturnType<typeof stackOf>

/** A model of these labels is live. */
async function putModel({ bucket }: World, labels: readonly string[]): Promise<void> {
  const job = 'model-1'
  const learnt = TEXTS.slice(0, 20).map((text, i) => ({ label: labels[i % 2] ?? '', text }))
  const archive = await archiveOf({ 'model.bin': tinyModel(learnt) })
  await bucket.put(keys.artefact({ job }), archive)
  const champion = {
    ...championExample,
    job,
    engine: 'fasttext',
    artefact: `s3://${bucket.bucket}/${keys.artefact({ job })}`,
    versionId: null,
    sha256: createHash('sha256').update(archive).digest('hex'),
    labels: [...labels].sort(),
    textVersion: TEXT_VERSION,
    schemaVersion: 1,
    prior: null,
  }
  await bucket.put(keys.champion({}), JSON.stringify(champion))
  const dataset = { ...cardExample.dataset, textVersion: TEXT_VERSION }
  await bucket.put(keys.card({ job }), JSON.stringify({ ...cardExample, job, dataset }))
}

/** An annotator answers all that they are shown: the first post is flagged after an undo, the others have the label of their words. */
async function answersAll({ send, enter }: Stack, annotator: string, labels: readonly string[]): Promise<number> {
  const cookie = await enter('desk', { annotator }, '/desk')
  let given = 0
  for (;;) {
    const { items, categories } = (await send('desk', 'GET /desk/batch/next', { cookie, query: { count: '20' } })).json
    if (items.length === 0) return given
    const answers = items.flatMap(({ batch, item, text }: { batch: string; item: string; text: string }, i: number) => {
      expect(categories[batch].map(({ name }: { name: string }) => name)).toEqual(labels)
      const label = labels[text.startsWith('lambda') ? 0 : 1]
      const first = { batch, item, revision: 0, label }
      if (given + i > 0) return [first]
      return [
        first,
        { batch, item, revision: 1, skip: true },
        { batch, item, revision: 2, flag: 'unreadable', note: '=1+1' },
      ]
    })
    const { answers: taken } = (await send('desk', 'POST /desk/answers', { cookie, body: { answers } })).json
    expect(taken.filter(({ result }: { result: string }) => result !== 'kept')).toEqual([])
    given += items.length
  }
}

/** One story is of an emulated DynamoDB, because that is where names become keys of maps. */
let tables: TestTable
beforeAll(async () => {
  tables = await testTable()
})
afterAll(() => tables.stop())

describe.each(stories)('the labels %j of #%s, judged by %j', (labels, hashtag, annotators) => {
  it('reach the report, the mail and the files unchanged from the desk', async () => {
    const stack = stackOf(labels, hashtag, labels === LABELS[0] ? tables.table : memoryTable())
    const { world, settings, store, publish, send, enter, linkTo, wrong } = stack
    const { bucket, table } = world
    await putModel(world, labels)
    const posts = TEXTS.map((text, i) =>
      aPost(`p${i}`, text, { createdAt: `${DATE}T10:00:00Z`, authorId: 'constructor' }),
    )
    const run = await storeRun(world, hashtag, DATE, posts)
    await functionOf(world).onRun(run)

    // The desk.
    for (const annotator of annotators) await linkTo({ annotator })
    const [first, second] = [
      await answersAll(stack, annotators[0], labels),
      await answersAll(stack, annotators[1], labels),
    ]
    expect(first + second).toBeGreaterThan(60)
    const cookie = await enter('desk', { annotator: annotators[0] }, '/desk')
    const lately = (await send('desk', 'GET /desk/answered', { cookie, query: { count: '500' } })).json
    expect(lately.items).toHaveLength(first)
    expect((await send('desk', 'GET /desk/progress', { cookie })).json.batches[0]).toMatchObject({ yours: first })
    await functionOf(world).request({ settle: DATE, now: true })
    const lines = (bucket.texts()[keys.settledManifest({ batch: DATE })] ?? '').trim().split('\n')
    const settled = lines.map((line) => settledLine.parse(JSON.parse(line)))
    expect(new Set(settled.map((line) => line['label-metadata']['class-name']))).toEqual(new Set(labels))

    // Labels from a file, and what is learnt from.
    const imported = {
      text: 'a post of another place',
      label: labels[1],
      date: DATE,
      hashtags: [hashtag],
      annotator: 'toString',
    }
    await bucket.put('imports/labels.jsonl', `${JSON.stringify(imported)}\n`)
    const tombstones = askTombstones(table, async () => markWith('a key for tests that is long enough'))
    const answer = answerLabels({ objects: bucket, table, settings, labels: store(), tombstones })
    const take = labelsRequest.parse({ import: 'imports/labels.jsonl' })
    expect(await answer(take, { now: world.now, log, remainingMs: () => 60_000 })).toMatchObject({
      items: 1,
      refused: {},
    })
    const dataset = await format({ objects: bucket, publish, settings, labels: store(), stream: () => 'file' })({
      now: world.now,
      log,
    })
    expect(Object.keys(dataset.classes).sort()).toEqual([...labels].sort())

    // The owner's page.
    const owners = await enter('owner', { owner: 'constructor' }, '/desk/owner')
    const asOwner = (route: string, sent: object = {}) => send('owner', route, { cookie: owners, ...sent })
    const overview = (await asOwner('GET /desk/owner/overview')).json
    for (const [i, name] of annotators.entries()) {
      const judgements = i === 0 ? first : second
      expect(overview.annotators.find((one: { name: string }) => one.name === name)).toMatchObject({ judgements })
    }
    const { flags } = (await asOwner('GET /desk/owner/flags')).json
    expect(flags.length).toBeGreaterThan(0)
    expect((await asOwner('GET /desk/owner/disputes')).status).toBe(200)
    const decided = await asOwner('POST /desk/owner/labels', { body: { item: settled[0]?.item, label: labels[1] } })
    expect(decided.status).toBe(200)
    const csv = (await asOwner('GET /desk/owner/labels.csv')).text
    const rows: Record<string, string>[] = parse(csv, { columns: true, bom: true })
    expect(new Set(rows.map(({ label = '' }) => label.replace(/^'/, '')))).toEqual(new Set(labels))
    expect(rows.filter((row) => Object.values(row).some((cell) => /^[=+@＝]/.test(cell)))).toEqual([])

    // The report, with its evidence.
    const ports = {
      objects: bucket,
      load: s3Artefacts(bucket),
      publish,
      enqueue: async () => undefined,
      table,
      labels: store(),
      memory: makeMemory(2 ** 20),
      settings,
      owner: () => 'invocation',
    }
    await analyze(ports)({ hashtag, date: DATE }, { now: world.now, remainingMs: () => 300_000 })
    const reportKey = Object.keys(bucket.texts()).find(
      (key) => key.startsWith('reports/hashtag') || key.startsWith('reports/stream'),
    )
    const made = await bucket.readJson(reportKey ?? '', reportRecord)
    expect(made.week.byPosts).toMatchObject({ state: 'reported' })
    expect(made.week.byPosts.shares.map(({ label }) => label).sort()).toEqual([...labels].sort())
    expect(made.week.byPosts.shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
    const evidenceKey = Object.keys(bucket.texts()).find((key) => key.startsWith('evidence/'))
    const evidence = await bucket.readJson(evidenceKey ?? '', evidenceRecord)
    expect(evidence.labels.map(({ label, messages }) => [label, messages.length > 0])).toEqual(
      labels.map((label) => [label, true]),
    )
    const reader = await enter('report', { reader: 'constructor' }, '/report')
    const data = await send('report', 'GET /report/data', { cookie: reader })
    expect(data.json.days[0].week.byPosts.shares).toHaveLength(2)
    const query = { hashtag, date: DATE }
    const shown = await send('report', 'GET /report/evidence', { cookie: reader, query })
    expect(shown.json.labels.map(({ label }: { label: string }) => label)).toEqual(labels)
    for (const label of labels) {
      const card = await linkTo({ card: 'constructor', hashtag, label })
      expect((await send('report', `GET ${card.pathname}`)).text).toMatch(/<p class="n">\d+&nbsp;%<\/p>/)
    }
    const table_ = csvOf(
      [...textColumns('hashtag', 'label'), ...numberColumns('share', 'low', 'high')],
      made.week.byPosts.shares.map((share) => [hashtag, share.label, ...shareCells(share)]),
    )
    const cells: string[][] = parse(table_, { from: 2 })
    expect(cells.map(([, label = '']) => label.replace(/^'/, '')).sort()).toEqual([...labels].sort())

    // The week, and its mail.
    await bucket.put(keys.report({ hashtag, date: BEFORE }), JSON.stringify(moved(made)))
    await decideWeek({ objects: bucket, publish, settings })(DATE, { now: new Date('2026-06-10T09:00:00Z') })
    const { streams } = await bucket.readJson(keys.movedShares({ week: DATE }), movedSharesRecord)
    expect(streams[0]?.labels.map(({ label }) => label).sort()).toEqual([...labels].sort())
    const sent: Letter[] = []
    const mailed = { objects: bucket, table, settings, stage: 'dev', site: SITE, owner: () => 'invocation' }
    const send_ = async (letter: Letter) => `message-${sent.push(letter)}`
    await mailWeek({ ...mailed, send: send_ })(DATE, {
      now: new Date('2026-06-10T09:00:00Z'),
      remainingMs: () => 60_000,
    })
    expect(sent[0]?.body.replaceAll(/[\s\u2068\u2069]/g, '')).toContain(hashtag)

    expect(wrong).toEqual([])
  })
})

/** The report of the week before, in which the shares of the labels were others. */
const moved = (now: ReportRecord): ReportRecord => ({
  ...now,
  date: BEFORE,
  week: {
    ...now.week,
    byPosts: {
      ...now.week.byPosts,
      raw: (now.week.byPosts.raw ?? []).map((one, i) => ({ ...one, estimate: i === 0 ? 0.05 : 0.95 })),
    },
  },
})
