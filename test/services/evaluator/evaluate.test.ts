import { beforeEach, describe, expect, it } from '@jest/globals'
import { s3Artefacts } from '../../../shared/artefact'
import { keys } from '../../../shared/keys'
import { cardRecord, championRecord, type EvaluationLine, liveRecord } from '../../../shared/records'
import { settings } from '../../../shared/settings'
import { evaluate, latestJob, type EvaluatePorts } from '../../../services/evaluator/evaluate'
import { liveAt } from '../../../services/evaluator/live-at'
import { rollback } from '../../../services/evaluator/rollback'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { archiveOf, tinyModel } from '../../shared/models'
import { recorder, type RecordedEvent } from '../../shared/recorder'
import { items, putTrained, spoiled } from './contest'
import { memoryRegistry, type MemoryRegistry } from './memory-registry'

const NOW = new Date('2026-11-22T02:00:00Z')
const GATE = settings.shape.gate.parse(undefined)

let bucket: TestBucket
let events: RecordedEvent[]
let registry: MemoryRegistry
let warnings: unknown[]
let ports: EvaluatePorts

/** A cold-started evaluator, with its events. */
function evaluatorOf(objects: TestBucket) {
  const { publish, events: told } = recorder('evaluator')
  const its = memoryRegistry()
  const warned: unknown[] = []
  const made: EvaluatePorts = {
    objects,
    load: s3Artefacts(objects),
    publish,
    gate: GATE,
    registry: its,
    region: 'eu-west-1',
    log: { warn: (message) => void warned.push(message) },
  }
  return { ports: made, events: told, registry: its, warnings: warned }
}

beforeEach(() => {
  bucket = testBucket()
  ;({ ports, events, registry, warnings } = evaluatorOf(bucket))
})

const champion = () => bucket.readJson(keys.champion({}), championRecord)
const card = (job: string) => bucket.readJson(keys.card({ job }), cardRecord)

describe('a first model', () => {
  it('goes live when it beats the majority class, with everything in the event that a subscriber needs', async () => {
    await putTrained(bucket, { job: 'first' })

    const outcome = await evaluate(ports)('first', NOW)

    expect(outcome).toMatchObject({ verdict: 'promoted', live: true })
    expect(await champion()).toMatchObject({ job: 'first', replaces: null, labels: ['marketing', 'technical'] })
    expect((await card('first')).scores.challenger).toMatchObject({
      items: 120,
      accuracy: 1,
      confusion: [
        [40, 0],
        [0, 80],
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
    ['no evaluation items', { evaluation: [] }, '0 evaluation items are too few: 60 are needed'],
    [
      'too few evaluation items',
      { evaluation: items(['technical', 30], ['marketing', 29]) },
      '59 evaluation items are too few',
    ],
    ['only one class', { evaluation: items(['technical', 65]) }, 'every evaluation item is "technical"'],
    [
      'labels of another task',
      { learnt: [...spoiled(0), { label: 'spam', text: 'offer' }] },
      'the model answers "spam"',
    ],
    ['inverted labels', { learnt: spoiled(20) }, 'does not clearly beat the 0.400 of always answering "technical"'],
  ])('is rejected with the reason: %s', async (_, trained, reason) => {
    await putTrained(bucket, { job: 'first', ...trained })

    const { verdict, reasons } = await evaluate(ports)('first', NOW)

    expect(verdict).toBe('rejected')
    expect(reasons.join('; ')).toContain(reason)
    expect(await bucket.exists(keys.champion({}))).toBe(false)
    expect(events).toMatchObject([{ name: 'ModelRejected', detail: { job: 'first', champion: null, reasons } }])
  })

  it.each([
    [
      'truncated',
      async () => (await archiveOf({ 'model.bin': tinyModel(spoiled(0)) })).subarray(0, 200),
      'bytes that end in',
    ],
    ['an archive without a model', async () => archiveOf({ 'weights.bin': 'x' }), 'found only weights.bin'],
    ['an archive whose model.bin is not a model', async () => archiveOf({ 'model.bin': 'hello' }), 'model.bin'],
    ['not an archive', async () => Buffer.from('hello'), 'expected a whole model.tar.gz'],
  ])('is rejected when its artefact is %s', async (_, archive, reason) => {
    await putTrained(bucket, { job: 'first', archive: await archive() })

    const { verdict, reasons } = await evaluate(ports)('first', NOW)

    expect(verdict).toBe('rejected')
    expect(reasons).toEqual([expect.stringContaining(reason)])
    expect((await card('first')).scores.challenger).toBeNull()
    expect(events).toMatchObject([{ name: 'ModelRejected', detail: { macroF1: null } }])
  })

  it('fails with a named error when the evaluation set does not match its dataset', async () => {
    await putTrained(bucket, { job: 'first' })
    await bucket.put(keys.evaluation({ dataset: 'data-of-first' }), '{}\n')

    await expect(evaluate(ports)('first', NOW)).rejects.toMatchObject({ code: 'OBJECT_INVALID' })
  })
})

describe('a challenger', () => {
  const day = (n: number) => `2026-11-${20 + n}`

  it('replaces a champion of equal score, because it has later labels', async () => {
    await putTrained(bucket, { job: 'old', latestDate: day(1) })
    await putTrained(bucket, { job: 'new', latestDate: day(2) })

    await evaluate(ports)('old', NOW)
    await evaluate(ports)('new', NOW)

    expect(await champion()).toMatchObject({ job: 'new', replaces: 'old' })
    expect((await card('new')).scores.champion).toMatchObject({ accuracy: 1 })
  })

  it('is rejected when it is worse, and the champion stays', async () => {
    await putTrained(bucket, { job: 'old', latestDate: day(1) })
    await putTrained(bucket, { job: 'new', latestDate: day(2), learnt: spoiled(6) })

    await evaluate(ports)('old', NOW)
    const { reasons } = await evaluate(ports)('new', NOW)

    expect(reasons).toEqual([
      expect.stringMatching(
        /^macro-F1 0\.\d+ is below the 1\.000 of champion old by \d+\.\d points: more than 1 standard error, /,
      ),
      expect.stringContaining('where old, the best live model of the last 14 days, has 1.000: lower by more than'),
      expect.stringContaining('recall of "marketing" falls from 100.0 %'),
    ])
    expect(await champion()).toMatchObject({ job: 'old' })
    expect(events.at(-1)).toMatchObject({ name: 'ModelRejected', detail: { champion: 'old', reasons } })
  })

  it('does not replace a champion of later labels when it arrives late', async () => {
    await putTrained(bucket, { job: 'late', latestDate: day(1) })
    await putTrained(bucket, { job: 'newer', latestDate: day(2) })

    await evaluate(ports)('newer', NOW)
    const { verdict, reasons } = await evaluate(ports)('late', NOW)

    expect(verdict).toBe('rejected')
    expect(reasons).toEqual([expect.stringContaining('champion newer is of later labels')])
    expect(await champion()).toMatchObject({ job: 'newer' })
  })

  it('is measured on its own tokens, and a champion of text version 1 on tokens of version 1', async () => {
    // A post that mentions the entity `&lt;`: text version 1 decoded it.
    const posts = items(['marketing', 40], ['technical', 80])
    const of = (marketing: string, technical: string) => (line: EvaluationLine) => ({
      ...line,
      text: line.label === 'marketing' ? marketing : technical,
    })
    const first = posts.map(of('say <', 'say >'))
    const second = posts
      .map(of('say & lt ;', 'say & gt ;'))
      .map((line) => ({ ...line, shown: line.text.replace('& ', '&').replace(' ;', ';') }))
    await putTrained(bucket, { job: 'old', textVersion: '1', latestDate: day(1), learnt: first, evaluation: first })
    await putTrained(bucket, { job: 'new', latestDate: day(2), learnt: second, evaluation: second })
    await evaluate(ports)('old', NOW)

    await evaluate(ports)('new', NOW)

    const { scores, live } = await card('new')
    expect(await champion()).toMatchObject({ job: 'new', replaces: 'old', textVersion: '2' })
    expect(scores.challenger).toMatchObject({ accuracy: 1 })
    expect(scores.champion).toMatchObject({ accuracy: 1 })
    expect(live?.scores).toMatchObject({ accuracy: 1 })
  })

  it('does not replace a champion of text version 2 when it has version 1 and arrives late', async () => {
    await putTrained(bucket, { job: 'late', textVersion: '1', latestDate: day(2) })
    await putTrained(bucket, { job: 'newer', latestDate: day(1) })

    await evaluate(ports)('newer', NOW)
    const { verdict, reasons } = await evaluate(ports)('late', NOW)

    expect(verdict).toBe('rejected')
    expect(reasons).toContainEqual(
      expect.stringContaining('champion newer is of later labels (version 1, text version 2'),
    )
    expect(await champion()).toMatchObject({ job: 'newer' })
  })

  it('is compared with the majority class when the champion has another label version', async () => {
    await putTrained(bucket, { job: 'old' })
    await putTrained(bucket, { job: 'new', schemaVersion: 2, learnt: spoiled(4) })

    await evaluate(ports)('old', NOW)
    const { verdict, reasons } = await evaluate(ports)('new', NOW)

    expect({ verdict, reasons }).toEqual({
      verdict: 'promoted',
      reasons: [expect.stringContaining('champion old answers by version 1 of the labels')],
    })
  })

  it('replaces a champion whose artefact is gone', async () => {
    await putTrained(bucket, { job: 'old', latestDate: day(1) })
    await putTrained(bucket, { job: 'new', latestDate: day(2), learnt: spoiled(1) })
    await evaluate(ports)('old', NOW)
    await bucket.put(keys.artefact({ job: 'old' }), 'overwritten')

    const { verdict, reasons } = await evaluate(evaluatorOf(bucket).ports)('new', NOW)

    expect(verdict).toBe('promoted')
    expect(reasons).toEqual([expect.stringContaining('the champion cannot be compared')])
  })
})

describe('a challenger beside models of the last two weeks', () => {
  const put = (job: string, latestDate: string, learnt = spoiled(0), engine = 'fasttext') =>
    putTrained(bucket, { job, latestDate, learnt, engine })

  it('is also compared with the best of them, on its own window', async () => {
    await put('best', '2026-11-10')
    await put('lower', '2026-11-11', spoiled(5))
    await put('low', '2026-11-12', spoiled(5))
    await evaluate(ports)('best', NOW)
    // A gate that promotes the model shows how the next contest treats it.
    await evaluate({ ...ports, gate: { ...GATE, standardErrors: 9, bestLoss: 1, recallLoss: 1 } })('lower', NOW)
    expect(await champion()).toMatchObject({ job: 'lower' })

    const { verdict, reasons } = await evaluate(ports)('low', NOW)

    expect(verdict).toBe('rejected')
    expect(reasons).toEqual([
      expect.stringMatching(/^macro-F1 0\.\d+, where best, the best live model of .* has 1\.000/),
    ])
    expect(await card('low')).toMatchObject({ champion: 'lower', best: { job: 'best', macroF1: 1 } })
  })

  it('is not compared with one that was replaced more than two weeks ago, or whose artefact is gone', async () => {
    await put('best', '2026-10-10')
    await put('lower', '2026-10-11', spoiled(5))
    await put('low', '2026-11-12', spoiled(5))
    await evaluate(ports)('best', NOW)
    await evaluate({ ...ports, gate: { ...GATE, standardErrors: 9, bestLoss: 1, recallLoss: 1 } })('lower', NOW)

    expect(await evaluate(ports)('low', NOW)).toMatchObject({ verdict: 'promoted' })
    expect(await card('low')).toMatchObject({ champion: 'lower', best: null })
  })

  it('is not compared with one that was rolled back', async () => {
    await put('one', '2026-11-10', spoiled(5))
    await put('two', '2026-11-11')
    await put('three', '2026-11-12', spoiled(5))
    for (const job of ['one', 'two']) await evaluate(ports)(job, NOW)
    await rollback(ports)(true, NOW)

    expect(await evaluate(ports)('three', NOW)).toMatchObject({ verdict: 'promoted' })
    expect(await card('three')).toMatchObject({ champion: 'one', best: null })
  })

  it('goes live with another engine when it was also ahead on the two previous days of labels', async () => {
    ports.gate = { ...GATE, standardErrors: 9 }
    await put('first', '2026-11-10', spoiled(5))
    await put('a', '2026-11-11', spoiled(0), 'naive-bayes')
    await put('b', '2026-11-12', spoiled(0), 'naive-bayes')
    await put('c', '2026-11-13', spoiled(0), 'naive-bayes')

    for (const job of ['first', 'a', 'b', 'c']) await evaluate(ports)(job, NOW)

    const rulings = await Promise.all(['a', 'b', 'c'].map(async (job) => (await card(job)).gate))
    const words = rulings.map((rules) => rules.find(({ name }) => name === 'other-engine')?.words)
    expect(words).toEqual([
      expect.stringContaining('this is day 1'),
      expect.stringContaining('this is day 2'),
      expect.stringContaining('ahead for 3 days of labels'),
    ])
    expect(await champion()).toMatchObject({ job: 'c', engine: 'naive-bayes' })
  })

  it('must be significantly better for days when its engine was recently replaced', async () => {
    await put('first', '2026-11-10', spoiled(6))
    await put('other', '2026-11-11', spoiled(5), 'naive-bayes')
    await put('back', '2026-11-13', spoiled(0))
    for (const job of ['first', 'other']) await evaluate(ports)(job, NOW)
    expect(await champion()).toMatchObject({ engine: 'naive-bayes' })

    const { reasons } = await evaluate(ports)('back', NOW)

    expect(reasons).toEqual([expect.stringContaining('2 days of labels after another switch')])
  })
})

describe('an evaluation', () => {
  const prepare = async (into: TestBucket) => {
    await putTrained(into, { job: 'old', latestDate: '2026-11-20' })
    await putTrained(into, { job: 'new', latestDate: '2026-11-21' })
    await putTrained(into, { job: 'worse', latestDate: '2026-11-22', learnt: spoiled(6) })
  }
  const JOBS = ['old', 'new', 'worse']

  it('is idempotent: a duplicate event changes nothing and publishes the same events', async () => {
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

  it('leaves the same result as an uninterrupted one when it is killed after any write', async () => {
    await prepare(bucket)
    const prepared = bucket.written.length
    for (const job of JOBS) await evaluate(ports)(job, NOW)
    const clean = bucket.texts()
    const cleanEvents = new Set(events.map(({ detail }) => detail.id))
    const writes = bucket.written.length - prepared

    // champion.json twice, three cards with their SQL rows, three registry records, and live.json twice.
    expect(writes).toBe(13)
    for (let fatal = 1; fatal <= writes; fatal++) {
      const other = testBucket()
      await prepare(other)
      let count = 0
      other.afterWrite = () => {
        if (++count === fatal) throw new Error('the function died')
      }
      const again = evaluatorOf(other)
      for (const job of JOBS) {
        await evaluate(again.ports)(job, NOW).catch(() => evaluate(again.ports)(job, NOW))
      }

      expect(other.texts()).toEqual(clean)
      expect(new Set(again.events.map(({ detail }) => detail.id))).toEqual(cleanEvents)
    }
  })

  it('completes the promotion of a killed evaluation before it updates champion.json', async () => {
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

describe('a card', () => {
  const priced = (key: string, costUsd: number, more = {}) => bucket.put(key, JSON.stringify({ costUsd, ...more }))

  it('has everything that a reader may ask', async () => {
    const batch = '2026-11-21'
    const run = keys.run({ hashtag: 'aws', date: batch, run: 'one' })
    await putTrained(bucket, { job: 'old', latestDate: '2026-11-20' })
    await putTrained(bucket, { job: 'new', latestDate: '2026-11-22' })
    await bucket.put(keys.datasetLabels({ dataset: 'data-of-new' }), 'item,part\na,train\nb,evaluation\n')
    await priced(keys.quality({ batch }), 1.25)
    await priced(keys.plan({ batch }), 2, { runs: [run] })
    await priced(run, 0.5)

    for (const job of ['old', 'new']) await evaluate(ports)(job, NOW)

    const { lineage, ...rest } = await card('new')
    expect(rest).toMatchObject({
      verdict: 'promoted',
      provisional: false,
      champion: 'old',
      labelStatus: 'unmeasured',
      window: { size: 400, items: 120, of: 120, from: '2026-11-21', to: '2026-11-21', leaked: 0 },
      scores: {
        naiveBayes: { macroF1: 1 },
        linear: { macroF1: 1 },
        majority: { macroF1: 0.4 },
        champion: { macroF1: 1 },
      },
      comparison: { difference: 0, standardError: 0, replicates: 2000, mcnemar: { lost: 0, gained: 0, p: 1 } },
      calibration: { items: 120, temperature: 0.2 },
      live: { job: 'old', after: '2026-11-20', through: '2026-11-22', scores: { items: 120, macroF1: 1 } },
      tuning: null,
      seed: 0,
      cost: { labelsUsd: 1.25, readsUsd: 0.5, trainingUsd: 0 },
    })
    expect(rest.scores.linear).toEqual(rest.scores.naiveBayes)
    expect(rest.gate.map(({ name }) => name)).toContain('not-surely-worse')
    expect(rest.calibration?.ece.scaled).toBeLessThan(rest.calibration!.ece.raw)
    expect(lineage.labels).toMatchObject({ key: 'datasets/data-of-new/labels.csv', count: 2 })
    expect(lineage.inputs.map(({ key }) => key)).toEqual([
      'labeled/2026-11-21/output.manifest',
      'datasets/data-of-new/dataset.json',
      'models/new/training.json',
      'datasets/data-of-new/train/posts.train',
      'datasets/data-of-new/validation/posts.validation',
      'datasets/data-of-new/evaluation/posts.jsonl',
      'datasets/data-of-new/train/posts.jsonl',
      'datasets/data-of-new/validation/posts.jsonl',
      'models/new/output/model.tar.gz',
    ])
    expect(await bucket.readJson(keys.live({ job: 'old' }), liveRecord)).toEqual(rest.live)
    expect(await champion()).toMatchObject({ temperature: 0.2, provisional: false, latestDate: '2026-11-22' })
  })

  it('is marked provisional for a first model, like champion.json and the event', async () => {
    await putTrained(bucket, { job: 'first' })

    await evaluate(ports)('first', NOW)

    expect(await card('first')).toMatchObject({ provisional: true, comparison: null, live: null })
    expect(await champion()).toMatchObject({ provisional: true })
    expect(events).toMatchObject([{ detail: { provisional: true, labelStatus: 'unmeasured', temperature: 0.2 } }])
  })

  it('scores the champion again on the newest items, and only on those', async () => {
    ports.gate = { ...GATE, window: 100 }
    const older = items(['marketing', 50], ['technical', 50])
    const newer = items(['marketing', 150], ['technical', 150])
      .filter(({ item: id }) => !older.some((one) => one.item === id))
      .slice(0, 100)
      .map((one) => ({ ...one, date: '2026-11-22', labelled: '2026-11-23' }))
    await putTrained(bucket, { job: 'old', latestDate: '2026-11-22', evaluation: older })
    await putTrained(bucket, { job: 'new', latestDate: '2026-11-23', evaluation: [...newer, ...older] })

    for (const job of ['old', 'new']) await evaluate(ports)(job, NOW)

    expect(await card('new')).toMatchObject({
      window: { items: 100, of: 200, from: '2026-11-22' },
      scores: { champion: { items: 100 } },
      live: { after: '2026-11-22', scores: { items: 100 } },
    })
  })

  it('is judged on the newest posts, not on old ones that were corrected lately', async () => {
    ports.gate = { ...GATE, window: 100 }
    const newer = items(['marketing', 50], ['technical', 50]).map((one) => ({ ...one, date: '2026-11-22' }))
    const corrected = items(['marketing', 80], ['technical', 80])
      .filter(({ item: id }) => !newer.some((one) => one.item === id))
      .map((one) => ({ ...one, date: '2026-11-01', labelled: '2026-11-25' }))
    await putTrained(bucket, { job: 'first', evaluation: [...corrected, ...newer] })

    await evaluate(ports)('first', NOW)

    expect(await card('first')).toMatchObject({ window: { items: 100, from: '2026-11-22', to: '2026-11-22' } })
  })

  it('excludes items of the training set, and rejects the model when there are many', async () => {
    const evaluation = items(['marketing', 40], ['technical', 80])
    const seen = evaluation.map((one, i) => (i < 12 ? { ...one, text: `${one.text} again` } : one))
    await putTrained(bucket, { job: 'first', evaluation: seen })

    const { reasons } = await evaluate(ports)('first', NOW)

    expect(reasons).toEqual([expect.stringMatching(/^12 of 120 evaluation texts stand in the training set too/)])
    expect(await card('first')).toMatchObject({ window: { items: 108, leaked: 12 } })
  })

  it('stays in live.json with its later labels when an earlier event comes again', async () => {
    for (const [job, day] of [
      ['a', '20'],
      ['b', '21'],
      ['c', '22'],
    ] as const)
      await putTrained(bucket, { job, latestDate: `2026-11-${day}`, ...(job === 'a' ? {} : { learnt: spoiled(6) }) })
    for (const job of ['a', 'b', 'c']) await evaluate(ports)(job, NOW)
    const live = () => bucket.readJson(keys.live({ job: 'a' }), liveRecord)
    expect(await live()).toMatchObject({ through: '2026-11-22' })

    await evaluate(ports)('b', NOW)

    expect(await live()).toMatchObject({ through: '2026-11-22' })
  })
})

describe('the model registry', () => {
  const later = new Date('2026-11-22T09:00:00Z')
  const three = async () => {
    for (const [i, job] of ['one', 'two', 'three'].entries()) {
      await putTrained(bucket, { job, latestDate: `2026-11-1${i}` })
      await evaluate(ports)(job, NOW)
    }
  }

  it('has every model: live ones approved, others rejected with the reason', async () => {
    await three()
    await putTrained(bucket, { job: 'worse', latestDate: '2026-11-14', learnt: spoiled(6) })

    const { reasons } = await evaluate(ports)('worse', NOW)

    expect(registry.statuses()).toEqual(['Approved', 'Approved', 'Approved', 'Rejected'])
    expect(registry.versions.at(-1)).toMatchObject({
      why: reasons.join('; '),
      InferenceSpecification: {
        Containers: [
          {
            Image: '685385470294.dkr.ecr.eu-west-1.amazonaws.com/blazingtext:1',
            ModelDataUrl: 's3://bellwether-test/models/worse/output/model.tar.gz',
          },
        ],
      },
      ModelMetrics: { ModelQuality: { Statistics: { S3Uri: 's3://bellwether-test/models/worse/card.json' } } },
      CustomerMetadataProperties: { trainingJob: 'worse', datasetId: 'data-of-worse', heldAgainst: 'three' },
    })
    for (const { CustomerMetadataProperties: properties = {} } of registry.versions)
      for (const text of Object.entries(properties).flat()) expect(text).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u)
  })

  it('has the champion as the latest approved version after a rollback, too', async () => {
    await three()

    await rollback(ports)('one', later)

    expect(registry.statuses()).toEqual(['Approved', 'Rejected', 'Rejected'])
    expect(registry.versions[2]).toMatchObject({ why: 'rolled back: one is live' })
  })

  it('is corrected from champion.json by the next evaluation', async () => {
    await three()
    registry.versions[2]!.status = 'Rejected'
    await putTrained(bucket, { job: 'worse', latestDate: '2026-11-14', learnt: spoiled(6) })

    await evaluate(ports)('worse', NOW)

    expect(registry.statuses()).toEqual(['Approved', 'Approved', 'Approved', 'Rejected'])
  })

  it('does not approve a rolled-back model again when its training event comes late', async () => {
    await three()
    await rollback(ports)(true, later)

    await evaluate(ports)('three', later)

    expect(registry.statuses()).toEqual(['Approved', 'Approved', 'Rejected'])
  })

  it('gets no second version when an evaluation crashed before recording the first', async () => {
    await putTrained(bucket, { job: 'first' })
    bucket.afterWrite = (key) => {
      if (key === keys.card({ job: 'first' })) throw new Error('the function died')
    }
    await expect(evaluate(ports)('first', NOW)).rejects.toThrow('died')
    bucket.afterWrite = () => undefined
    const { create } = bucket
    ports.objects.create = async (key, ...what) => {
      if (key === keys.registration({ job: 'first' })) throw new Error('the function died')
      return create(key, ...what)
    }
    await expect(evaluate(ports)('first', NOW)).rejects.toThrow('died')
    ports.objects.create = create

    await evaluate(ports)('first', NOW)

    expect(registry.statuses()).toEqual(['Approved'])
  })

  it('causes only a warning when it refuses a version: promotion and rollback go ahead', async () => {
    const refuse = () =>
      Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException', $fault: 'client' }))
    Object.assign(registry, { add: refuse, statusOf: refuse, decide: refuse })

    await three()
    await rollback(ports)('one', later)

    expect(await champion()).toMatchObject({ job: 'one' })
    expect(events.map(({ name }) => name)).toEqual([
      'ModelPromoted',
      'ModelPromoted',
      'ModelPromoted',
      'ModelRolledBack',
    ])
    expect(warnings).toEqual(Array(3).fill('the model registry refused: the model is not listed there'))
  })

  it.each([
    ['throttles', { name: 'ThrottlingException', $fault: 'client' }],
    ['fails internally', { name: 'InternalFailure', $fault: 'server' }],
  ])('is retried with the event when it %s', async (_, error) => {
    await putTrained(bucket, { job: 'first' })
    const { add } = registry
    registry.add = () => Promise.reject(Object.assign(new Error('no'), error))
    await expect(evaluate(ports)('first', NOW)).rejects.toThrow('no')
    registry.add = add

    await evaluate(ports)('first', NOW)

    expect(registry.statuses()).toEqual(['Approved'])
  })

  it('has no model in a region whose images cannot serve it', async () => {
    await putTrained(bucket, { job: 'first' })

    expect(await evaluate({ ...ports, region: 'mx-central-1' })('first', NOW)).toMatchObject({ live: true })

    expect(registry.versions).toEqual([])
  })
})

describe('the log of live models', () => {
  const at = (hour: number) => new Date(Date.UTC(2026, 10, 22, hour))
  const answer = async (hour: number) => {
    const { job, since, until } = await liveAt(bucket, at(hour))
    return [job, since.slice(11, 13), until?.slice(11, 13)]
  }

  it('has the model of every instant, also after a rollback', async () => {
    for (const [i, job] of ['one', 'two'].entries()) {
      await putTrained(bucket, { job, latestDate: `2026-11-1${i}` })
      await evaluate(ports)(job, at(2 + 2 * i))
    }
    await rollback(ports)(true, at(6))

    expect(await answer(2)).toEqual(['one', '02', '04'])
    expect(await answer(3)).toEqual(['one', '02', '04'])
    expect(await answer(5)).toEqual(['two', '04', '06'])
    expect(await answer(23)).toEqual(['one', '06', undefined])
    await expect(liveAt(bucket, at(1))).rejects.toThrow(/^NOT_FOUND.*no model was live at .*: one went live first/s)
  })

  it('says when no model has ever been live', async () => {
    await expect(liveAt(bucket, at(1))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('two evaluations at once', () => {
  it.each([
    ['better', 'worse'],
    ['worse', 'better'],
  ])('leave the better model live when one is %s and the other %s', async (...jobs) => {
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

  it('give up with a named error when others keep changing the champion', async () => {
    await putTrained(bucket, { job: 'mine' })
    ports.objects.swap = async () => false

    await expect(evaluate(ports)('mine', NOW)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/champion\.json changed \d+ times while mine was judged/),
    })
  })
})

describe('latestJob', () => {
  it('is the job recorded last, and fails with a named error when there is none', async () => {
    await expect(latestJob(bucket)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await putTrained(bucket, { job: 'z-first' })
    await putTrained(bucket, { job: 'a-second' })

    expect(await latestJob(bucket)).toBe('a-second')
  })

  it('is ordered by what was recorded, not by the time in S3', async () => {
    for (const [job, recordedAt] of [
      ['second', '2026-11-22T11:00:00.500Z'],
      ['first', '2026-11-22T11:00:00.400Z'],
    ] as const) {
      await putTrained(bucket, { job })
      const record: unknown = JSON.parse(bucket.texts()[keys.training({ job })]!)
      await bucket.put(keys.training({ job }), JSON.stringify({ ...Object(record), recordedAt }))
    }

    expect(await latestJob(bucket)).toBe('second')
  })
})

describe('a rollback', () => {
  const three = async () => {
    for (const [i, job] of ['one', 'two', 'three'].entries()) {
      await putTrained(bucket, { job, latestDate: `2026-11-1${i}` })
      await evaluate(ports)(job, NOW)
    }
  }
  const later = new Date('2026-11-22T09:00:00Z')

  it('restores the previous champion, and then the one before that', async () => {
    await three()

    expect(await rollback(ports)(true, later)).toEqual({ champion: 'two', before: 'three' })
    expect(await rollback(ports)(true, later)).toEqual({ champion: 'one', before: 'two' })
    expect(events.at(-1)).toMatchObject({ name: 'ModelRolledBack', detail: { job: 'one', replaces: 'two' } })
    await expect(rollback(ports)(true, later)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('restores a named champion', async () => {
    await three()

    await rollback(ports)('one', later)

    expect(await champion()).toMatchObject({ job: 'one', promotedAt: later.toISOString() })
  })

  it('is published by a retry, which changes nothing, when the first attempt crashed before publishing', async () => {
    await three()
    const { publish } = ports
    ports.publish = () => Promise.reject(new Error('the function died'))
    await expect(rollback(ports)('one', later)).rejects.toThrow('the function died')
    ports.publish = publish
    const moved = await champion()

    const again = [1, 2].map((minute) => new Date(later.getTime() + minute * 60_000))
    for (const now of again) expect(await rollback(ports)('one', now)).toEqual({ champion: 'one', before: 'three' })

    expect(await champion()).toEqual(moved)
    const told = events.filter(({ name }) => name === 'ModelRolledBack')
    expect(told).toMatchObject([{ detail: { job: 'one', replaces: 'three', at: later.toISOString() } }, {}])
    expect(told[1]).toEqual(told[0])
  })

  it('refuses the champion that is live already', async () => {
    await three()

    await expect(rollback(ports)('three', later)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  })

  it('leaves the champion when the previous artefact does not load', async () => {
    await three()
    await bucket.put(keys.artefact({ job: 'two' }), 'gone')

    await expect(rollback(evaluatorOf(bucket).ports)(true, later)).rejects.toMatchObject({ code: 'MODEL_UNREADABLE' })
    expect(await champion()).toMatchObject({ job: 'three' })
  })

  it('is not undone by a late duplicate of the event that promoted the model', async () => {
    await three()
    await rollback(ports)(true, later)

    await evaluate(ports)('three', later)

    expect(await champion()).toMatchObject({ job: 'two' })
  })

  it('is not undone by the retry of an evaluation that crashed after promoting its model', async () => {
    await three()
    await putTrained(bucket, { job: 'four', latestDate: '2026-11-13' })
    bucket.afterWrite = (key) => {
      if (key === keys.champion({})) throw new Error('the function died')
    }
    await expect(evaluate(ports)('four', NOW)).rejects.toThrow('died')
    bucket.afterWrite = () => undefined

    await rollback(ports)('three', later)
    await evaluate(ports)('four', later)

    expect(await champion()).toMatchObject({ job: 'three' })
    expect(await card('four')).toMatchObject({ verdict: 'promoted', champion: 'three' })
    expect(events.at(-1)).toMatchObject({ name: 'ModelRolledBack', detail: { job: 'three', replaces: 'four' } })
  })

  it('fails when there is no previous champion', async () => {
    await expect(rollback(ports)(true, later)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await putTrained(bucket, { job: 'bad', learnt: spoiled(20) })
    await evaluate(ports)('bad', NOW)
    await putTrained(bucket, { job: 'good' })
    await evaluate(ports)('good', NOW)

    await expect(rollback(ports)('bad', later)).rejects.toThrow('bad was never a champion')
  })
})
