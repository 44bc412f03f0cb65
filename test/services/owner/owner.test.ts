import { beforeEach, describe, expect, it } from '@jest/globals'
import { handOut } from '../../../services/desk/hand-out'
import { takeAnswers } from '../../../services/desk/take-answers'
import { addBatch, changeChunk, readDeskBatch, readChunks } from '../../../shared/state/desk'
import { revoke } from '../../../shared/state/people'
import { claimBatch, markStarted } from '../../../shared/state/open-batches'
import { claimForLabelling } from '../../../shared/state/cascade-claims'
import type { LeftOver } from '../../../shared/records'
import { book } from '../../../shared/state/ledger'
import { labelsUnder } from '../../../shared/labels'
import { CATEGORIES } from '../../given'
import { qualityExample } from '../../shared/quality'
import { sentBack } from '../../shared/web/cookies'
import { lineOf, linesAt, newWorld, putLines, SETTINGS, type World } from './world'

let world: World
let cookie: string

beforeEach(async () => {
  world = newWorld()
  cookie = await world.enter()
})

const ROUTES = [
  'GET /desk/owner/session',
  'GET /desk/owner/overview',
  'GET /desk/owner/disputes',
  'GET /desk/owner/flags',
  'GET /desk/owner/decisions',
  'GET /desk/owner/labels',
  'GET /desk/owner/labels.csv',
  'GET /desk/owner/plan',
  'GET /desk/owner/touched',
  'POST /desk/owner/labels',
  'POST /desk/owner/close',
  'POST /desk/owner/invite',
  'POST /desk/owner/revoke',
]

const leftOver = (item: string, more: Partial<LeftOver> = {}): LeftOver => ({
  item,
  reason: 'disputed',
  found: '',
  again: false,
  plan: {
    item,
    post: `post of ${item}`,
    role: 'evaluation',
    hashtags: ['aws'],
    date: '2026-11-21',
    size: 3,
    inclusionProbability: 0.25,
    judgements: 2,
    purpose: 'label',
  },
  source: `what ${item} says`,
  judgements: [
    { annotator: 'ana', said: { label: 'technical' }, at: '2026-11-22T08:00:00Z' },
    { annotator: 'ben', said: { label: 'marketing' }, at: '2026-11-22T09:00:00Z' },
    { annotator: 'cho', said: { flag: 'unreadable' }, at: '2026-11-22T09:30:00Z' },
  ],
  ...more,
})
/** Unlabelled items of a batch are written before its manifest. */
const putLeft = async (batch: string, ...left: LeftOver[]) => {
  await world.bucket.put(`labeled/${batch}/refused.jsonl`, left.map((one) => `${JSON.stringify(one)}\n`).join(''))
  if (!world.bucket.texts()[`labeled/${batch}/output.manifest`]) await putLines(world.bucket, batch, [])
}

const torn = (item: string, more = {}) =>
  lineOf(item, 'technical', more, {
    confidence: 0.5,
    judgements: [
      { annotator: 'ana', label: 'technical' },
      { annotator: 'ben', label: 'marketing' },
    ],
  })

describe("access to the owner's page", () => {
  const strangers: [string, () => Promise<string>][] = [
    ['a visitor without a session', async () => ''],
    ["an annotator's cookie", async () => `bellwether-annotator=${await world.token({ annotator: 'ana' })}`],
    [
      "an annotator's token under the owner's name",
      async () => `bellwether-owner=${await world.token({ annotator: 'ana' })}`,
    ],
    [
      "a reader's token under the owner's name",
      async () => `bellwether-owner=${await world.token({ reader: 'team' })}`,
    ],
    ['a forged token', async () => cookie.replace(/.{9};/, 'AAAAAAAAA;')],
    ['a link token used as a session', async () => `bellwether-owner=${await world.token({ owner: 'me' })}`],
  ]
  it.each(strangers)('%s gets only an error', async (_, made) => {
    await putLines(world.bucket, '2026-11-22', [torn('a')])
    const before = [...world.bucket.written]
    const foreign = await made()
    for (const route of ROUTES) {
      const { status, json } = await world.send(route, {
        cookie: foreign,
        body: { item: 'a', label: 'marketing', batch: '2026-11-22', annotator: 'eve', name: 'me' },
        query: { words: 'says', item: 'a' },
      })
      expect(status).toBe(401)
      expect(Object.keys(json)).toEqual(['error', 'message'])
    }
    expect(world.bucket.written).toEqual(before)
    expect(world.closed).toEqual([])
  })

  it.each(['annotator', 'reader'])('refuses the link of an %s', async (role) => {
    const { status, json, cookies } = await world.send('POST /desk/owner/session', {
      body: { token: await world.token({ [role]: 'ana' }) },
    })

    expect([status, json.error, cookies]).toEqual([401, 'foreign', undefined])
  })

  it('ends when the link is revoked', async () => {
    await world.send('POST /desk/owner/invite', { cookie, body: { annotator: 'ana' } })
    const other = await world.send('POST /desk/owner/session', { body: { token: await world.token({ owner: 'you' }) } })
    await revoke(world.table, 'you')

    const { status, json } = await world.send('GET /desk/owner/overview', {
      cookie: sentBack(other.cookies).join('; '),
    })

    expect([status, json.error]).toEqual([401, 'revoked'])
  })
})

describe('the overview', () => {
  const look = async () => (await world.send('GET /desk/owner/overview', { cookie })).json

  it('is empty before there is a batch', async () => {
    expect(await look()).toMatchObject({
      categories: [{ name: 'technical', definition: 'It is technical.' }, { name: 'marketing' }],
      agreement: null,
      open: [],
      settled: [],
      counts: { settled: 0, imports: 0, corrections: 0, labels: 0, disputes: 0, flags: 0 },
      annotators: [],
      people: [{ name: 'me', role: 'owner' }],
    })
  })

  it("shows an open batch's progress and cost, and who answered", async () => {
    const batch = '2026-11-22'
    const items = ['a', 'b', 'c']
    await claimBatch(world.table, {
      batch,
      date: batch,
      claimedAt: '2026-11-23T00:12:00Z',
      deadline: '2026-11-23T20:12:00Z',
      runs: [],
      carried: [],
    })
    await markStarted(world.table, batch)
    await world.bucket.put(
      `labeling/${batch}/plan.json`,
      JSON.stringify({
        batch,
        date: batch,
        labeller: 'desk',
        job: 'j',
        schemaVersion: 1,
        categories: CATEGORIES,
        deadline: '2026-11-23T20:12:00Z',
        runs: [],
        cascades: 3,
        judgements: 4,
        costUsd: 0.05,
        items: items.map((item) => leftOver(item).plan),
        draws: [],
      }),
    )
    await addBatch(world.table, {
      batch,
      deadline: '2026-11-23T20:12:00Z',
      categories: SETTINGS.labels.categories,
      items: items.map((item) => ({ item, source: item, wanted: 1, most: 1 })),
      expiresAt: 1,
    })
    await handOut(world.table, 'ana', 3, world.now.getTime())
    const given = [
      { batch, item: items[1], revision: 0, label: 'technical' },
      { batch, item: items[2], revision: 0, skip: true },
    ]
    await takeAnswers({ table: world.table, publish: async () => undefined })('ana', given, [], world.now)
    await world.token({ annotator: 'ana' })
    await book(world.table, { kind: 'judgements', perDay: 200, perMonth: 6000 }, batch, 'batch x', 5)

    expect(await look()).toMatchObject({
      open: [
        {
          batch,
          deadline: '2026-11-23T20:12:00Z',
          labeller: 'desk',
          items: 3,
          complete: 1,
          judgements: 4,
          costUsd: 0.05,
        },
      ],
      annotators: [{ name: 'ana', open: 2, judgements: 0 }],
      spending: [
        {
          what: 'judgements',
          day: { of: '2026-11-22', spent: 5, cap: 200 },
          month: { of: '2026-11', spent: 5, cap: 6000 },
        },
        { what: 'labelUsd', day: { spent: 0, cap: 10 } },
      ],
    })
  })

  it("shows the current agreement, its reasons, and each annotator's reliability", async () => {
    await world.bucket.put('labeled/2026-11-22/quality.json', JSON.stringify(qualityExample))
    await putLines(world.bucket, '2026-11-22', [lineOf('a', 'technical')])
    await world.token({ annotator: 'zoe' })
    await world.token({ annotator: 'constructor' })

    const { agreement, settled, annotators } = await look()

    expect(agreement).toEqual({
      batch: '2026-11-22',
      status: qualityExample.status,
      reasons: qualityExample.reasons,
      alpha: qualityExample.alpha,
      selfAgreement: null,
    })
    expect(settled).toEqual([{ batch: '2026-11-22', items: 60, labelled: 58, judgements: 96, costUsd: 0 }])
    expect(annotators[0]).toEqual({
      name: 'ana',
      judgements: 80,
      // Wilson intervals: 38 of 40 technical give 0.835 to 0.986, 27 of 30 marketing give 0.744 to 0.965.
      reliability: { share: 0.925, low: expect.closeTo(0.828, 3), high: expect.closeTo(0.962, 3), items: 70 },
      gold: { items: 4, right: 4 },
      repeats: { items: 0, same: 0 },
      open: 0,
      invitedUntil: null,
    })
    expect(annotators.find(({ name }: { name: string }) => name === 'constructor')).toMatchObject({
      judgements: 0,
      reliability: null,
    })
    expect(annotators.at(-1)).toMatchObject({
      name: 'zoe',
      reliability: null,
      invitedUntil: '2026-12-07T10:00:00.000Z',
    })
  })

  it('does not report agreement on other categories', async () => {
    await world.bucket.put('labeled/2026-11-22/quality.json', JSON.stringify({ ...qualityExample, schemaVersion: 7 }))
    await putLines(world.bucket, '2026-11-22', [lineOf('a', 'technical')])

    expect((await look()).agreement).toBeNull()
  })

  it('reports the agreement of the last batch, and lists the last batches', async () => {
    const names = ['', ...Array.from({ length: 14 }, (_, i) => `-${i + 2}`)].map((end) => `2026-11-22${end}`)
    for (const batch of names) {
      await world.bucket.put(`labeled/${batch}/quality.json`, JSON.stringify({ ...qualityExample, batch }))
      await putLines(world.bucket, batch, [lineOf(`of ${batch}`, 'technical')])
    }

    const { agreement, settled } = await look()

    expect(agreement.batch).toBe('2026-11-22-15')
    expect(settled.map(({ batch }: { batch: string }) => batch)).toEqual(names.slice(1).reverse())
  })

  it('counts imported files and corrected labels separately from batches', async () => {
    // A different number of each kind, so that swapped counts would fail.
    for (const batch of ['2026-11-22', 'import-a', 'import-b', 'import-c', 'correction-a', 'correction-b']) {
      await putLines(world.bucket, batch, [lineOf(batch, 'technical')])
    }

    expect((await look()).counts).toEqual({ settled: 1, imports: 3, corrections: 2, labels: 6, disputes: 0, flags: 0 })
  })
})

describe('flagged posts', () => {
  const flags = async () => (await world.send('GET /desk/owner/flags', { cookie })).json
  const personal = (item: string) =>
    leftOver(item, {
      reason: 'flagged',
      judgements: [
        { annotator: 'ana', said: { flag: 'personal' }, at: '2026-11-22T08:00:00Z' },
        { annotator: 'ben', said: { flag: 'personal' }, at: '2026-11-22T09:00:00Z' },
        { annotator: 'cho', said: { label: 'technical' }, at: '2026-11-22T09:30:00Z' },
      ],
    })

  it('are listed with what most annotators said', async () => {
    await putLeft('2026-11-22', personal('c'), leftOver('d'))
    await putLines(world.bucket, '2026-11-22', [lineOf('b', 'technical')])

    expect(await flags()).toMatchObject({
      flags: [{ item: 'c', text: 'what c says', post: 'post of c', flag: 'personal', date: '2026-11-21' }],
      more: 0,
    })
  })

  it('disappear once the owner labels them, which is listed among the decisions', async () => {
    await putLeft('2026-11-22', personal('c'))
    await putLines(world.bucket, '2026-11-22', [lineOf('b', 'technical')])

    await world.send('POST /desk/owner/labels', { cookie, body: { item: 'c', label: 'marketing' } })

    expect(await flags()).toEqual({ flags: [], more: 0, noted: [] })
    expect((await world.send('GET /desk/owner/decisions', { cookie })).json).toMatchObject({
      found: [{ item: 'c', label: 'marketing', adjudicated: true }],
      more: 0,
    })
  })
})

describe('disputed posts', () => {
  const disputes = async () => (await world.send('GET /desk/owner/disputes', { cookie })).json.disputes

  it("are those without a majority, with each annotator's label", async () => {
    await putLines(world.bucket, '2026-11-22', [torn('a'), lineOf('b', 'technical')])
    await putLeft('2026-11-22', leftOver('c', { plan: { ...leftOver('c').plan, date: '2026-11-20' } }))

    expect(await disputes()).toEqual([
      {
        item: 'a',
        text: 'what a says',
        role: 'training',
        batch: '2026-11-22',
        date: '2026-11-21',
        label: 'technical',
        judgements: [
          { annotator: 'ana', label: 'technical', flag: null, note: null },
          { annotator: 'ben', label: 'marketing', flag: null, note: null },
        ],
      },
      {
        item: 'c',
        text: 'what c says',
        role: 'evaluation',
        batch: '2026-11-22',
        date: '2026-11-20',
        label: null,
        judgements: [
          { annotator: 'ana', label: 'technical', flag: null, note: null },
          { annotator: 'ben', label: 'marketing', flag: null, note: null },
          { annotator: 'cho', label: null, flag: 'unreadable', note: null },
        ],
      },
    ])
  })

  it("exclude posts with a majority, a single judge, a label of a later batch, or the owner's decision", async () => {
    const [tied] = [torn('a')]
    await putLines(world.bucket, '2026-11-21', [tied!, torn('d')])
    await putLines(world.bucket, '2026-11-22', [
      lineOf('a', 'marketing', {}, { 'creation-date': '2026-11-22T12:00:00' }),
      lineOf('d', 'technical', {}, { adjudicated: true }),
    ])
    await putLeft('2026-11-21', leftOver('e'), leftOver('f', { reason: 'unanswered', judgements: [] }))
    await putLines(world.bucket, '2026-11-23', [lineOf('e', 'technical')])

    expect(await disputes()).toEqual([])
  })

  it('leave the list when the owner decides, and are never asked again', async () => {
    await claimForLabelling(world.table, 'c', 'evaluation', '2026-11-22')
    await putLeft('2026-11-22', leftOver('c'))

    const { status, json } = await world.send('POST /desk/owner/labels', {
      cookie,
      body: { item: 'c', label: 'marketing' },
    })

    expect([status, json.outcome, json.before]).toEqual([200, 'corrected', null])
    expect(linesAt(world.bucket, json.batch)).toEqual([
      {
        source: 'what c says',
        item: 'c',
        'post-id': 'post of c',
        role: 'evaluation',
        hashtags: ['aws'],
        date: '2026-11-21',
        size: 3,
        'inclusion-probability': 0.25,
        label: 1,
        'label-metadata': {
          'class-name': 'marketing',
          confidence: 1,
          'human-annotated': 'yes',
          'job-name': `labeling-job/${json.batch}`,
          'creation-date': '2026-11-23T10:00:00.000',
          type: 'groundtruth/text-classification',
          'schema-version': 1,
          judgements: [
            { annotator: 'ana', label: 'technical' },
            { annotator: 'ben', label: 'marketing' },
          ],
          adjudicated: true,
        },
      },
    ])
    expect(await disputes()).toEqual([])
    expect(await claimForLabelling(world.table, 'c', 'evaluation', '2026-11-24')).toBe(false)
  })
})

describe('a correction of a label', () => {
  const find = async (words: string) => (await world.send('GET /desk/owner/labels', { cookie, query: { words } })).json
  const decide = (item: string, label: string | null) =>
    world.send('POST /desk/owner/labels', { cookie, body: { item, label } })
  const standing = async (item: string) =>
    (await labelsUnder(world.bucket, { schemaVersion: 1, categories: CATEGORIES })).get(item)

  beforeEach(() => putLines(world.bucket, '2026-11-22', [lineOf('a', 'technical'), lineOf('b', 'technical')]))

  it('finds the label by words of its post', async () => {
    expect(await find('A  SAYS')).toEqual({
      found: [
        {
          item: 'a',
          text: 'what a says',
          label: 'technical',
          role: 'training',
          batch: '2026-11-22',
          at: '2026-11-22T10:00:00.000',
          confidence: 1,
          adjudicated: false,
          judgements: [{ annotator: 'ana', label: 'technical', flag: null, note: null }],
        },
        expect.objectContaining({ item: 'b' }),
      ].slice(0, 2),
      more: 0,
    })
    expect((await find('nothing of this')).found).toEqual([])
  })

  it('overrules later judgements, keeps the role, and is stored once however often it is sent', async () => {
    const first = await decide('a', 'marketing')
    const again = await decide('a', 'marketing')
    await putLines(world.bucket, '2026-11-24', [
      lineOf('a', 'technical', {}, { 'creation-date': '2026-11-24T10:00:00' }),
    ])

    expect(first.json).toMatchObject({ outcome: 'corrected', before: { label: 'technical', batch: '2026-11-22' } })
    expect(again.json).toMatchObject({ outcome: 'unchanged', batch: first.json.batch })
    expect(await standing('a')).toMatchObject({ label: 'marketing', role: 'training', adjudicated: true })
    expect(await standing('b')).toMatchObject({ label: 'technical' })
    expect(world.bucket.written.filter((key) => key.includes('correction-'))).toHaveLength(1)
  })

  it('removes the label when no category fits, once, and can be undone', async () => {
    await putLeft('2026-11-22', leftOver('c'))
    const first = await decide('a', null)
    const again = await decide('a', null)
    const ofLeft = await decide('c', null)

    expect(first.json).toMatchObject({ outcome: 'corrected', before: { label: 'technical' } })
    expect(again.json).toMatchObject({ outcome: 'unchanged', batch: first.json.batch })
    expect(ofLeft.json).toMatchObject({ outcome: 'corrected', before: null })
    expect(linesAt(world.bucket, first.json.batch)).toMatchObject([
      { item: 'a', label: -1, 'label-metadata': { 'class-name': '', adjudicated: true, neither: true } },
    ])
    expect((await world.send('GET /desk/owner/disputes', { cookie })).json.disputes).toEqual([])
    expect((await find('what a says')).found.filter(({ item }: { item: string }) => item === 'a')).toEqual([])
    const decided = (await world.send('GET /desk/owner/decisions', { cookie })).json.found
    expect(decided.map(({ item, label }: { item: string; label: null }) => [item, label]).sort()).toEqual([
      ['a', null],
      ['c', null],
    ])

    expect((await decide('a', 'marketing')).json).toMatchObject({ outcome: 'corrected', before: null })
    expect(await standing('a')).toMatchObject({ label: 'marketing', adjudicated: true })
  })

  it('makes one batch of two simultaneous clicks', async () => {
    const [one, two] = await Promise.all([decide('a', 'marketing'), decide('a', 'marketing')])

    expect(one.json.batch).toBe(two.json.batch)
    expect(linesAt(world.bucket, one.json.batch)).toHaveLength(1)
  })

  it('can be undone', async () => {
    await decide('a', 'marketing')
    world.now = new Date('2026-11-23T11:00:00Z')
    await decide('a', 'technical')
    world.now = new Date('2026-11-23T12:00:00Z')
    await decide('a', 'marketing')

    expect(await standing('a')).toMatchObject({ label: 'marketing' })
    expect(world.bucket.written.filter((key) => key.includes('correction-'))).toHaveLength(3)
  })

  it.each([
    ['a label outside the categories', { item: 'a', label: 'spam' }, 400, 'unknown-label'],
    ['an unknown item', { item: 'zz', label: 'technical' }, 404, 'unknown-item'],
    ['a path as its item', { item: 'a b/../c', label: 'technical' }, 400, 'invalid'],
    ['a missing field', { item: 'a' }, 400, 'invalid'],
  ])('is refused with a named error when it has %s', async (_, body, status, error) => {
    const before = [...world.bucket.written]

    const answer = await world.send('POST /desk/owner/labels', { cookie, body })

    expect([answer.status, answer.json.error]).toEqual([status, error])
    expect(world.bucket.written).toEqual(before)
  })
})

describe('files to download', () => {
  const file = async (route: string, query: Record<string, string> = {}) => {
    const { status, headers, text, json } = await world.send(`GET /desk/owner/${route}`, { cookie, query })
    return { status, text, json, disposition: headers['content-disposition'], stored: headers['cache-control'] }
  }

  it('contain all labels, as CSV without executable cells', async () => {
    await putLines(world.bucket, '2026-11-21', [lineOf('a', 'technical', { source: '=HYPERLINK("http://evil")' })])

    const { status, text, disposition, stored } = await file('labels.csv')

    expect([status, disposition, stored]).toEqual([200, 'attachment; filename="bellwether-labels.csv"', 'no-store'])
    expect(text).toMatch(/^item,id,text,label,[^\n]*\r\na,post of a,"'=HYPERLINK\(""http:\/\/evil""\)",technical,/)
  })

  it('contain the plans of batches', async () => {
    await world.bucket.put('labeling/2026-11-22/plan.json', '{"batch":"2026-11-22"}')

    expect(await file('plan', { batch: '2026-11-22' })).toMatchObject({
      status: 200,
      text: '{"batch":"2026-11-22"}',
      disposition: 'attachment; filename="plan-2026-11-22.json"',
    })
    expect((await file('plan', { batch: '2026-11-23' })).status).toBe(404)
    expect((await file('plan', { batch: '../champion.json' })).status).toBe(400)
    expect((await file('plan')).status).toBe(400)
  })

  it("are refused with a remedy when they exceed Lambda's response limit", async () => {
    const lines = Array.from({ length: 30 }, (_, i) => lineOf(`i${i}`, 'technical', { source: 'x'.repeat(100_000) }))
    await putLines(world.bucket, '2026-11-21', lines)
    await world.bucket.put('labeling/2026-11-22/plan.json', `"${'x'.repeat(3_000_000)}"`)

    const [labels, plan] = [await file('labels.csv'), await file('plan', { batch: '2026-11-22' })]
    expect([labels.status, plan.status]).toEqual([413, 413])
    expect(labels.json.message).toContain(`npx sls invoke -f labels --data '{"export":"csv"}'`)
    expect(plan.json.message).toContain('labeling/2026-11-22/plan.json')
  })
})

describe('closing a batch early', () => {
  const close = (batch: unknown) => world.send('POST /desk/owner/close', { cookie, body: { batch } })

  it('asks labeling to settle it now', async () => {
    await claimBatch(world.table, {
      batch: '2026-11-22',
      date: '2026-11-22',
      claimedAt: '2026-11-23T00:12:00Z',
      deadline: '2026-11-23T20:12:00Z',
      runs: [],
      carried: [],
    })

    expect(await close('2026-11-22')).toMatchObject({ status: 202, json: { closing: '2026-11-22' } })
    expect(world.closed).toEqual(['2026-11-22'])
  })

  it.each([
    ['that is settled or does not exist', '2026-11-21', 409, 'not-open'],
    ['whose name is a path', '../2026-11-22', 400, 'invalid'],
  ])('does nothing for a batch %s', async (_, batch, status, error) => {
    const answer = await close(batch)

    expect([answer.status, answer.json.error]).toEqual([status, error])
    expect(world.closed).toEqual([])
  })
})

describe("people on the owner's page", () => {
  it.each(['reader', 'owner'])('include a %s who was invited', async (role) => {
    await world.send('POST /desk/owner/invite', { cookie, body: { [role]: 'eve' } })

    const { people } = (await world.send('GET /desk/owner/overview', { cookie })).json

    expect(people).toContainEqual({ name: 'eve', role, until: '2026-12-07T10:00:00.000Z' })
  })

  it('lose their link when the owner revokes it, and labeling settles a batch that everybody else has answered', async () => {
    for (const name of ['ana', 'ben'])
      await world.send('POST /desk/owner/invite', { cookie, body: { annotator: name } })
    const batch = { batch: '2026-11-23', date: '2026-11-22', runs: [], carried: [] }
    await claimBatch(world.table, { ...batch, claimedAt: '2026-11-23T00:12:00Z', deadline: '2026-11-24T06:00:00Z' })
    await markStarted(world.table, '2026-11-23')
    const asked = ['a1', 'b2'].map((item) => ({ item, source: `post ${item}`, wanted: 2, most: 3 }))
    const deadline = '2026-11-24T06:00:00Z'
    await addBatch(world.table, { batch: '2026-11-23', deadline, categories: [], items: asked, expiresAt: 4e9 })
    const end = async (name: string) =>
      (await world.send('POST /desk/owner/revoke', { cookie, body: { role: 'annotator', name } })).json.closing
    const row = await readDeskBatch(world.table, '2026-11-23')
    const [chunk] = row ? await readChunks(world.table, row) : []
    if (!chunk) throw new Error('no chunk')
    const given = { given: { label: 'technical' }, revision: 1, at: '2026-11-23T10:00:00Z' }
    await changeChunk(
      world.table,
      '2026-11-23',
      chunk,
      (items) => new Map([...items].map(([item, state]) => [item, { ...state, answers: { ana: given } }])),
    )

    expect(await end('ben')).toEqual(['2026-11-23'])
    expect(world.askedToSettle).toBe(1)
  })

  it('are invited with a link, and lose all their links together', async () => {
    const { json } = await world.send('POST /desk/owner/invite', { cookie, body: { annotator: 'ana' } })
    expect(json).toMatchObject({ name: 'ana', role: 'annotator', url: expect.stringMatching(/\/desk#./) })

    const revoked = await world.send('POST /desk/owner/revoke', { cookie, body: { role: 'annotator', name: 'ana' } })
    expect(revoked.json).toEqual({ revoked: 'ana', wasInvited: true, closing: [] })
  })

  it.each([
    ['be invited under a name that is a path', '/desk/owner/invite', { annotator: '../ana' }, 400, 'invalid'],
    ['revoke their own link', '/desk/owner/revoke', { role: 'owner', name: 'me' }, 409, 'yourself'],
    ['revoke the link of another owner', '/desk/owner/revoke', { role: 'owner', name: 'eve' }, 409, 'another-owner'],
  ])('cannot %s', async (_, path, body, status, error) => {
    const answer = await world.send(`POST ${path}`, { cookie, body })

    expect([answer.status, answer.json.error]).toEqual([status, error])
  })
})

it("does not reveal internal errors on the owner's page", async () => {
  world.bucket.list = () => {
    throw new Error('the secret is 42')
  }

  const { status, json } = await world.send('GET /desk/owner/disputes', { cookie })

  expect(status).toBe(500)
  expect(JSON.stringify(json)).not.toContain('42')
  expect(world.logged).toHaveLength(1)
})
