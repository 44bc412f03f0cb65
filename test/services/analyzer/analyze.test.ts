import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { s3Artefacts } from '../../../shared/artefact'
import { BellwetherError } from '../../../shared/errors'
import { keys } from '../../../shared/keys'
import { makeMemory } from '../../../shared/memory'
import { labelStore, rulesOf } from '../../../shared/labels'
import { postsToCsv } from '../../../shared/posts'
import { writeCascades } from '../../../shared/cascades/files'
import { championRecord, evidenceRecord, factsRecord, reportIndexRecord, reportRecord } from '../../../shared/records'
import { TEXT_VERSION } from '../../../shared/text'
import { analyze, bringUpToDate, type AnalyzePorts } from '../../../services/analyzer/analyze'
import { askChampion } from '../../../services/analyzer/ask'
import { aSettings } from '../../given'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { recorder, type RecordedEvent } from '../../shared/recorder'
import { testTable, type TestTable } from '../../shared/tables'
import { MARKETING, post, putChampion, putRun, RETWEET, TECHNICAL } from './day'

const DAY = { hashtag: 'aws', date: '2026-11-21' }
const invocation = { now: new Date('2026-11-22T02:00:00Z'), remainingMs: () => 300_000 }
/** When a message that was put back on the queue is delivered again. */
const LATER = new Date('2026-11-22T02:00:20Z')

const SETTINGS = aSettings()

let tables: TestTable
let bucket: TestBucket
let events: RecordedEvent[]
let queue: { request: unknown; delaySeconds: number }[]
let ports: AnalyzePorts
let owners = 0

beforeAll(async () => {
  tables = await testTable()
})
afterAll(() => tables.stop())

function portsOf(objects: TestBucket): AnalyzePorts {
  const recorded = recorder('analyzer')
  events = recorded.events
  queue = []
  // All buckets share one table, so each has its own days.
  const bucketId = ++owners
  const ownKey = ({ pk, sk }: { pk: string; sk: string }) => ({ pk: `${bucketId} ${pk}`, sk })
  return {
    objects,
    load: s3Artefacts(objects),
    publish: recorded.publish,
    enqueue: async (request, delaySeconds = 0) => void queue.push({ request, delaySeconds }),
    table: {
      get: (key) => tables.table.get(ownKey(key)),
      getMany: (wanted) => tables.table.getMany(wanted.map(ownKey)),
      update: (key, change) => tables.table.update(ownKey(key), change),
    },
    labels: labelStore(objects, rulesOf(SETTINGS.labels)),
    memory: makeMemory(2 ** 20),
    settings: SETTINGS,
    owner: () => `owner ${++owners}`,
  }
}

beforeEach(() => {
  bucket = testBucket()
  ports = portsOf(bucket)
})

/** A promise that one part of a test awaits and another resolves. */
function signal() {
  let give = (): void => undefined
  const given = new Promise<void>((resolve) => (give = resolve))
  return { given, give }
}

const technical = (share: number) => ({ label: 'technical', share })
const marketing = (share: number) => ({ label: 'marketing', share })
const report = () => bucket.readJson(keys.report(DAY), reportRecord)
const index = () => bucket.readJson(keys.reportIndex({}), reportIndexRecord)
const predictions = (run = 'one') => bucket.texts()[keys.predictions({ ...DAY, run })]

it('gives a model of text version 1 tokens of version 1', async () => {
  await putChampion(bucket, 'model-1', 'of retweets', '1')
  await putRun(bucket, { pages: [[post('1', RETWEET.text)]] })

  await analyze(ports)(DAY, invocation)
  const [answer] = await askChampion(ports)([RETWEET.text])

  expect(predictions()).toMatch(/\r\n1,technical,/)
  expect(answer).toMatchObject({ model: 'model-1', label: 'technical' })
})

const evidence = (date = DAY.date) => bucket.readJson(keys.evidence({ ...DAY, date }), evidenceRecord)

describe('evidence of a report', () => {
  const COPY = `RT @bob: ${TECHNICAL}`

  it("has the day's messages with their posts, and marks labels that the model gave", async () => {
    await putChampion(bucket, 'model-1')
    const posts = [post('1'), { ...post('2', COPY), retweetOf: '1' }, post('3', MARKETING)]
    await putRun(bucket, { pages: [posts] })
    const [technical, marketing] = [cascadeOf('1'), cascadeOf('3')]
    const cascades = [['1', technical] as const, ['2', technical] as const, ['3', marketing] as const]
    const scores = new Map([
      [technical, [0.9, 0.1]],
      [marketing, [0.2, 0.8]],
    ])
    await writeCascades(bucket, { ...DAY, run: 'one' }, cascades, { labels: ['technical', 'marketing'], scores })

    await analyze(ports)(DAY, invocation)

    const { labels, messages, posts: all } = await evidence()
    expect(all).toBe(3)
    expect(messages).toEqual({ labelled: 0, predicted: 2, other: 0 })
    expect(labels.find(({ label }) => label === 'technical')).toEqual({
      label: 'technical',
      messages: [{ item: technical, post: '1', text: TECHNICAL, language: 'en', posts: 2, predicted: true }],
      words: [],
      moves: [],
    })
  })

  it('is not rewritten when nothing changed', async () => {
    await putRun(bucket, { pages: [[post('1')]] })
    await analyze(ports)(DAY, invocation)
    const before = bucket.texts()[keys.evidence(DAY)]
    bucket.written.length = 0

    await analyze(ports)(DAY, invocation)

    expect(bucket.texts()[keys.evidence(DAY)]).toBe(before)
    expect(bucket.written).not.toContain(keys.evidence(DAY))
  })

  it('does not prevent the report when the posts have expired', async () => {
    await putRun(bucket, { pages: [[post('1')]] })
    await analyze(ports)(DAY, invocation)
    const stream: TestBucket['stream'] = async (key) => {
      if (key.startsWith('raw/')) throw new BellwetherError('OBJECT_MISSING', key)
      return bucket.stream(key)
    }

    expect(await analyze({ ...ports, objects: { ...bucket, stream } })(DAY, invocation)).toMatchObject({
      state: 'reported',
    })
  })
})

/** Writes the cascades of a run's posts with kept scores; every post is a message of its own. */
const keep = (scores: Record<string, number[]>, run = 'one') => {
  const cascades = Object.keys(scores).map((id) => [id, cascadeOf(id)] as const)
  const kept = new Map(Object.entries(scores).map(([id, of]) => [cascadeOf(id), of]))
  return writeCascades(bucket, { ...DAY, run }, cascades, { labels: ['technical', 'marketing'], scores: kept })
}
const cascadeOf = (id: string) => id.padStart(16, '0')

describe('analyzing a run', () => {
  it('classifies, counts and reports it page by page', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1'), post('2', MARKETING)], [post('3')]] })

    const analysis = await analyze(ports)(DAY, invocation)

    expect(analysis).toMatchObject({ state: 'reported', classified: ['one'] })
    expect(predictions()).toMatch(
      /^post_id,label,probability,model,cascade,probabilities\r\n1,technical,\d\.\d{6},model-a,[0-9a-f]{16},"\{""marketing"":0[.\d]*,""technical"":0[.\d]*\}"\r\n2,marketing,.*\r\n3,technical,.*\r\n$/,
    )
    expect(await report()).toMatchObject({
      model: null,
      complete: true,
      day: { posts: 3, messages: 2, byPosts: { counting: [] } },
      predictions: [keys.predictions({ ...DAY, run: 'one' })],
    })
    expect((await index()).days).toMatchObject([{ ...DAY, day: { posts: 3 } }])
    expect(events).toMatchObject([
      { name: 'ShareReported', detail: { ...DAY, model: null, posts: 3, shares: [] } },
      { name: 'NotEnoughLabels', detail: { ...DAY, labels: 0, more: 2 } },
    ])
  })

  it('keeps every post, in order, of a run with many pages', async () => {
    await putChampion(bucket, 'model-a')
    const pages = [0, 1, 2].map((page) => Array.from({ length: 700 }, (_, i) => post(`${page * 700 + i}`)))
    await putRun(bucket, { pages })

    await analyze(ports)(DAY, invocation)

    const ids = predictions()!
      .trim()
      .split('\r\n')
      .slice(1)
      .map((row) => row.split(',')[0])
    expect(ids).toEqual(Array.from({ length: 2100 }, (_, i) => String(i)))
  })

  it.each([
    ['commas and quotes in its id', 'a,"b"', TECHNICAL],
    ['a newline in its id', 'a\nb', TECHNICAL],
    ['no word that the model knows', '1', '❤'],
    ['an empty text', '1', ''],
    ['a label smuggled into its text', '1', '__label__marketing how we cut cold starts of a lambda'],
    ['newlines in its text', '1', 'how we\ncut\r\ncold starts of\u2028a lambda'],
  ])('counts a post with %s once', async (_, id, text) => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post(id, text), post('other')]] })

    await analyze(ports)(DAY, invocation)
    const again = await analyze(ports)(DAY, invocation)

    expect((await report()).day.posts).toBe(2)
    expect(again).toMatchObject({ classified: [] })
  })

  it('reports a run without posts, without shares', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [] })

    await analyze(ports)(DAY, invocation)

    expect(await report()).toMatchObject({ day: { posts: 0, byPosts: { state: 'no-posts', shares: [] } } })
    expect(events).toMatchObject([{ detail: { posts: 0, shares: [] } }])
  })

  it('writes a report but no predictions before the first promotion', async () => {
    await putRun(bucket, { pages: [[post('1')]] })

    const analysis = await analyze(ports)(DAY, invocation)

    expect(analysis).toMatchObject({ state: 'reported', classified: [] })
    expect(await report()).toMatchObject({
      model: null,
      day: {
        posts: 1,
        messages: 1,
        byPosts: { state: 'not-enough-labels', counting: [], pacc: { state: 'no-model' } },
      },
      predictions: [],
    })
    expect(predictions()).toBeUndefined()
  })

  it('fails for a day without a run, naming the day', async () => {
    await putChampion(bucket, 'model-a')

    await expect(analyze(ports)(DAY, invocation)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('analyzing a day', () => {
  it('counts a post of two runs once, and is incomplete while one of the runs is', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { run: 'one', pages: [[post('1'), post('2')]] })
    await putRun(bucket, { run: 'two', pages: [[post('2'), post('3', MARKETING)]], complete: false })
    await keep({ 1: [0.9, 0.1], 2: [0.8, 0.2] })
    await keep({ 2: [0.8, 0.2], 3: [0.1, 0.9] }, 'two')

    await analyze(ports)(DAY, invocation)

    expect(await report()).toMatchObject({
      complete: false,
      day: { posts: 3, byPosts: { counting: [technical(2 / 3), marketing(1 / 3)] } },
    })
  })

  it('does not confuse a hashtag with another that starts with the same letters', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1')]] })
    await putRun(bucket, { hashtag: 'aws2', pages: [[post('2')]] })

    await analyze(ports)(DAY, invocation)

    expect((await report()).day.posts).toBe(1)
  })

  it('replaces only its own entry in the sorted index', async () => {
    await putChampion(bucket, 'model-a')
    for (const [hashtag, date] of [
      ['azure', '2026-11-20'],
      ['aws', '2026-11-21'],
      ['aws', '2026-11-20'],
    ] as const) {
      await putRun(bucket, { hashtag, date, pages: [[post('1')]] })
      await analyze(ports)({ hashtag, date }, invocation)
    }

    await analyze(ports)(DAY, invocation)

    expect((await index()).days.map(({ hashtag, date }) => `${date} ${hashtag}`)).toEqual([
      '2026-11-20 aws',
      '2026-11-20 azure',
      '2026-11-21 aws',
    ])
  })

  it('loses no index entry to a concurrent writer', async () => {
    await putChampion(bucket, 'model-a')
    const dates = ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21']
    for (const date of dates) await putRun(bucket, { hashtag: `aws${date.slice(-2)}`, date, pages: [[post('1')]] })

    await Promise.all(dates.map((date) => analyze(ports)({ hashtag: `aws${date.slice(-2)}`, date }, invocation)))

    expect((await index()).days.map(({ date }) => date)).toEqual(dates)
  })

  it('writes nothing again for a duplicate event, and publishes the same event', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1')]] })
    await analyze(ports)(DAY, invocation)
    const before = bucket.written.length

    await analyze(ports)(DAY, invocation)

    expect(bucket.written).toHaveLength(before)
    expect(events.slice(2)).toEqual(events.slice(0, 2))
  })

  it('leaves the same result as an uninterrupted run, wherever the function is killed', async () => {
    const prepare = async (into: TestBucket) => {
      await putChampion(into, 'model-a')
      await putRun(into, { run: 'one', pages: [[post('1')], [post('2', MARKETING)]] })
      await putRun(into, { run: 'two', pages: [[post('3')]] })
    }
    await prepare(bucket)
    const prepared = bucket.written.length
    await analyze(ports)(DAY, invocation)
    const clean = bucket.texts()
    const writes = bucket.written.length - prepared

    // The predictions of two runs, facts, evidence, report, index, the empty label snapshot, and two tables.
    expect(writes).toBe(9)
    for (let fatal = 1; fatal <= writes; fatal++) {
      const other = testBucket()
      await prepare(other)
      let count = 0
      other.afterWrite = () => {
        if (++count === fatal) throw new Error('the function died')
      }
      const again = portsOf(other)
      await expect(analyze(again)(DAY, invocation)).rejects.toThrow('died')
      await analyze(again)(DAY, invocation)

      expect(other.texts()).toEqual(clean)
    }
  })
})

describe('day facts', () => {
  const facts = () => bucket.readJson(keys.facts(DAY), factsRecord)
  const readsOf = (isWanted: (key: string) => unknown): string[] => {
    const { stream } = bucket
    const read: string[] = []
    bucket.stream = async (key) => {
      if (isWanted(key)) read.push(key)
      return stream(key)
    }
    return read
  }

  it('record their inputs, and are not counted again while these are unchanged', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1'), post('2', MARKETING)]] })
    await analyze(ports)(DAY, invocation)
    const read = readsOf(() => true)

    await analyze(ports)(DAY, invocation)

    expect(await facts()).toMatchObject({
      ...DAY,
      labels: ['technical', 'marketing'],
      runs: [{ run: 'one', posts: 2, cascades: false, tally: { posts: 2, scored: 0 } }],
    })
    expect(read).toEqual([])
  })

  it('are counted from the posts just classified, without reading the pages again', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1'), post('2', MARKETING)]] })
    const read = readsOf(keys.posts.match)

    await analyze(ports)(DAY, invocation)

    // Once to classify the posts, and once for the evidence.
    expect(read).toEqual(['1', '1'].map((page) => keys.posts({ ...DAY, run: 'one', page })))
    expect(await facts()).toMatchObject({ runs: [{ tally: { posts: 2 } }] })
  })

  it('are counted again without classification when labelling has assigned the cascades', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1'), post('2', `${TECHNICAL} again`)]] })
    await analyze(ports)(DAY, invocation)
    const before = (await report()).day.messages
    await writeCascades(
      bucket,
      { ...DAY, run: 'one' },
      ['1', '2'].map((id) => [id, 'ab746ccdec4e028a']),
    )
    const read = readsOf(keys.posts.match)

    const analysis = await analyze(ports)(DAY, invocation)

    expect(analysis).toMatchObject({ classified: [] })
    expect([before, (await report()).day.messages]).toEqual([2, 1])
    expect(await facts()).toMatchObject({ runs: [{ cascades: true }] })
    // For the evidence.
    expect(read).toEqual([keys.posts({ ...DAY, run: 'one', page: '1' })])
  })

  it('have the scores that labelling kept, and count posts without one separately', async () => {
    await putRun(bucket, { pages: [[post('1'), post('2', MARKETING), post('3')]] })
    await keep({ 1: [0.9, 0.1], 2: [0.2, 0.8] })

    await analyze(ports)(DAY, invocation)

    expect(await facts()).toMatchObject({
      runs: [{ cascades: true, tally: { posts: 3, scored: 2, answers: [1, 1] } }],
    })
    expect((await report()).day.byPosts.counting).toEqual([technical(1 / 2), marketing(1 / 2)])
  })

  it('have no scores for other categories', async () => {
    await putRun(bucket, { pages: [[post('1')]] })
    const scores = new Map([[cascadeOf('1'), [0.9, 0.1]]])
    const labels = ['technical', 'sales']
    await writeCascades(bucket, { ...DAY, run: 'one' }, [['1', cascadeOf('1')]], { labels, scores })

    await analyze(ports)(DAY, invocation)

    expect(await facts()).toMatchObject({ runs: [{ cascades: true, tally: { posts: 1, scored: 0 } }] })
  })

  it('are counted for an earlier day when a report needs them', async () => {
    const next = { hashtag: 'aws', date: '2026-11-22' }
    await putRun(bucket, { pages: [[post('1')]] })
    await putRun(bucket, { ...next, pages: [[post('2'), post('3')]] })

    await analyze(ports)(next, invocation)

    expect(await facts()).toMatchObject({ runs: [{ posts: 1 }] })
    expect(await bucket.readJson(keys.report(next), reportRecord)).toMatchObject({ week: { days: 2, posts: 3 } })
  })

  it.each([
    ['not JSON', () => 'x'],
    ['of another format version', (text: string) => text.replace('"format":2', '"format":1')],
    ['about other labels', (text: string) => text.replace('"technical","marketing"', '"marketing","technical"')],
  ])('are counted again when they are %s', async (_, change) => {
    await putRun(bucket, { pages: [[post('1')]] })
    await analyze(ports)(DAY, invocation)
    const whole = bucket.texts()[keys.facts(DAY)]!
    await bucket.put(keys.facts(DAY), change(whole))

    await analyze(ports)(DAY, invocation)

    expect(bucket.texts()[keys.facts(DAY)]).toBe(whole)
  })

  it("are not made from pages that differ from the run's record", async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1'), post('2')]] })
    await bucket.put(keys.posts({ ...DAY, run: 'one', page: '1' }), postsToCsv([post('1')]))

    await expect(analyze(ports)(DAY, invocation)).rejects.toMatchObject({ code: 'OBJECT_INVALID' })
  })
})

describe('a promotion', () => {
  it('reclassifies no run, and changes no byte of what is stored', async () => {
    const dates = ['2026-11-19', '2026-11-20', '2026-11-21']
    await putChampion(bucket, 'model-a')
    for (const date of dates) {
      await putRun(bucket, { date, pages: [[post(date)]] })
      await analyze(ports)({ hashtag: 'aws', date }, invocation)
    }
    await putChampion(bucket, 'model-b', 'contrary')
    const [before, written] = [bucket.texts(), bucket.written.length]

    const outcome = await bringUpToDate(ports)({ hashtag: 'aws', days: dates, classify: true }, invocation)

    expect(outcome).toMatchObject({ state: 'reported', classified: [] })
    expect(bucket.written).toHaveLength(written)
    expect(bucket.texts()).toEqual(before)
  })

  const plan = (model: string | null) => {
    const runs = [keys.run({ ...DAY, run: 'one' })]
    const [categories, draws] = [
      ['technical', 'marketing'],
      [{ ...DAY, target: 0, cascades: 1, posts: 1, members: [] }],
    ]
    const of = {
      batch: DAY.date,
      date: DAY.date,
      labeller: 'desk',
      job: 'a job',
      schemaVersion: 1,
      categories,
      runs,
      draws,
    }
    const counts = { cascades: 1, judgements: 0, costUsd: 0, items: [] }
    const record = { ...of, ...counts, deadline: '2026-11-22T20:00:00.000Z', model }
    return bucket.put(keys.plan({ batch: DAY.date }), JSON.stringify(record))
  }

  it('leaves the run of a late event to the model with which its batch was planned', async () => {
    await putChampion(bucket, 'model-a')
    const { artefact: uri, sha256, versionId } = await bucket.readJson(keys.champion({}), championRecord)
    await bucket.put(
      keys.card({ job: 'model-a' }),
      JSON.stringify({
        artefact: { uri, sha256, versionId },
        calibration: null,
        dataset: { textVersion: TEXT_VERSION },
        training: { prior: null },
      }),
    )
    await putChampion(bucket, 'model-b', 'contrary')
    await putRun(bucket, { pages: [[post('1')]] })
    await plan('model-a')

    await analyze(ports)(DAY, invocation)

    expect(predictions()).toMatch(/\r\n1,technical,[^,]*,model-a,/)
  })

  it('classifies no run whose batch was planned before any model was live', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1')]] })
    await plan(null)

    expect(await analyze(ports)(DAY, invocation)).toMatchObject({ state: 'reported', classified: [] })
    expect(predictions()).toBeUndefined()
  })

  it('has unclassified runs classified, each day once, and writes the newest report first', async () => {
    const dates = ['2026-11-19', '2026-11-20', '2026-11-21']
    for (const date of dates) {
      await putRun(bucket, { date, pages: [[post(date)]] })
      await analyze(ports)({ hashtag: 'aws', date }, invocation)
    }
    await putChampion(bucket, 'model-a')
    const before = bucket.written.length

    const outcome = await bringUpToDate(ports)({ hashtag: 'aws', days: dates, classify: true }, invocation)

    expect(outcome).toMatchObject({ state: 'reported', classified: ['one', 'one', 'one'] })
    const isTable = (key: string) => key.startsWith('tables/')
    expect(bucket.written.slice(before).filter((key) => !isTable(key))).toEqual([
      ...dates.map((date) => keys.predictions({ hashtag: 'aws', date, run: 'one' })),
      ...dates.toReversed().map((date) => keys.report({ hashtag: 'aws', date })),
    ])
  })

  it('adds no index entry for a report that is not written', async () => {
    const dates = ['2026-11-19', '2026-11-20', '2026-11-21']
    await putChampion(bucket, 'model-a')
    for (const date of dates) await putRun(bucket, { date, pages: [[post(date)]] })
    bucket.afterWrite = (key) => {
      if (key === keys.report({ hashtag: 'aws', date: dates[1]! })) throw new Error('died')
    }

    await expect(bringUpToDate(ports)({ hashtag: 'aws', days: dates, classify: true }, invocation)).rejects.toThrow(
      'died',
    )

    const { days } = await bucket.readJson(keys.reportIndex({}), reportIndexRecord)
    expect(days.map(({ date }) => date)).toEqual([dates[2]])
  })

  it('during the classification of a day leaves that day to the previous model', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1')]] })
    const { putStream } = bucket
    let meanwhile: unknown
    bucket.putStream = async (...what) => {
      bucket.putStream = putStream
      await putChampion(bucket, 'model-b', 'contrary')
      meanwhile = await analyze(ports)(DAY, invocation)
      return putStream(...what)
    }

    await analyze(ports)(DAY, invocation)
    const [message] = queue.splice(0)

    expect(meanwhile).toMatchObject({ state: 'waiting' })
    expect(message).toMatchObject({
      request: { hashtag: 'aws', days: [DAY.date], classify: true },
      delaySeconds: expect.any(Number),
    })
    await bringUpToDate(ports)({ hashtag: 'aws', days: [DAY.date] }, { ...invocation, now: LATER })
    expect(predictions()).toContain('model-a')
  })
})

describe('a hashtag that another invocation holds', () => {
  const WORK = { hashtag: 'aws', days: [DAY.date], classify: true }

  it('is put back on the queue, and does not delay other hashtags', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1')]] })
    await putRun(bucket, { hashtag: 'azure', pages: [[post('2')]] })
    const { putStream } = bucket
    const meanwhile: unknown[] = []
    bucket.putStream = async (...what) => {
      bucket.putStream = putStream
      meanwhile.push(await bringUpToDate(ports)({ ...WORK, hashtag: 'azure' }, invocation))
      meanwhile.push(await bringUpToDate(ports)(WORK, invocation))
      return putStream(...what)
    }

    await bringUpToDate(ports)(WORK, invocation)

    expect(meanwhile).toMatchObject([{ state: 'reported' }, { state: 'waiting' }])
    expect(queue).toEqual([{ request: WORK, delaySeconds: 20 }])
    expect(await bringUpToDate(ports)(WORK, { ...invocation, now: LATER })).toMatchObject({ state: 'reported' })
    expect(queue).toHaveLength(1)
  })

  it("is taken over when the other invocation's lease has expired", async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1')]] })
    await new Promise<void>((begun) => {
      const putStream = () => new Promise<string>(() => begun())
      void analyze({ ...ports, objects: { ...bucket, putStream } })(DAY, invocation)
    })

    const early = await analyze(ports)(DAY, { ...invocation, now: new Date('2026-11-22T02:04:59Z') })
    const late = await analyze(ports)(DAY, { ...invocation, now: new Date('2026-11-22T02:05:01Z') })

    expect(early).toMatchObject({ state: 'waiting' })
    expect(late).toMatchObject({ state: 'reported' })
  })

  it('keeps the newer report when an invocation goes on after its lease expired', async () => {
    await putRun(bucket, { pages: [[post('1')]] })
    await analyze(ports)(DAY, invocation)
    await keep({ 1: [0.9, 0.1] })
    const [begun, stopped] = [signal(), signal()]
    const swap: TestBucket['swap'] = async (key, ...what) => {
      if (key === keys.report(DAY)) {
        begun.give()
        await stopped.given
      }
      return bucket.swap(key, ...what)
    }
    const outcome = analyze({ ...ports, objects: { ...bucket, swap } })(DAY, invocation).catch(
      (error: unknown) => error,
    )
    await begun.given
    await putRun(bucket, { run: 'two', pages: [[post('2')]] })
    await analyze(ports)(DAY, { ...invocation, now: new Date('2026-11-22T02:05:01Z') })

    stopped.give()

    expect(await outcome).toMatchObject({ code: 'CONFLICT' })
    expect(await report()).toMatchObject({ day: { posts: 2 } })
  })

  it('is queued again when it has more runs than time', async () => {
    await putChampion(bucket, 'model-a')
    for (const run of ['one', 'two']) await putRun(bucket, { run, pages: [[post(run)]] })

    const first = await analyze(ports)(DAY, { ...invocation, remainingMs: () => 30_000 })
    const second = await analyze(ports)(DAY, { ...invocation, remainingMs: () => 30_000 })

    expect(first).toMatchObject({ state: 'waiting', reason: 'more runs than time' })
    expect(queue).toEqual([{ request: WORK, delaySeconds: 0 }])
    expect(second).toMatchObject({ state: 'reported', classified: ['two'] })
  })
})

describe('the request to classify texts', () => {
  it('returns label, probability and model of each text, in input order', async () => {
    await putChampion(bucket, 'model-a')

    const answers = await askChampion(ports)([MARKETING, '', TECHNICAL])

    expect(answers.map(({ label }) => label)).toEqual(['marketing', expect.any(String), 'technical'])
    expect(answers[0]).toEqual({
      model: 'model-a',
      label: 'marketing',
      probability: expect.any(Number),
      basis: 'text',
    })
  })

  it('is refused with a named error before the first promotion', async () => {
    await expect(askChampion(ports)(['x'])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('streams of a hashtag', () => {
  const NEXT = '2026-11-22'
  const two = () => {
    const sources = { ...SETTINGS.sources, fedi: { type: 'mastodon' } }
    return { ...ports, settings: { ...SETTINGS, hashtags: [{ tag: 'aws', sources: ['file', 'fedi'] }], sources } }
  }

  it('continue after days of a release without streams, as one history of the first network', async () => {
    await putRun(bucket, { pages: [[post('1'), post('2')]] })
    await analyze(two())(DAY, invocation)
    await putRun(bucket, { date: NEXT, stream: 'file', pages: [[post('3')]] })

    const later = await analyze(two())({ hashtag: 'aws', stream: 'file', date: NEXT }, invocation)

    expect(later).toMatchObject({ report: { stream: 'file', day: { posts: 1 }, week: { posts: 3, days: 2 } } })
    expect((await index()).days.map(({ date, stream }) => `${date} ${stream ?? '-'}`)).toEqual([
      `${DAY.date} -`,
      `${NEXT} file`,
    ])
    const keysOf = (prefix: string) => Object.keys(bucket.texts()).filter((key) => key.startsWith(prefix))
    expect(keysOf('reports/stream=')).toEqual([keys.report({ hashtag: 'aws', stream: 'file', date: NEXT })])
    expect(keysOf('facts/hashtag=')).toEqual([keys.facts(DAY)])
  })

  it('are reported separately and never added up', async () => {
    await putRun(bucket, { stream: 'file', pages: [[post('1'), post('2')]] })
    await putRun(bucket, { stream: 'mastodon', pages: [[post('1'), post('2'), post('3')]] })

    const reports = []
    for (const stream of ['file', 'mastodon']) reports.push(await analyze(two())({ ...DAY, stream }, invocation))

    expect(reports).toMatchObject([
      { report: { stream: 'file', day: { posts: 2 }, week: { posts: 2 } } },
      { report: { stream: 'mastodon', day: { posts: 3 }, week: { posts: 3 } } },
    ])
    expect(JSON.stringify(reports[1])).toContain('#aws on mastodon')
    expect((await index()).days).toHaveLength(2)
  })

  it('count posts once when a rollback left a day under both names', async () => {
    await putRun(bucket, { pages: [[post('1'), post('2')]] })
    await putRun(bucket, { stream: 'file', pages: [[post('2'), post('3')]] })

    const analysis = await analyze(two())({ ...DAY, stream: 'file' }, invocation)

    expect(analysis).toMatchObject({ report: { stream: 'file', day: { posts: 3 } } })
    expect((await index()).days).toHaveLength(1)
  })
})
