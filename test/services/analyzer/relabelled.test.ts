import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { analyze, bringUpToDate, type AnalyzePorts, type ReportWork } from '../../../services/analyzer/analyze'
import { covariancesOf } from '../../../services/analyzer/covariances'
import { afterWait, reportRelabelled, whenSettled } from '../../../services/analyzer/relabelled'
import { unreportedBatches } from '../../../shared/state/reported-batches'
import { s3Artefacts } from '../../../shared/artefact'
import { writeCascades } from '../../../shared/cascades/files'
import { keys } from '../../../shared/keys'
import { makeMemory } from '../../../shared/memory'
import { labelStore, rulesOf } from '../../../shared/labels'
import { evidenceRecord, type PlanRecord, reportIndexRecord, reportRecord } from '../../../shared/records'
import { judgementErrors } from '../../../shared/statistics/judgement-errors'
import { noCounts } from '../../../shared/statistics/pair-counts'
import { namesOf } from '../../../shared/streams'
import { cascadeId } from '../../../shared/text/cascade'
import { aSettings, CATEGORIES } from '../../given'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { recorder, type RecordedEvent } from '../../shared/recorder'
import { qualityExample } from '../../shared/quality'
import { testTable, type TestTable } from '../../shared/tables'
import { MARKETING, post, putChampion, putRun, settledLineOf, TECHNICAL } from './day'

const DATE = '2026-11-21'
const DAY = { hashtag: 'aws', date: DATE }
/** The same day under its current stream name; labels may come from any release. */
const DAY_TODAY = { ...DAY, stream: 'file' }
const invocation = { now: new Date('2026-11-22T02:00:00Z'), remainingMs: () => 300_000 }
const SETTINGS = aSettings()

let tables: TestTable
let bucket: TestBucket
let events: RecordedEvent[]
let queue: unknown[]
let ports: AnalyzePorts
let owners = 0

beforeAll(async () => {
  tables = await testTable()
})
afterAll(() => tables.stop())

beforeEach(() => {
  bucket = testBucket()
  queue = []
  const recorded = recorder('analyzer')
  events = recorded.events
  ports = {
    objects: bucket,
    load: s3Artefacts(bucket),
    publish: recorded.publish,
    enqueue: async (request, delay = 0) => void queue.push(delay === 0 ? request : { request, delay }),
    table: tables.table,
    labels: labelStore(bucket, rulesOf(SETTINGS.labels)),
    memory: makeMemory(2 ** 20),
    settings: SETTINGS,
    owner: () => `owner ${++owners}`,
  }
})

/** Sixteen messages: every fourth is marketing, the others are technical. */
const texts = Array.from({ length: 16 }, (_, i) => `${i % 4 === 0 ? MARKETING : TECHNICAL} number${i}`)
const truth = (i: number) => (i % 4 === 0 ? 'marketing' : 'technical')

/** Stores a day's posts under a hashtag. */
async function collected(hashtag = 'aws', date = DATE): Promise<void> {
  await putRun(bucket, { hashtag, date, pages: [texts.map((text, i) => post(`${hashtag} ${date} ${i}`, text))] })
}

/** A draw of twelve of the sixteen messages, eight for evaluation and four for training. */
async function planned(
  hashtags: readonly string[],
  batch = DATE,
  model: string | null = null,
  date = DATE,
): Promise<void> {
  const members = texts.slice(0, 12).map((text, i) => ({
    item: cascadeId(text),
    size: 1,
    measure: 1,
    inclusionProbability: 0.75,
    evaluation: 0.5,
    training: 0.5,
    drawn: i < 8 ? ('evaluation' as const) : ('training' as const),
  }))
  const training = { target: 4, measure: 8 }
  const draw = { date, target: 8, cascades: 16, posts: 16, training, members }
  const plan: PlanRecord = {
    batch,
    date,
    labeller: 'desk',
    job: 'j',
    schemaVersion: 1,
    categories: CATEGORIES,
    deadline: '2026-11-22T21:00:00.000Z',
    runs: hashtags.map((hashtag) => keys.run({ hashtag, date, run: 'one' })),
    cascades: 16,
    judgements: 12,
    costUsd: 0,
    items: [],
    draws: hashtags.map((hashtag) => ({ hashtag, ...draw })),
    model,
  }
  await bucket.put(keys.plan({ batch }), JSON.stringify(plan))
}

async function labelled(
  batch: string,
  items: readonly number[],
  labelOf = truth,
  more: object = {},
  over: object = {},
): Promise<void> {
  const lines = items.map((i) => {
    const label = labelOf(i)
    const place = CATEGORIES.indexOf(label)
    return settledLineOf({ id: `p${i}`, text: texts[i]!, label, place }, over, more)
  })
  await bucket.put(keys.settledManifest({ batch }), lines.map((line) => `${line}\n`).join(''))
}

const twelve = Array.from({ length: 12 }, (_, i) => i)
const report = (hashtag = 'aws') => bucket.readJson(keys.report({ hashtag, date: DATE }), reportRecord)
const shareOf = async (hashtag?: string) => (await report(hashtag)).day.byPosts.shares

it("reports the days of a batch's draws once labels arrive, now with a share", async () => {
  await collected()
  await planned(['aws'])
  await analyze(ports)(DAY, invocation)
  const before = await report()
  await labelled(DATE, twelve)

  const asked = await reportRelabelled(ports)(DATE, invocation)
  await analyze(ports)(DAY, invocation)

  expect(before.day.byPosts).toMatchObject({ state: 'not-enough-labels', sampled: 12, labels: 0 })
  expect(asked.days).toEqual([DAY_TODAY])
  expect(queue).toContainEqual({ hashtag: 'aws', stream: 'file', days: [DATE] })
  expect(await report()).toMatchObject({
    model: null,
    labels: { version: 1, status: 'unmeasured', batches: [DATE], latest: '2026-11-22' },
    day: { byPosts: { state: 'reported', labels: 12 }, byMessages: { state: 'reported', labels: 12 } },
  })
  const [technical] = await shareOf()
  // Three in four are labelled technical. No item was judged twice, so an error rate of 1 in 20 is assumed.
  expect(technical!.share).toBeCloseTo((0.75 - 0.05) / (1 - 2 * 0.05))
  expect((await report()).labels.errors).toMatchObject({ source: 'assumed', rate: 0.05 })
  expect(events.at(-1)).toMatchObject({
    name: 'ShareReported',
    detail: {
      ...DAY,
      model: null,
      labels: 12,
      shares: expect.arrayContaining([expect.objectContaining({ basis: 'posts' })]),
    },
  })
  expect(await unreportedBatches(tables.table, [DATE])).toEqual(new Set())
})

it('reports the days of an unanswered batch, and says how many messages were asked', async () => {
  await collected()
  await analyze(ports)(DAY, invocation)
  await planned(['aws'], `${DATE}-2`)
  await labelled(`${DATE}-2`, [])

  const asked = await reportRelabelled(ports)(`${DATE}-2`, invocation)
  await analyze(ports)(DAY, invocation)

  expect(asked.days).toEqual([DAY_TODAY])
  expect((await report()).day.byPosts).toMatchObject({ state: 'not-enough-labels', sampled: 12, labels: 0 })
})

it('recomputes the report of the day that drew a label when the label is corrected outside a batch', async () => {
  await collected()
  await planned(['aws'])
  await labelled(DATE, twelve)
  await analyze(ports)(DAY, invocation)
  const before = await report()
  await labelled('correction-0123456789abcdef', [1, 2, 3], () => 'marketing', { adjudicated: true })

  const asked = await reportRelabelled(ports)('correction-0123456789abcdef', invocation)
  await analyze(ports)(DAY, invocation)

  expect(asked.days).toEqual([DAY_TODAY])
  const after = await report()
  expect(after.day.byPosts.shares[0]!.share).toBeLessThan(before.day.byPosts.shares[0]!.share - 0.2)
  expect(after.labels.batches).toEqual([DATE, 'correction-0123456789abcdef'])
})

it('recomputes the day when the owner decides that no category fits, and counts the item as flagged', async () => {
  await putChampion(bucket, 'model-1')
  await collected()
  await planned(['aws'], DATE, 'model-1')
  const cascades = texts.map((text, i) => [`aws ${DATE} ${i}`, cascadeId(text)] as const)
  const scores = new Map(cascades.map(([, item]) => [item, [0.9, 0.1]]))
  await writeCascades(bucket, { ...DAY, run: 'one' }, cascades, { labels: ['technical', 'marketing'], scores })
  await labelled(DATE, twelve)
  await analyze(ports)(DAY, invocation)
  const evidence = async () => (await bucket.readJson(keys.evidence(DAY), evidenceRecord)).messages
  expect(await evidence()).toEqual({ labelled: 12, predicted: 4, other: 0 })
  const decided = { adjudicated: true, neither: true, 'class-name': '', 'creation-date': '2026-11-23T09:00:00' }
  await labelled('correction-0123456789abcdef', [3], () => 'technical', decided, { label: -1 })

  const asked = await reportRelabelled(ports)('correction-0123456789abcdef', invocation)
  await analyze(ports)(DAY, invocation)

  expect(asked.days).toEqual([DAY_TODAY])
  expect((await report()).day.byPosts).toMatchObject({ labels: 11, sampled: 12, flagged: 1 })
  expect(await evidence()).toEqual({ labelled: 11, predicted: 4, other: 1 })
})

it('uses training labels like evaluation labels, and recomputes the day when one is corrected', async () => {
  await collected()
  await planned(['aws'])
  await labelled(DATE, twelve.slice(0, 8))
  await labelled(`${DATE}-2`, twelve.slice(8), () => 'technical', {}, { role: 'training' })
  await analyze(ports)(DAY, invocation)
  const before = await report()
  await labelled('correction-0123456789abcdef', [9, 10], () => 'marketing', { adjudicated: true }, { role: 'training' })

  const asked = await reportRelabelled(ports)('correction-0123456789abcdef', invocation)
  await analyze(ports)(DAY, invocation)

  expect(asked.days).toEqual([DAY_TODAY])
  expect(before.day.byPosts).toMatchObject({ labels: 12, sampled: 12 })
  // Two of twelve equally weighted labels changed, and the owner's decision is taken as correct.
  const corrected = (1 - 0.05) / (1 - 2 * 0.05)
  expect((await shareOf())[0]!.share).toBeCloseTo(before.day.byPosts.shares[0]!.share - (2 / 12) * corrected, 6)
  expect((await report()).labels.batches).toEqual([DATE, `${DATE}-2`, 'correction-0123456789abcdef'])
})

it('ignores in shares a label that annotators changed because a model doubted it', async () => {
  await collected()
  await planned(['aws'])
  await labelled(DATE, twelve)
  await analyze(ports)(DAY, invocation)
  const before = (await report()).day
  const metadata = { 'creation-date': '2026-11-23T09:00:00.000000' }
  await labelled('2026-11-22', [1, 2, 3], () => 'marketing', metadata)

  await reportRelabelled(ports)('2026-11-22', invocation)
  await analyze(ports)(DAY, invocation)

  expect((await ports.labels.read()).labels.get(cascadeId(texts[1]!))?.label).toBe('marketing')
  expect((await report()).day).toEqual(before)
  expect((await report()).labels.batches).toEqual([DATE])
})

describe('measured error rates', () => {
  /** Double judgements of which one in eight differ, and gold items in which technical is mistaken more often. */
  const measured = (categories: readonly string[], status: 'ok' | 'unreliable') => {
    const place = categories.indexOf('technical')
    const gold = noCounts(2).gold.map((row, truth) =>
      row.map((_, said) => (truth === said ? 90 : 10 + 20 * Number(truth === place))),
    )
    const counts = { ...noCounts(2), gold }
    return {
      ...qualityExample,
      batch: DATE,
      batches: [DATE],
      categories,
      status,
      errors: { ...judgementErrors(counts), counts },
    }
  }

  const shareBy = async (categories: readonly string[]) => {
    await collected()
    await planned(['aws'])
    await bucket.put(keys.quality({ batch: DATE }), JSON.stringify(measured(categories, 'ok')))
    await labelled(DATE, twelve)
    await analyze(ports)(DAY, invocation)
    return report()
  }

  it('correct the shares in whatever order the categories were listed', async () => {
    const one = await shareBy(CATEGORIES)
    bucket = testBucket()
    const objects = bucket
    ports = { ...ports, objects, memory: makeMemory(2 ** 20), labels: labelStore(objects, rulesOf(SETTINGS.labels)) }
    const other = await shareBy(CATEGORIES.toReversed())

    expect(one.labels).toMatchObject({ status: 'ok', errors: { source: 'gold', items: 220, differing: 40 } })
    expect(one.day.byPosts.words).not.toContain('assuming')
    // Three in four are labelled technical. Technical posts are mistaken more often, so the corrected share is larger.
    expect(one.day.byPosts.shares[0]!.share).toBeGreaterThan(0.85)
    expect(other.day.byPosts.words).toBe(one.day.byPosts.words)
    expect(other.day.byPosts.raw[0]!.estimate).toBeCloseTo(one.day.byPosts.raw[0]!.estimate, 9)
  })

  it('withhold the share when they are too high', async () => {
    await collected()
    await planned(['aws'])
    await bucket.put(keys.quality({ batch: DATE }), JSON.stringify(measured(CATEGORIES, 'unreliable')))
    await labelled(DATE, twelve)

    await analyze(ports)(DAY, invocation)

    const { day, labels } = await report()
    expect(labels.status).toBe('unreliable')
    expect(day.byPosts).toMatchObject({
      state: 'labels-unreliable',
      shares: [],
      judgements: { disagree: expect.any(Number) },
    })
    const detail = events.findLast(({ name }) => name === 'ShareReported')?.detail
    expect(detail).toMatchObject({ state: 'labels-unreliable', shares: [], words: day.byPosts.words })
    expect(detail).toMatchObject({
      disagree: expect.any(Number),
      judgements: expect.arrayContaining([expect.objectContaining({ basis: 'messages' })]),
    })
    const [entry] = (await bucket.readJson(keys.reportIndex({}), reportIndexRecord)).days
    expect(entry!.day.byPosts).toMatchObject({ state: 'labels-unreliable', judgements: day.byPosts.judgements })
  })
})

it('counts flagged items separately from unanswered ones', async () => {
  await collected()
  await planned(['aws'])
  const flagged = { item: cascadeId(texts[11]!), reason: 'flagged', found: '' }
  await bucket.put(keys.settledRefused({ batch: DATE }), `${JSON.stringify(flagged)}\n`)
  await labelled(DATE, twelve.slice(0, 10))

  await analyze(ports)(DAY, invocation)

  expect((await report()).day.byPosts).toMatchObject({ labels: 10, sampled: 12, flagged: 1 })
})

it('handles labels of several batches in one report', async () => {
  await collected()
  await planned(['aws'])
  await labelled(DATE, twelve)
  await analyze(ports)(DAY, invocation)
  const reported = events.length
  const at = (seconds: number) => ({ ...invocation, now: new Date(invocation.now.getTime() + seconds * 1000) })
  for (const i of [9, 10, 11]) {
    await labelled(`correction-${i}`, [i], () => 'marketing', { adjudicated: true }, { role: 'training' })
    await whenSettled(ports)(`correction-${i}`)
  }
  const waiting = queue.splice(0) as { request: { settled: string }; delay: number }[]
  const answers: unknown[] = []
  for (const { request, delay } of waiting) answers.push(await afterWait(ports)(request.settled, at(13 + delay)))
  const work = queue.splice(0) as ReportWork[]
  for (const one of work) expect(await bringUpToDate(ports)(one, at(33))).toMatchObject({ state: 'reported' })

  expect(waiting).toHaveLength(3)
  expect(answers).toEqual([{ days: [DAY_TODAY] }, { days: [] }, { days: [] }])
  expect(work).toEqual([{ hashtag: 'aws', stream: 'file', days: [DATE] }])
  expect((await report()).labels.batches).toEqual([DATE, 'correction-10', 'correction-11', 'correction-9'])
  expect(events.slice(reported).filter(({ name }) => name === 'ShareReported')).toHaveLength(1)
})

it('handles labels that arrive after others were reported in a further report', async () => {
  await collected()
  await planned(['aws'])
  await labelled(DATE, twelve)
  await analyze(ports)(DAY, invocation)
  for (const i of [16, 17]) {
    await labelled(`correction-${i}`, [i - 15], () => 'marketing', { adjudicated: true })

    expect(await afterWait(ports)(`correction-${i}`, invocation)).toEqual({ days: [DAY_TODAY] })
  }
})

it('changes no report for imported labels, whose inclusion probability is unknown', async () => {
  await collected()
  await planned(['aws'])
  await labelled(DATE, twelve)
  await analyze(ports)(DAY, invocation)
  const before = await report()
  const imported = { role: 'training', 'inclusion-probability': null }
  await labelled('import-0123456789abcdef', [12, 13, 14, 15], () => 'marketing', {}, imported)

  const asked = await reportRelabelled(ports)('import-0123456789abcdef', invocation)
  await analyze(ports)(DAY, invocation)

  expect(asked.days).toEqual([])
  expect(await report()).toEqual(before)
})

it('labels a message of two hashtags once and counts it in both', async () => {
  await collected('aws')
  await collected('azure')
  await planned(['aws', 'azure'])
  await labelled(DATE, twelve)

  const asked = await reportRelabelled(ports)(DATE, invocation)
  for (const day of asked.days) await analyze(ports)(day, invocation)

  expect(asked.days).toHaveLength(2)
  expect(await shareOf('azure')).toEqual(await shareOf('aws'))
  expect((await report('azure')).day.byPosts.labels).toBe(12)
})

describe('a day that changes', () => {
  const NEXT = '2026-11-22'
  /** Six days after NEXT: its week contains NEXT but not the first day. */
  const LAST = '2026-11-28'
  const reported = (from: number) =>
    events.slice(from).flatMap(({ name, detail }) => (name === 'ShareReported' ? [detail.date] : []))

  /** Three reported days, and a corrected label of the first one. */
  async function corrected(): Promise<void> {
    for (const date of [DATE, NEXT, LAST]) await collected('aws', date)
    await planned(['aws'])
    await labelled(DATE, twelve)
    for (const date of [DATE, NEXT, LAST]) await analyze(ports)({ hashtag: 'aws', date }, invocation)
    await labelled('correction-0123456789abcdef', [1, 2, 3], () => 'marketing', { adjudicated: true })
    await ports.labels.record('correction-0123456789abcdef')
  }

  it('recomputes later days whose week contains it; an unchanged one recomputes none', async () => {
    await corrected()
    const before = events.length

    await analyze(ports)(DAY, invocation)
    const first = reported(before)
    const again = events.length
    await analyze(ports)(DAY, invocation)

    expect(first).toEqual([NEXT, DATE])
    expect(reported(again)).toEqual([DATE])
    expect(queue).toEqual([])
  })

  it('is not classified by a model that went live after it', async () => {
    await corrected()
    await putChampion(bucket, 'model-a')

    const outcome = await bringUpToDate(ports)({ hashtag: 'aws', days: [DATE] }, invocation)

    expect(outcome).toMatchObject({ state: 'reported', classified: [] })
    for (const date of [DATE, NEXT]) {
      const { model, predictions } = await bucket.readJson(keys.report({ hashtag: 'aws', date }), reportRecord)
      expect({ model, predictions }).toEqual({ model: null, predictions: [] })
    }
  })

  it.each([
    ['changed by a label', async () => undefined],
    ['changed by a model', async () => putChampion(bucket, 'model-a')],
  ])(
    '%s leaves the same result and events as an uninterrupted run, wherever the function is killed',
    async (_, change) => {
      const prepare = async () => {
        bucket = testBucket()
        ports = { ...ports, objects: bucket, load: s3Artefacts(bucket), memory: makeMemory(2 ** 20) }
        ports.labels = labelStore(bucket, rulesOf(SETTINGS.labels))
        await corrected()
        await change()
        events.length = 0
      }
      const said = () => new Set(events.map((event) => JSON.stringify(event)))
      await prepare()
      const prepared = bucket.written.length
      await analyze(ports)(DAY, invocation)
      const [clean, cleanSaid, writes] = [bucket.texts(), said(), bucket.written.length - prepared]

      expect(writes).toBeGreaterThan(2)
      for (let fatal = 1; fatal <= writes; fatal++) {
        await prepare()
        let count = 0
        bucket.afterWrite = () => {
          if (++count === fatal) throw new Error('the function died')
        }
        await expect(analyze(ports)(DAY, invocation)).rejects.toThrow('died')
        ports.memory = makeMemory(2 ** 20)
        await analyze(ports)(DAY, invocation)

        expect(bucket.texts()).toEqual(clean)
        expect(said()).toEqual(cleanSaid)
      }
    },
  )
})

it('counts the labels of a second batch for the same day only once', async () => {
  await collected()
  await planned(['aws'])
  await planned(['aws'], `${DATE}-2`)
  await labelled(DATE, twelve)

  await analyze(ports)(DAY, invocation)

  expect((await report()).day.byPosts).toMatchObject({ labels: 12, sampled: 12 })
  expect((await report()).day.posts).toBe(16)
})

it('does not change a report by a promotion and a recomputed day after it', async () => {
  await collected()
  await planned(['aws'], DATE, 'model-a')
  await labelled(DATE, twelve)
  await putChampion(bucket, 'model-a')
  await analyze(ports)(DAY, invocation)
  const before = await report()
  await putChampion(bucket, 'model-b', 'contrary')

  await analyze(ports)(DAY, invocation)

  expect(before).toMatchObject({ model: 'model-a', predictions: [expect.any(String)] })
  expect(await report()).toEqual(before)
})

it('fails with a named error for a model that does not load, and leaves the report unchanged', async () => {
  await collected()
  await analyze(ports)(DAY, invocation)
  const before = await report()
  await putChampion(bucket, 'model-a')
  await bucket.put(keys.artefact({ job: 'model-a' }), 'no archive')

  await expect(analyze(ports)(DAY, invocation)).rejects.toMatchObject({ code: 'MODEL_UNREADABLE' })
  expect(await report()).toEqual(before)
})

it('uses the valid lines of a batch with malformed ones', async () => {
  await collected()
  await planned(['aws'])
  await labelled(DATE, twelve)
  const good = bucket.texts()[keys.settledManifest({ batch: DATE })]!
  await bucket.put(keys.settledManifest({ batch: DATE }), `{"item":\n${good}null\n`)

  expect((await reportRelabelled(ports)(DATE, invocation)).days).toEqual([DAY_TODAY])
  await analyze(ports)(DAY, invocation)
  expect((await report()).day.byPosts.labels).toBe(12)
})

it('fails with a named error when the batch has no labels', async () => {
  await expect(reportRelabelled(ports)('2026-01-01', invocation)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

describe('the shares of two weeks', () => {
  const BEFORE = '2026-11-14'
  /** A day with other or the same messages a week before, and labels of both days. */
  async function twoWeeks(textsBefore: readonly string[]): Promise<ReadonlyMap<string, number>> {
    await putRun(bucket, { ...DAY, date: BEFORE, pages: [textsBefore.map((text, i) => post(`before ${i}`, text))] })
    await collected()
    await planned(['aws'], BEFORE, null, BEFORE)
    await planned(['aws'])
    await labelled(DATE, twelve)
    await analyze(ports)({ ...DAY, date: BEFORE }, invocation)
    await analyze(ports)(DAY, invocation)
    return covariancesOf(ports)(namesOf(SETTINGS, DAY_TODAY), '2026-11-22')
  }

  it('are correlated when the same messages were drawn for both', async () => {
    const covariances = await twoWeeks(texts)
    const own = (await report()).week.byPosts.raw.map(
      ({ label, standardError }) => [label, standardError ** 2] as const,
    )

    for (const [label, variance] of own) {
      expect(covariances.get(label)).toBeGreaterThan(0.3 * variance)
      expect(covariances.get(label)).toBeLessThanOrEqual(variance)
    }
  })

  it('are independent when the weeks have no message in common', async () => {
    const covariances = await twoWeeks(texts.map((text) => `${text} of then`))

    expect([...covariances.values()]).toEqual([0, 0])
  })
})
