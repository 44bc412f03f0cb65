import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { z } from 'zod'
import { type Cloud, createCloud } from '../local/cloud'
import { knowingJudge } from '../local/replay/annotators'
import { answerAtDesk } from '../local/replay/people'
import { ownersBucket } from '../local/stores'
import type { BusEvent } from '../packages/embedded-aws/src/service'
import { cascadeClaims } from '../shared/state/cascade-claims'
import { readCascades } from '../shared/cascades/files'
import { readLedger } from '../shared/state/ledger'
import { keys } from '../shared/keys'
import { judgementsRecord, planRecord, reportRecord, settledLine } from '../shared/records'
import { refusalIn } from '../shared/refused'
import { dynamoTable, type Table } from '../shared/table'
import { permanentRandom } from '../shared/text/cascade'
import { unpackFolder } from './fixtures/three-days/folder'
import { readInventory } from './fixtures/three-days/inventory'
import { DAY_MS, FIRST_DAY, madeUpPosts, type MadeUpPost, returning } from './fixtures/three-days/posts'
import { visit } from './fixtures/three-days/visitor'
import { deadLetters, packageDir } from './loop/story'

jest.setTimeout(300_000)

const MINUTE_MS = 60_000
const ANNOTATORS = ['ana', 'ben', 'cho']
const NEW_DATES = ['2026-06-04', '2026-06-05']

const before = readInventory()
const posts = madeUpPosts()

/** The state before the deployment, and after two more days. */
interface After {
  atOnce: { answers: unknown[]; people: unknown; champion: string }
  objects: Record<string, string>
  /** The cascade of each post, by hashtag and post id. */
  cascades: Record<string, string>
  labels: z.infer<typeof settledLine>[]
  roles: Awaited<ReturnType<typeof cascadeClaims>>
  ledgers: typeof before.ledgers
  /** The champion after each step, with the models that were promoted until then. */
  champions: { job: string; promoted: string[] }[]
  dead: string[]
}

const dataDir = mkdtempSync(path.join(tmpdir(), 'bellwether-three-days-'))
let cloud: Cloud | undefined
let after: After

beforeAll(async () => {
  await unpackFolder(dataDir, Date.parse(before.stoppedAt))
  const events: BusEvent[] = []
  cloud = await createCloud({
    packageDir: packageDir(),
    stackName: 'bellwether-dev',
    dataDir,
    overlay: { 'bellwether.yml': readFileSync(path.join(__dirname, 'fixtures/three-days/bellwether.yml'), 'utf8') },
    onEvent: (_, event) => void events.push(event),
  })
  after = await playOn(cloud, events)
})

afterAll(async () => {
  await cloud?.close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function playOn(running: Cloud, events: readonly BusEvent[]): Promise<After> {
  const objects = ownersBucket(running)
  const champions: After['champions'] = []
  const lookAtChampion = async () => {
    const stored = await objects.read(keys.champion({}))
    const { job } = z.object({ job: z.string() }).parse(JSON.parse(stored?.body.toString('utf8') ?? 'null'))
    champions.push({ job, promoted: jobsOf(events, 'ModelPromoted') })
  }
  const answers = []
  for (const { text } of before.champion.answers) {
    answers.push({ text, ...z.record(z.string(), z.unknown()).parse(await invoke(running, 'analyzer', { text })) })
  }
  await lookAtChampion()
  const { url } = z.object({ url: z.url() }).parse(await invoke(running, 'desk-invite', { owner: 'olga' }))
  const owner = await visit({ endpoint: running.endpoint, url }, 'owner')
  const { people } = z.object({ people: z.unknown() }).parse(await owner('GET', '/desk/owner/overview'))
  const atOnce = { answers, people, champion: champions[0]!.job }

  const to = async (at: number) => {
    await running.advanceTo(at)
    await running.idle()
    await lookAtChampion()
  }
  const judge = knowingJudge(posts, ['technical', 'marketing'], 0, 1)
  // On the fourth day nobody answers and the deadline settles the batch; after each of the two days annotators answer.
  for (const day of [4, 5]) {
    await to(FIRST_DAY + day * DAY_MS - MINUTE_MS)
    await to(FIRST_DAY + day * DAY_MS + 30 * MINUTE_MS)
    await answerAtDesk(running, ANNOTATORS, judge)
    // Labels are reported with a short delay.
    await to(FIRST_DAY + day * DAY_MS + 120 * MINUTE_MS)
  }

  const { key } = z.object({ key: z.string() }).parse(await invoke(running, 'labels', { export: 'manifest' }))
  const table = tableOf(running)
  const kept: Record<string, string> = {}
  const cascades: Record<string, string> = {}
  for await (const object of objects.list('')) {
    kept[object.key] = (await objects.read(object.key))!.body.toString('latin1')
    const run = keys.run.match(object.key)
    for (const [post, cascade] of (run && (await readCascades(objects, run))) ?? []) {
      cascades[`${run?.hashtag} ${post}`] = cascade
    }
  }
  return {
    atOnce,
    objects: kept,
    cascades,
    labels: linesOf(kept, key),
    roles: await cascadeClaims(table, Object.keys(before.roles), 'a batch of nobody'),
    ledgers: await Promise.all(
      before.ledgers.map(async ({ kind, of }) => ({ kind, of, spent: (await readLedger(table, kind, of)).spent })),
    ),
    champions,
    dead: await deadLetters(running),
  }
}

describe('a data folder of three days, after a deployment and two more days', () => {
  it('loses no object, and changes none that is immutable', () => {
    const sums = Object.entries(after.objects).map(([key, body]) => [key, hashOf(body)])

    expect(Object.fromEntries(sums)).toMatchObject(before.objects)
  })

  it('completes pending work, and gives up nothing', () => {
    expect(before.waiting).toEqual({ events: ['bellwether-dev-formatter'], messages: ['bellwether-dev-analyzer'] })
    expect(after.dead).toEqual([])
    const datasets = keysLike(/^datasets\/[^/]+\/dataset\.json$/).map((key) => after.objects[key])
    expect(datasets.join('\n')).toContain(`labeled/${correctionBatch()}/output.manifest`)
  })

  it('keeps everybody who was invited', () => {
    expect(after.atOnce.people).toEqual(
      before.people.map(({ name, role }) => ({ name, role, until: expect.stringMatching(/^2026-/) })),
    )
  })
})

describe('every message keeps', () => {
  it('its cascade id', () => {
    expect(after.cascades).toMatchObject(before.posts)
  })

  it.each(returning.map(({ name }, i) => [name, i] as const))('its cascade id when it returns: %s', (_, i) => {
    const seen = sightings(i)
    const first = returning[i]!.seen[0]!
    const known = first[0] === 0 ? before.imported[first[1]] : before.posts[nameOf(seen[0]!)]
    const again = seen.filter((post) => NEW_DATES.includes(post.createdAt.slice(0, 10)))

    expect(known).toMatch(/^[0-9a-f]{16}$/)
    expect(again.length).toBeGreaterThan(0)
    expect(again.map((post) => after.cascades[nameOf(post)])).toEqual(again.map(() => known))
  })

  it('its permanent random number', () => {
    const now = Object.keys(before.random).map((cascade) => [cascade, permanentRandom(cascade)])

    expect(Object.fromEntries(now)).toEqual(before.random)
  })

  it("its role, in the cascade's state and in everything asked or labelled", () => {
    const roles = Object.fromEntries(Object.entries(before.roles).map(([cascade, { role }]) => [cascade, role]))

    expect(Object.fromEntries([...after.roles].map(([cascade, { role }]) => [cascade, role]))).toEqual(roles)
    const told = [...plans().flatMap(({ items }) => items), ...after.labels]
    const others = told.filter(({ item, role }) => roles[item] !== undefined && roles[item] !== role)
    expect(others).toEqual([])
  })

  it('its label, without being asked for another one', () => {
    const now = Object.fromEntries(after.labels.map((line) => [line.item, line]))
    for (const [item, { label, role, adjudicated }] of Object.entries(before.labels)) {
      expect({ item, label: now[item]?.['label-metadata']['class-name'], role: now[item]?.role }).toEqual({
        item,
        label,
        role,
      })
      if (adjudicated) expect(now[item]?.['label-metadata'].adjudicated).toBe(true)
    }
    const asked = plans()
      .filter(({ date }) => NEW_DATES.includes(date))
      .flatMap(({ items }) => items.filter(({ purpose }) => purpose === 'label').map(({ item }) => item))
    expect(asked.filter((item) => before.labels[item])).toEqual([])
  })
})

it("keeps the owner's decision against later judgements", () => {
  const { item, label } = before.correction
  const line = after.labels.find((one) => one.item === item)

  expect(line?.['label-metadata']).toMatchObject({ 'class-name': label, adjudicated: true })
  expect(line?.['label-metadata'].judgements.map((one) => one.label)).not.toContain(label)
})

describe('the open batch', () => {
  const { batch, answers, items } = before.openBatch
  const labelled = new Map(answers.flatMap(({ item, label }) => (label === undefined ? [] : [[item, label] as const])))

  it('is settled by its deadline with every answer that was given', () => {
    const { items: judged } = judgementsRecord.parse(JSON.parse(after.objects[keys.judgements({ batch })] ?? 'null'))

    const said = judged.flatMap(({ item, judgements }) =>
      judgements.map(({ annotator, said: what }) => ({ annotator, item, ...what })),
    )
    const given = answers.filter(({ skip }) => !skip)
    expect(said.sort(byWords)).toEqual([...given].sort(byWords))
    const settled = linesOf(after.objects, keys.settledManifest({ batch }))
    expect(new Map(settled.map((line) => [line.item, line['label-metadata']['class-name']]))).toEqual(
      new Map([...labelled].filter(([item]) => settled.some((line) => line.item === item))),
    )
    expect(settled.length).toBeGreaterThan(0)
  })

  it('leaves unanswered items to later batches', () => {
    const answered = new Set(answers.map(({ item }) => item))
    const left = items.filter(({ item }) => !answered.has(item)).map(({ item }) => item)
    const standing = new Set(after.labels.map(({ item }) => item))

    expect(left.filter((item) => standing.has(item))).not.toEqual([])
    // The later batch had no place for the others; the next one can still ask them.
    expect(left.filter((item) => !standing.has(item) && !after.roles.get(item)?.available)).toEqual([])
  })
})

describe('the samples of the days after the deployment', () => {
  const draws = () => plansOf(NEW_DATES).flatMap((plan) => plan.draws)

  it('are of both kinds, with a known inclusion probability for every item', () => {
    const drawn = draws().flatMap(({ members }) => members.filter((member) => member.drawn !== 'before'))
    expect(new Set(drawn.map((member) => member.drawn))).toEqual(new Set(['evaluation', 'training']))
    const members = new Set(drawn.map(({ item }) => item))
    const unknown = plansOf(NEW_DATES)
      .flatMap(({ items }) => items)
      .filter(({ purpose, inclusionProbability }) => purpose === 'label' && inclusionProbability === null)

    expect(unknown.filter(({ item }) => members.has(item))).toEqual([])
    expect(unknown.filter(({ role }) => role !== 'training')).toEqual([])
  })

  it('exclude older training labels of unknown probability unless they were drawn again', () => {
    const old = Object.entries(before.labels).flatMap(([item, { role }]) => (role === 'training' ? [item] : []))
    const counted = draws().flatMap(({ members }) =>
      members.flatMap(({ item, drawn }) => (drawn === 'before' ? [item] : [])),
    )

    expect(old.length).toBeGreaterThan(0)
    expect(counted.filter((item) => old.includes(item))).toEqual([])
  })

  it('keep scores of new messages, and none of older ones', () => {
    const scored = keysLike(/^cascades\/.*\.csv$/)
      .filter((key) => NEW_DATES.some((date) => key.includes(`/date=${date}/`)))
      .flatMap((key) => after.objects[key]!.split('\r\n').slice(1, -1))
      .map((row) => row.split(','))
      .map(([, cascade, ...scores]) => ({ cascade: cascade!, isScored: scores.some((score) => score !== '') }))
    const old = new Set([...Object.values(before.posts), ...Object.values(before.imported)])

    expect(scored.filter(({ cascade, isScored }) => isScored && old.has(cascade))).toEqual([])
    expect(scored.filter(({ cascade, isScored }) => !isScored && !old.has(cascade))).toEqual([])
    expect(scored.some(({ isScored }) => isScored)).toBe(true)
  })
})

describe('the champion', () => {
  it('gives the same answers right after the deployment', () => {
    expect(after.atOnce).toMatchObject({ champion: before.champion.job, answers: before.champion.answers })
  })

  it('is used until another model is promoted', () => {
    for (const { job, promoted } of after.champions) expect([before.champion.job, ...promoted]).toContain(job)
    const reports = NEW_DATES.flatMap((date) => reportsOf(date))
    for (const { model } of reports) {
      expect([before.champion.job, ...after.champions.at(-1)!.promoted]).toContain(model)
    }
  })

  it('is challenged by a model trained on the old and the new labels', () => {
    const newest = keysLike(/^datasets\/[^/]+\/dataset\.json$/)
      .map((key) => dataset.parse(JSON.parse(after.objects[key]!)))
      .filter(({ manifests }) => manifests.includes(keys.settledManifest({ batch: NEW_DATES[1]! })))

    expect(newest).not.toEqual([])
    for (const batch of ['2026-06-01', '2026-06-02', '2026-06-03', NEW_DATES[0]!, correctionBatch()]) {
      expect(newest[0]!.manifests).toContain(keys.settledManifest({ batch }))
    }
    const cards = keysLike(/^models\/[^/]+\/card\.json$/).map((key) => after.objects[key])
    expect(cards.join('\n')).toContain(newest[0]!.datasetId)
  })
})

it('books new spending on top of the old', () => {
  for (const { kind, of, spent } of before.ledgers) {
    const now = after.ledgers.find((one) => one.kind === kind && one.of === of)?.spent
    const isMonth = of.length === '2026-06'.length
    // The day of the open batch is refunded what was booked for missing answers.
    if (isMonth && (kind === 'posts' || kind === 'collectUsd')) {
      const price = kind === 'posts' ? 1 : 0.005
      expect(now).toBeCloseTo(
        spent + price * (Object.keys(after.cascades).length - Object.keys(before.posts).length),
        6,
      )
    } else if (isMonth) expect(now).toBeGreaterThan(spent)
    else if (of === before.openBatch.batch) expect([kind, now! <= spent && now! > 0]).toEqual([kind, true])
    else expect([kind, of, now]).toEqual([kind, of, spent])
  }
})

describe('the reports', () => {
  it.each(before.reports)('still exist for #$hashtag on $date', ({ hashtag, date, posts: count }) => {
    expect(reportsOf(date).find((report) => report.hashtag === hashtag)?.day).toMatchObject({
      posts: count,
      messages: messagesOf(hashtag, date),
    })
  })

  it.each(NEW_DATES)('include labels from before and after the deployment for %s', (date) => {
    const reports = reportsOf(date)

    expect(reports.map(({ hashtag }) => hashtag).sort()).toEqual(['aws', 'azure'])
    for (const { hashtag, day, week, labels } of reports) {
      const collected = posts.filter((post) => post.hashtag === hashtag && post.createdAt.startsWith(date))
      expect([day.posts, day.messages]).toEqual([collected.length, messagesOf(hashtag, date)])
      expect(week.days).toBe(Number(date.slice(-1)))
      expect([day.byPosts.state, week.byPosts.state]).toEqual(['reported', 'reported'])
      expect(labels.batches).toEqual(expect.arrayContaining(['2026-06-01', date]))
    }
  })

  it('count the answers of the batch that was open during the deployment', () => {
    const { batch } = before.openBatch

    for (const { labels } of reportsOf(batch)) expect(labels.batches).toContain(batch)
    expect(reportsOf(batch)).toHaveLength(2)
  })
})

const dataset = z.object({ datasetId: z.string(), manifests: z.array(z.string()) })

const keysLike = (pattern: RegExp) => Object.keys(after.objects).filter((key) => pattern.test(key))
const plans = () =>
  keysLike(/^labeling\/[^/]+\/plan\.json$/).map((key) => planRecord.parse(JSON.parse(after.objects[key]!)))
const plansOf = (dates: readonly string[]) => plans().filter(({ date }) => dates.includes(date))
const reportsOf = (date: string) =>
  keysLike(/^reports\/(stream=[^/]+\/)?hashtag=/)
    .filter((key) => key.includes(`date=${date}`))
    .map((key) => reportRecord.parse(JSON.parse(after.objects[key]!)))
const correctionBatch = () =>
  Object.keys(before.objects).flatMap((key) => /^labeled\/(correction-[0-9a-f]+)\//.exec(key)?.[1] ?? [])[0]!

/** The different cascades of a day's posts. */
const messagesOf = (hashtag: string, date: string) =>
  new Set(
    posts
      .filter((post) => post.hashtag === hashtag && post.createdAt.startsWith(date))
      .map((post) => after.cascades[nameOf(post)]),
  ).size

/** The copies of a returning message, in order of time. */
const sightings = (place: number) => posts.filter(({ author }) => author === `r${place}`)
const nameOf = ({ hashtag, id }: MadeUpPost) => `${hashtag} ${id}`
const byWords = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

const linesOf = (objects: Record<string, string>, key: string) =>
  Buffer.from(objects[key] ?? '', 'latin1')
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => settledLine.parse(JSON.parse(line)))

const hashOf = (body: string) => createHash('sha256').update(body, 'latin1').digest('hex').slice(0, 16)

const jobsOf = (events: readonly BusEvent[], name: string) =>
  events
    .filter((event) => event['detail-type'] === name)
    .map(({ detail }) => z.object({ job: z.string() }).parse(detail).job)

async function invoke(running: Cloud, name: string, request: unknown): Promise<unknown> {
  const { payload, functionError } = await running.invoke(name, request)
  if (functionError || refusalIn(payload) !== undefined) throw new Error(`${name}: ${payload}`)
  return JSON.parse(payload)
}

function tableOf({ region, endpoint, stack }: Cloud): Table {
  const name = stack.resources.find(({ type }) => type === 'AWS::DynamoDB::Table')?.ref ?? ''
  const credentials = { accessKeyId: 'owner', secretAccessKey: 'owner' }
  return dynamoTable(new DynamoDBClient({ region, endpoint, credentials }), name)
}
