import { beforeEach, describe, expect, it } from '@jest/globals'
import { s3Artefacts } from '../../../shared/artefact'
import { keys } from '../../../shared/keys'
import { cardRecord, championRecord } from '../../../shared/records'
import { evaluate, latestJob, type Ports } from '../../../services/evaluator/evaluate'
import { rollback } from '../../../services/evaluator/rollback'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { archiveOf, tinyModel } from '../../shared/models'
import { recorder, type RecordedEvent } from '../../shared/recorder'
import { items, putTrained, spoiled } from './contest'

const NOW = new Date('2026-11-22T02:00:00Z')
const GATE = { minimumEvaluation: 20, tolerance: 0 }

let bucket: TestBucket
let events: RecordedEvent[]
let ports: Ports

function portsOf(objects: TestBucket): Ports {
  const recorded = recorder('evaluator')
  events = recorded.events
  return { objects, load: s3Artefacts(objects), publish: recorded.publish, gate: GATE }
}

beforeEach(() => {
  bucket = testBucket()
  ports = portsOf(bucket)
})

const champion = () => bucket.readJson(keys.champion({}), championRecord)
const card = (job: string) => bucket.readJson(keys.card({ job }), cardRecord)

describe('a first model', () => {
  it('goes live when it beats the majority class, and says all that a subscriber needs', async () => {
    await putTrained(bucket, { job: 'first' })

    const outcome = await evaluate(ports)('first', NOW)

    expect(outcome).toMatchObject({ verdict: 'promoted', live: true })
    expect(await champion()).toMatchObject({ job: 'first', replaces: null, labels: ['marketing', 'technical'] })
    expect((await card('first')).scores.challenger).toMatchObject({
      items: 30,
      accuracy: 1,
      confusion: [
        [10, 0],
        [0, 20],
      ],
    })
    expect((await card('first')).scores.majority).toMatchObject({ accuracy: 2 / 3, macroF1: 0.4 })
    expect(events).toMatchObject([
      {
        name: 'ModelPromoted',
        detail: { job: 'first', sha256: (await champion()).sha256, replaces: null, macroF1: 1 },
      },
    ])
  })

  it.each([
    ['no evaluation items', { evaluation: [] }, '0 evaluation items are too few: 20 are needed'],
    ['too few of them', { evaluation: items(['technical', 10], ['marketing', 9]) }, '19 evaluation items are too few'],
    ['one class alone', { evaluation: items(['technical', 25]) }, 'every evaluation item is "technical"'],
    [
      'labels of another task',
      { learnt: [...spoiled(0), { label: 'spam', text: 'offer' }] },
      'the model answers "spam"',
    ],
    ['everything upside down', { learnt: spoiled(20) }, 'does not beat the 0.400 of always answering "technical"'],
  ])('stays out with %s, and says so', async (_, trained, reason) => {
    await putTrained(bucket, { job: 'first', ...trained })

    const { verdict, reasons } = await evaluate(ports)('first', NOW)

    expect(verdict).toBe('rejected')
    expect(reasons.join('; ')).toContain(reason)
    expect(await bucket.exists(keys.champion({}))).toBe(false)
    expect(events).toMatchObject([{ name: 'ModelRejected', detail: { job: 'first', champion: null, reasons } }])
  })

  it.each([
    [
      'cut short',
      async () => (await archiveOf({ 'model.bin': tinyModel(spoiled(0)) })).subarray(0, 200),
      'bytes that end in',
    ],
    ['of something else', async () => archiveOf({ 'weights.bin': 'x' }), 'found only weights.bin'],
    ['with a model.bin of something else', async () => archiveOf({ 'model.bin': 'hello' }), 'model.bin'],
    ['not an archive', async () => Buffer.from('hello'), 'expected a whole model.tar.gz'],
  ])('stays out when its artefact is %s', async (_, archive, reason) => {
    await putTrained(bucket, { job: 'first', archive: await archive() })

    const { verdict, reasons } = await evaluate(ports)('first', NOW)

    expect(verdict).toBe('rejected')
    expect(reasons).toEqual([expect.stringContaining(reason)])
    expect((await card('first')).scores.challenger).toBeNull()
    expect(events).toMatchObject([{ name: 'ModelRejected', detail: { macroF1: null } }])
  })

  it('fails by name when the evaluation set is not the one of its dataset', async () => {
    await putTrained(bucket, { job: 'first' })
    await bucket.put(keys.evaluation({ dataset: 'data-of-first' }), '{}\n')

    await expect(evaluate(ports)('first', NOW)).rejects.toMatchObject({ code: 'OBJECT_INVALID' })
  })
})

describe('a challenger', () => {
  const day = (n: number) => `2026-11-${20 + n}`

  it('replaces a champion that it equals, for it knows more', async () => {
    await putTrained(bucket, { job: 'old', latestDate: day(1) })
    await putTrained(bucket, { job: 'new', latestDate: day(2) })

    await evaluate(ports)('old', NOW)
    await evaluate(ports)('new', NOW)

    expect(await champion()).toMatchObject({ job: 'new', replaces: 'old' })
    expect((await card('new')).scores.champion).toMatchObject({ accuracy: 1 })
  })

  it('stays out when it is worse, and the champion stays', async () => {
    await putTrained(bucket, { job: 'old', latestDate: day(1) })
    await putTrained(bucket, { job: 'new', latestDate: day(2), learnt: spoiled(6) })

    await evaluate(ports)('old', NOW)
    const { reasons } = await evaluate(ports)('new', NOW)

    expect(reasons).toEqual([expect.stringMatching(/^macro-F1 0\.\d+ is below the 1\.000 of champion old$/)])
    expect(await champion()).toMatchObject({ job: 'old' })
    expect(events.at(-1)).toMatchObject({ name: 'ModelRejected', detail: { champion: 'old', reasons } })
  })

  it('of earlier labels that arrives late does not replace a champion of later ones', async () => {
    await putTrained(bucket, { job: 'late', latestDate: day(1) })
    await putTrained(bucket, { job: 'newer', latestDate: day(2) })

    await evaluate(ports)('newer', NOW)
    const { verdict, reasons } = await evaluate(ports)('late', NOW)

    expect(verdict).toBe('rejected')
    expect(reasons).toEqual([expect.stringContaining('champion newer is of later labels')])
    expect(await champion()).toMatchObject({ job: 'newer' })
  })

  it('by another version of the labels is held against the majority class, not against the champion', async () => {
    await putTrained(bucket, { job: 'old' })
    await putTrained(bucket, { job: 'new', schemaVersion: 2, learnt: spoiled(4) })

    await evaluate(ports)('old', NOW)
    const { verdict, reasons } = await evaluate(ports)('new', NOW)

    expect({ verdict, reasons }).toEqual({
      verdict: 'promoted',
      reasons: [expect.stringContaining('champion old answers by version 1 of the labels, not 2')],
    })
  })

  it('takes over from a champion whose artefact is gone', async () => {
    await putTrained(bucket, { job: 'old', latestDate: day(1) })
    await putTrained(bucket, { job: 'new', latestDate: day(2), learnt: spoiled(1) })
    await evaluate(ports)('old', NOW)
    await bucket.put(keys.artefact({ job: 'old' }), 'overwritten')

    const { verdict, reasons } = await evaluate(portsOf(bucket))('new', NOW)

    expect(verdict).toBe('promoted')
    expect(reasons).toEqual([expect.stringContaining('the champion cannot be held against it')])
  })
})

describe('an evaluation', () => {
  const prepare = async (into: TestBucket) => {
    await putTrained(into, { job: 'old', latestDate: '2026-11-20' })
    await putTrained(into, { job: 'new', latestDate: '2026-11-21' })
    await putTrained(into, { job: 'worse', latestDate: '2026-11-22', learnt: spoiled(6) })
  }
  const JOBS = ['old', 'new', 'worse']

  it('that comes twice changes nothing and publishes the same events again', async () => {
    await prepare(bucket)
    for (const job of JOBS) await evaluate(ports)(job, NOW)
    const once = {
      texts: bucket.texts(),
      events: events.map(({ detail }) => detail.id),
      written: bucket.written.length,
    }

    for (const job of ['new', 'worse']) await evaluate(ports)(job, new Date('2026-11-23T00:00:00Z'))

    expect(bucket.texts()).toEqual(once.texts)
    expect(bucket.written).toHaveLength(once.written)
    expect(events.slice(once.events.length).map(({ detail }) => detail.id)).toEqual(once.events.slice(1))
  })

  it('does not announce a champion again that was replaced since', async () => {
    await prepare(bucket)
    for (const job of JOBS) await evaluate(ports)(job, NOW)
    const before = events.length

    const outcome = await evaluate(ports)('old', NOW)

    expect(outcome).toMatchObject({ verdict: 'promoted', live: false })
    expect(events).toHaveLength(before)
  })

  it('that dies after any of its writes leaves what a clean run leaves', async () => {
    await prepare(bucket)
    const prepared = bucket.written.length
    for (const job of JOBS) await evaluate(ports)(job, NOW)
    const clean = bucket.texts()
    const cleanEvents = new Set(events.map(({ detail }) => detail.id))
    const writes = bucket.written.length - prepared

    expect(writes).toBe(5)
    for (let fatal = 1; fatal <= writes; fatal++) {
      const other = testBucket()
      await prepare(other)
      let count = 0
      other.afterWrite = () => {
        if (++count === fatal) throw new Error('the function died')
      }
      const again = portsOf(other)
      for (const job of JOBS) {
        await evaluate(again)(job, NOW).catch(() => evaluate(again)(job, NOW))
      }

      expect(other.texts()).toEqual(clean)
      expect(new Set(events.map(({ detail }) => detail.id))).toEqual(cleanEvents)
    }
  })

  it('finishes what a dead one left of the champion before it moves champion.json on', async () => {
    await prepare(bucket)
    bucket.afterWrite = (key) => {
      if (key === keys.champion({})) throw new Error('the function died')
    }
    await expect(evaluate(ports)('old', NOW)).rejects.toThrow('died')
    bucket.afterWrite = () => undefined

    await evaluate(ports)('new', NOW)

    expect(await card('old')).toMatchObject({ verdict: 'promoted', champion: null })
    expect(events.map(({ name, detail }) => [name, detail.job])).toEqual([
      ['ModelPromoted', 'old'],
      ['ModelPromoted', 'new'],
    ])
  })
})

describe('two evaluations at once', () => {
  it.each([
    ['better', 'worse'],
    ['worse', 'better'],
  ])('of %s and %s models leave the better one live', async (...jobs) => {
    await putTrained(bucket, { job: 'better' })
    await putTrained(bucket, { job: 'worse', learnt: spoiled(5) })

    await Promise.all(jobs.map((job) => evaluate(ports)(job, NOW)))

    expect(await champion()).toMatchObject({ job: 'better' })
    expect((await card('better')).verdict).toBe('promoted')
  })

  it('judge the loser of the race against the winner', async () => {
    await putTrained(bucket, { job: 'mine', latestDate: '2026-11-22' })
    await putTrained(bucket, { job: 'theirs', latestDate: '2026-11-21' })
    const swap = bucket.swap
    let overtaken = false
    ports.objects.swap = async (...what) => {
      if (!overtaken) {
        overtaken = true
        await evaluate({ ...ports, objects: { ...bucket, swap } })('theirs', NOW)
      }
      return swap(...what)
    }

    await evaluate(ports)('mine', NOW)

    expect(await champion()).toMatchObject({ job: 'mine', replaces: 'theirs' })
    expect(await card('mine')).toMatchObject({ champion: 'theirs' })
  })

  it('give up by name when others move the champion again and again', async () => {
    await putTrained(bucket, { job: 'mine' })
    ports.objects.swap = async () => false

    await expect(evaluate(ports)('mine', NOW)).rejects.toMatchObject({ code: 'CONFLICT', retryable: true })
  })
})

describe('latestJob', () => {
  it('is the one whose training was recorded last, and is named when there is none', async () => {
    await expect(latestJob(bucket)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await putTrained(bucket, { job: 'z-first' })
    await putTrained(bucket, { job: 'a-second' })

    expect(await latestJob(bucket)).toBe('a-second')
  })
})

describe('rollback', () => {
  const three = async () => {
    for (const [i, job] of ['one', 'two', 'three'].entries()) {
      await putTrained(bucket, { job, latestDate: `2026-11-1${i}` })
      await evaluate(ports)(job, NOW)
    }
  }
  const later = new Date('2026-11-22T09:00:00Z')

  it('puts the champion before back, and then the one before that', async () => {
    await three()

    expect(await rollback(ports)(true, later)).toEqual({ champion: 'two', before: 'three' })
    expect(await rollback(ports)(true, later)).toEqual({ champion: 'one', before: 'two' })
    expect(events.at(-1)).toMatchObject({ name: 'ModelRolledBack', detail: { job: 'one', replaces: 'two' } })
    await expect(rollback(ports)(true, later)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('puts a named champion back', async () => {
    await three()

    await rollback(ports)('one', later)

    expect(await champion()).toMatchObject({ job: 'one', promotedAt: later.toISOString() })
  })

  it('leaves the champion when the artefact of the one before does not load', async () => {
    await three()
    await bucket.put(keys.artefact({ job: 'two' }), 'gone')

    await expect(rollback(portsOf(bucket))(true, later)).rejects.toMatchObject({ code: 'MODEL_UNREADABLE' })
    expect(await champion()).toMatchObject({ job: 'three' })
  })

  it('is not undone by a late copy of the event that promoted the model', async () => {
    await three()
    await rollback(ports)(true, later)

    await evaluate(ports)('three', later)

    expect(await champion()).toMatchObject({ job: 'two' })
  })

  it('says so when there is nothing to put back', async () => {
    await expect(rollback(ports)(true, later)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await putTrained(bucket, { job: 'bad', learnt: spoiled(20) })
    await evaluate(ports)('bad', NOW)
    await putTrained(bucket, { job: 'good' })
    await evaluate(ports)('good', NOW)

    await expect(rollback(ports)('bad', later)).rejects.toThrow('bad was never a champion')
  })
})
