import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { s3Artefacts } from '../../../shared/artefact'
import { keys } from '../../../shared/keys'
import { makeMemory } from '../../../shared/memory'
import { labelStore, rulesOf } from '../../../shared/labels'
import { postsToCsv } from '../../../shared/posts'
import { writeCascades } from '../../../shared/cascades/files'
import { factsRecord, reportIndexRecord, reportRecord } from '../../../shared/records'
import { analyze, bringUpToDate, type Ports } from '../../../services/analyzer/analyze'
import { ask } from '../../../services/analyzer/ask'
import { aSettings } from '../../given'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { recorder, type RecordedEvent } from '../../shared/recorder'
import { testTable, type TestTable } from '../../shared/tables'
import { MARKETING, post, putChampion, putRun, RETWEET, TECHNICAL } from './day'

const DAY = { hashtag: 'aws', date: '2026-11-21' }
const invocation = { now: new Date('2026-11-22T02:00:00Z'), remainingMs: () => 300_000 }
/** When a message comes back that was put back. */
const LATER = new Date('2026-11-22T02:00:20Z')

const SETTINGS = aSettings()

let tables: TestTable
let bucket: TestBucket
let events: RecordedEvent[]
let queue: { request: unknown; delaySeconds: number }[]
let ports: Ports
let owners = 0

beforeAll(async () => {
  tables = await testTable()
})
afterAll(() => tables.stop())

function portsOf(objects: TestBucket): Ports {
  const recorded = recorder('analyzer')
  events = recorded.events
  queue = []
  // Each bucket has days of its own in the one table.
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

/** Something that one part of a test waits for, and another gives. */
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

describe('a model of text version 1', () => {
  const NEXT = { hashtag: 'aws', date: '2026-11-22' }
  const nextReport = () => bucket.readJson(keys.report(NEXT), reportRecord)

  it('is asked with the tokens of version 1, and the report says so', async () => {
    await putChampion(bucket, 'model-1', 'of retweets', '1')
    await putRun(bucket, { pages: [[post('1', RETWEET.text)]] })

    await analyze(ports)(DAY, invocation)
    const [answer] = await ask(ports)([RETWEET.text])

    expect(predictions()).toMatch(/\r\n1,technical,/)
    expect(answer).toMatchObject({ model: 'model-1', label: 'technical' })
    expect(await report()).toMatchObject({ model: 'model-1', textVersion: '1' })
  })

  it('is not counted beside one of version 2: its days count again once they are classified again', async () => {
    await putRun(bucket, { pages: [[post('1', RETWEET.text)]] })
    await putRun(bucket, { ...NEXT, pages: [[post('2', RETWEET.text), post('3', RETWEET.text)]] })
    await putChampion(bucket, 'model-1', 'of retweets', '1')
    await analyze(ports)(DAY, invocation)
    await putChampion(bucket, 'model-2', 'of retweets', '2')

    await analyze(ports)(NEXT, invocation)

    expect(await nextReport()).toMatchObject({ model: 'model-2', textVersion: '2', week: { days: 1, posts: 2 } })
    expect((await nextReport()).week.byPosts.counting).toEqual([technical(0), marketing(1)])

    await analyze(ports)(DAY, invocation)
    await analyze(ports)(NEXT, invocation)

    expect(predictions()).toMatch(/\r\n1,marketing,.*model-2/)
    expect(await nextReport()).toMatchObject({ week: { days: 2, posts: 3 } })
  })
})

describe('a run', () => {
  it('is classified page by page, counted and reported', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1'), post('2', MARKETING)], [post('3')]] })

    const analysis = await analyze(ports)(DAY, invocation)

    expect(analysis).toMatchObject({ state: 'reported', model: 'model-a', classified: ['one'] })
    expect(predictions()).toMatch(
      /^post_id,label,probability,model,cascade,probabilities\r\n1,technical,\d\.\d{6},model-a,[0-9a-f]{16},"\{""marketing"":0[.\d]*,""technical"":0[.\d]*\}"\r\n2,marketing,.*\r\n3,technical,.*\r\n$/,
    )
    expect(await report()).toMatchObject({
      model: 'model-a',
      complete: true,
      day: {
        posts: 3,
        messages: 2,
        byPosts: { counting: [technical(2 / 3), marketing(1 / 3)] },
        byMessages: { counting: [technical(1 / 2), marketing(1 / 2)] },
      },
      predictions: [keys.predictions({ ...DAY, run: 'one' })],
    })
    expect((await index()).days).toMatchObject([{ ...DAY, day: { posts: 3 } }])
    expect(events).toMatchObject([
      { name: 'ShareReported', detail: { ...DAY, model: 'model-a', posts: 3, shares: [] } },
      { name: 'NotEnoughLabels', detail: { ...DAY, labels: 0, more: 2 } },
    ])
  })

  it('of many pages and posts keeps every post, in order', async () => {
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
  ])('with a post of %s is counted once', async (_, id, text) => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post(id, text), post('other')]] })

    await analyze(ports)(DAY, invocation)
    const again = await analyze(ports)(DAY, invocation)

    expect((await report()).day.posts).toBe(2)
    expect(again).toMatchObject({ classified: [] })
  })

  it('without posts has a report without shares', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [] })

    await analyze(ports)(DAY, invocation)

    expect(await report()).toMatchObject({ day: { posts: 0, byPosts: { state: 'no-posts', shares: [] } } })
    expect(events).toMatchObject([{ detail: { posts: 0, shares: [] } }])
  })

  it('has a report before the first champion, and no predictions', async () => {
    await putRun(bucket, { pages: [[post('1')]] })

    const analysis = await analyze(ports)(DAY, invocation)

    expect(analysis).toMatchObject({ state: 'reported', model: null, classified: [] })
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

  it('of a day that has none is refused by name', async () => {
    await putChampion(bucket, 'model-a')

    await expect(analyze(ports)(DAY, invocation)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a day', () => {
  it('counts a post once that two runs have, and is complete when both are', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { run: 'one', pages: [[post('1'), post('2')]] })
    await putRun(bucket, { run: 'two', pages: [[post('2'), post('3', MARKETING)]], complete: false })

    await analyze(ports)(DAY, invocation)

    expect(await report()).toMatchObject({
      complete: false,
      day: { posts: 3, byPosts: { counting: [technical(2 / 3), marketing(1 / 3)] } },
    })
  })

  it('is not mistaken for another whose name begins with its own', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1')]] })
    await putRun(bucket, { hashtag: 'aws2', pages: [[post('2')]] })

    await analyze(ports)(DAY, invocation)

    expect((await report()).day.posts).toBe(1)
  })

  it('takes its place in the index, sorted, and replaces only itself', async () => {
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

  it('loses no entry of the index to another that is written at the same moment', async () => {
    await putChampion(bucket, 'model-a')
    const dates = ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21']
    for (const date of dates) await putRun(bucket, { hashtag: `aws${date.slice(-2)}`, date, pages: [[post('1')]] })

    await Promise.all(dates.map((date) => analyze(ports)({ hashtag: `aws${date.slice(-2)}`, date }, invocation)))

    expect((await index()).days.map(({ date }) => date)).toEqual(dates)
  })

  it('that comes twice writes nothing anew and publishes the same event', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1')]] })
    await analyze(ports)(DAY, invocation)
    const before = bucket.written.length

    await analyze(ports)(DAY, invocation)

    expect(bucket.written).toHaveLength(before)
    expect(events.slice(2)).toEqual(events.slice(0, 2))
  })

  it('ends as a clean run does, wherever the function dies', async () => {
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

    // The predictions of two runs, the facts, the report and its index, and that there are no labels.
    expect(writes).toBe(6)
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

  it.each([
    ['after a row', (csv: string) => csv.slice(0, csv.lastIndexOf('2,'))],
    ['within a row', (csv: string) => csv.slice(0, -9)],
    ['within its header', () => 'post_'],
    ['by a stray quote', (csv: string) => csv.replace('2,', '"2,')],
  ])('mends predictions that were cut short %s', async (_, cut) => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1'), post('2')]] })
    await analyze(ports)(DAY, invocation)
    const whole = predictions()!
    await bucket.put(keys.predictions({ ...DAY, run: 'one' }), cut(whole))

    await analyze(ports)(DAY, invocation)

    expect(predictions()).toBe(whole)
  })
})

describe('facts', () => {
  const facts = () => bucket.readJson(keys.facts(DAY), factsRecord)
  const predictionReads = (): string[] => {
    const { stream } = bucket
    const read: string[] = []
    bucket.stream = async (key) => {
      if (keys.predictions.match(key)) read.push(key)
      return stream(key)
    }
    return read
  }

  it('say what they were counted from, and are not counted again while that is so', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1'), post('2', MARKETING)]] })
    await analyze(ports)(DAY, invocation)
    const read = predictionReads()

    await analyze(ports)(DAY, invocation)

    expect(await facts()).toMatchObject({
      ...DAY,
      model: 'model-a',
      textVersion: '2',
      labels: ['technical', 'marketing'],
      runs: [{ run: 'one', posts: 2, cascades: false, predictions: expect.any(String), tally: { posts: 2 } }],
    })
    expect(read).toEqual([])
  })

  it('are counted from predictions as they were written, without reading them again', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1'), post('2', MARKETING)]] })
    const read = predictionReads()

    await analyze(ports)(DAY, invocation)

    expect(read).toEqual([])
    expect(await facts()).toMatchObject({ runs: [{ tally: { posts: 2, answers: [1, 1] } }] })
  })

  it('are counted again, and nothing classified, when labelling has given the posts their cascades', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1'), post('2', `${TECHNICAL} again`)]] })
    await analyze(ports)(DAY, invocation)
    const before = (await report()).day.messages
    await writeCascades(
      bucket,
      { ...DAY, run: 'one' },
      ['1', '2'].map((id) => [id, 'ab746ccdec4e028a']),
    )

    const analysis = await analyze(ports)(DAY, invocation)

    expect(analysis).toMatchObject({ classified: [] })
    expect([before, (await report()).day.messages]).toEqual([2, 1])
    expect(await facts()).toMatchObject({ runs: [{ cascades: true }] })
  })

  it('of a day before are counted when a report needs them, by the model that classified it', async () => {
    const next = { hashtag: 'aws', date: '2026-11-22' }
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1')]] })
    await analyze(ports)(DAY, invocation)
    const old = testBucket()
    for (const [key, text] of Object.entries(bucket.texts())) if (!keys.facts.match(key)) await old.put(key, text)
    await putRun(old, { ...next, pages: [[post('2'), post('3')]] })
    await putChampion(old, 'model-b', 'contrary')
    ports = portsOf(old)
    bucket = old

    await analyze(ports)(next, invocation)

    expect(await facts()).toMatchObject({ model: 'model-a', textVersion: '2' })
    expect(await old.readJson(keys.report(next), reportRecord)).toMatchObject({ week: { days: 2, posts: 3 } })
  })

  it.each([
    ['no JSON', () => 'x'],
    ['of another format', (text: string) => text.replace('"format":1', '"format":0')],
    ['of other labels', (text: string) => text.replace('"technical","marketing"', '"marketing","technical"')],
  ])('that are %s are counted again', async (_, change) => {
    await putRun(bucket, { pages: [[post('1')]] })
    await analyze(ports)(DAY, invocation)
    const whole = bucket.texts()[keys.facts(DAY)]!
    await bucket.put(keys.facts(DAY), change(whole))

    await analyze(ports)(DAY, invocation)

    expect(bucket.texts()[keys.facts(DAY)]).toBe(whole)
  })

  it('are not made of pages that have other posts than their run says', async () => {
    await putChampion(bucket, 'model-a')
    await putRun(bucket, { pages: [[post('1'), post('2')]] })
    await bucket.put(keys.posts({ ...DAY, run: 'one', page: '1' }), postsToCsv([post('1')]))

    await expect(analyze(ports)(DAY, invocation)).rejects.toMatchObject({ code: 'OBJECT_INVALID' })
  })
})

describe('a promotion', () => {
  it('classifies and counts the last days once, and writes the newest report first', async () => {
    const dates = ['2026-11-19', '2026-11-20', '2026-11-21']
    await putChampion(bucket, 'model-a')
    for (const date of dates) {
      await putRun(bucket, { date, pages: [[post(date)]] })
      await analyze(ports)({ hashtag: 'aws', date }, invocation)
    }
    await putChampion(bucket, 'model-b', 'contrary')
    const before = bucket.written.length

    const outcome = await bringUpToDate(ports)({ hashtag: 'aws', days: dates }, invocation)

    expect(outcome).toMatchObject({ state: 'reported', model: 'model-b', classified: ['one', 'one', 'one'] })
    expect(bucket.written.slice(before)).toEqual([
      ...dates.flatMap((date) => [
        keys.predictions({ hashtag: 'aws', date, run: 'one' }),
        keys.facts({ hashtag: 'aws', date }),
      ]),
      ...dates.toReversed().flatMap((date) => [keys.report({ hashtag: 'aws', date }), keys.reportIndex({})]),
    ])
  })

  it('tells in the index of no report that is not written', async () => {
    const dates = ['2026-11-19', '2026-11-20', '2026-11-21']
    await putChampion(bucket, 'model-a')
    for (const date of dates) await putRun(bucket, { date, pages: [[post(date)]] })
    bucket.afterWrite = (key) => {
      if (key === keys.report({ hashtag: 'aws', date: dates[1]! })) throw new Error('died')
    }

    await expect(bringUpToDate(ports)({ hashtag: 'aws', days: dates }, invocation)).rejects.toThrow('died')

    const { days } = await bucket.readJson(keys.reportIndex({}), reportIndexRecord)
    expect(days.map(({ date }) => date)).toEqual([dates[2]])
  })

  it('has every run of a day classified anew by the model that is live now, whatever message asks', async () => {
    await putChampion(bucket, 'model-a')
    for (const run of ['one', 'two']) await putRun(bucket, { run, pages: [[post(run)]] })
    await analyze(ports)(DAY, invocation)
    await putChampion(bucket, 'model-b', 'contrary')

    const analysis = await analyze(ports)(DAY, invocation)

    expect(analysis).toMatchObject({ model: 'model-b', classified: ['one', 'two'] })
    expect(await report()).toMatchObject({
      model: 'model-b',
      day: { byPosts: { counting: [technical(0), marketing(1)] } },
    })
  })

  it('while a day is being classified is not overwritten by the older model', async () => {
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
      request: { hashtag: 'aws', days: [DAY.date] },
      delaySeconds: expect.any(Number),
    })
    await bringUpToDate(ports)({ hashtag: 'aws', days: [DAY.date] }, { ...invocation, now: LATER })
    expect(await report()).toMatchObject({ model: 'model-b' })
    expect(predictions()).toContain('model-b')
  })
})

describe('a hashtag that another works on', () => {
  const WORK = { hashtag: 'aws', days: [DAY.date] }

  it('is put back as it is, and lets other hashtags go on', async () => {
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

  it('is taken over when the other has run out of time', async () => {
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

  it('keeps the newer report from one that goes on after its time', async () => {
    await putRun(bucket, { pages: [[post('1')]] })
    await analyze(ports)(DAY, invocation)
    await putChampion(bucket, 'model-a')
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
    await putChampion(bucket, 'model-b', 'contrary')
    await analyze(ports)(DAY, { ...invocation, now: new Date('2026-11-22T02:05:01Z') })

    stopped.give()

    expect(await outcome).toMatchObject({ code: 'CONFLICT' })
    expect(await report()).toMatchObject({ model: 'model-b' })
  })

  it('goes on the queue when there are more runs than time', async () => {
    await putChampion(bucket, 'model-a')
    for (const run of ['one', 'two']) await putRun(bucket, { run, pages: [[post(run)]] })

    const first = await analyze(ports)(DAY, { ...invocation, remainingMs: () => 30_000 })
    const second = await analyze(ports)(DAY, { ...invocation, remainingMs: () => 30_000 })

    expect(first).toMatchObject({ state: 'waiting', reason: 'more runs than time' })
    expect(queue).toEqual([{ request: WORK, delaySeconds: 0 }])
    expect(second).toMatchObject({ state: 'reported', classified: ['two'] })
  })
})

describe('ask', () => {
  it('answers texts in their order, with label, probability and model', async () => {
    await putChampion(bucket, 'model-a')

    const answers = await ask(ports)([MARKETING, '', TECHNICAL])

    expect(answers.map(({ label }) => label)).toEqual(['marketing', expect.any(String), 'technical'])
    expect(answers[0]).toEqual({
      model: 'model-a',
      label: 'marketing',
      probability: expect.any(Number),
      basis: 'text',
    })
  })

  it('is refused by name before the first promotion', async () => {
    await expect(ask(ports)(['x'])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
