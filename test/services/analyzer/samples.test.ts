import { describe, expect, it } from '@jest/globals'
import { designOf, modelAtPlan, openPlans, strataOf, windowScoresOf } from '../../../services/analyzer/facts/samples'
import { keys } from '../../../shared/keys'
import type { StandingLabel } from '../../../shared/labels'
import type { PlanRecord } from '../../../shared/records'
import { makeMemory } from '../../../shared/memory'
import { testBucket, type TestBucket } from '../../shared/bucket'

const plan: Omit<PlanRecord, 'batch'> = {
  date: '2026-12-28',
  labeller: 'desk',
  job: 'j',
  schemaVersion: 1,
  categories: ['technical', 'marketing'],
  deadline: '2026-12-29T21:00:00.000Z',
  runs: [],
  cascades: 0,
  judgements: 0,
  costUsd: 0,
  items: [],
  draws: [],
}

const plansBetween = async (bucket: TestBucket, from: string, to: string) =>
  (await openPlans(bucket, makeMemory(2 ** 20), '2026-11-01')).between(from, to)

it('reads the plans of a range of days and the three days after it, in order of day and number', async () => {
  const bucket = testBucket()
  const before = ['2026-12-27', '2026-12-27-2']
  const wanted = ['2026-12-28', '2026-12-28-2', '2026-12-28-10', '2027-01-01', '2027-01-04', '2027-01-04-12']
  const after = ['2027-01-05', '2027-01-05-2', 'import-0123456789abcdef']
  for (const batch of [...after, ...wanted, ...before]) {
    await bucket.put(keys.plan({ batch }), JSON.stringify({ ...plan, batch }))
    await bucket.put(keys.categories({ batch }), '{}')
  }

  expect((await plansBetween(bucket, '2026-12-28', '2027-01-01')).map(({ batch }) => batch)).toEqual(wanted)
})

it('reads the plans of one day in the order of its batches', async () => {
  const bucket = testBucket()
  const names = ['2026-11-22', '2026-11-22-2', '2026-11-22-10']
  for (const batch of names) await bucket.put(keys.plan({ batch }), JSON.stringify({ ...plan, batch }))

  expect((await plansBetween(bucket, '2026-11-22', '2026-11-22')).map(({ batch }) => batch)).toEqual(names)
})

it('reads a plan only once', async () => {
  const bucket = testBucket()
  await bucket.put(keys.plan({ batch: '2026-11-22' }), JSON.stringify({ ...plan, batch: '2026-11-22' }))
  const memory = makeMemory(2 ** 20)
  let reads = 0
  const objects = { ...bucket, read: async (key: string) => (reads++, bucket.read(key)) }

  for (let again = 0; again < 3; again++) {
    const plans = await openPlans(objects, memory, '2026-11-20')
    expect(await plans.between('2026-11-21', '2026-11-22')).toHaveLength(1)
  }

  expect(reads).toBe(1)
})

const DAY = { hashtag: 'aws', date: '2026-11-22' }
const runKey = (run: string, date = DAY.date) => keys.run({ hashtag: 'aws', date, run })
const draw = (date: string, members: PlanRecord['draws'][number]['members'], more = {}) => ({
  hashtag: 'aws',
  date,
  target: members.filter(({ drawn }) => drawn === 'evaluation').length,
  cascades: 100,
  posts: 100,
  members,
  ...more,
})
const planOf = (
  batch: string,
  runs: string[],
  draws: PlanRecord['draws'],
  model: string | null = null,
): PlanRecord => ({
  ...plan,
  batch,
  runs,
  draws,
  model,
})

describe('the strata of a day', () => {
  it('are the runs that its plans drew from, merged when plans share a run', () => {
    const own = [draw(DAY.date, [])]
    const plans = [
      planOf('2026-11-22', [runKey('one'), runKey('two')], own),
      planOf('2026-11-22-2', [runKey('two'), runKey('three'), runKey('other day', '2026-11-23')], own),
      planOf('2026-11-23', [runKey('four')], own),
      planOf('2026-11-23-2', [runKey('five')], [draw('2026-11-23', [])]),
    ]

    const strata = strataOf(plans, [DAY], DAY.date).map(({ runs }) => [...runs].sort())

    expect(strata).toEqual([['one', 'three', 'two'].map((run) => runKey(run)), [runKey('four')]])
  })

  it('are scored by the model that was live at the first plan', () => {
    const own = [draw(DAY.date, [])]
    const plans = [
      planOf('2026-11-21', [], []),
      planOf('2026-11-22', [], own, 'model-a'),
      planOf('x', [], own, 'model-b'),
    ]

    expect(modelAtPlan(plans, [DAY], DAY.date)).toBe('model-a')
    expect(modelAtPlan([], [DAY], DAY.date)).toBeNull()
  })
})

describe('the inclusion probability after non-response', () => {
  const member = (item: string, drawn: 'evaluation' | 'training' | 'before') => ({
    item,
    size: 1,
    measure: 1,
    inclusionProbability: 0.5,
    evaluation: 0.1,
    training: 0.1,
    drawn,
  })
  const ten = Array.from({ length: 10 }, (_, i) => member(`e${i}`, 'evaluation'))
  const labelOf = (more: Partial<StandingLabel>) => ({ adjudicated: false, ...more }) as StandingLabel
  const planned = (batch: string) => labelOf({ planned: { label: 'technical', kind: 'one', batch } })
  const answered = (items: string[], batch = DAY.date) => new Map(items.map((item) => [item, planned(batch)]))
  const partsOf = (plans: PlanRecord[], given: Map<string, StandingLabel>, item: string) =>
    designOf(plans, given, '2026-11-16', DAY.date).get(item)
  const one = planOf('2026-11-22', [runKey('one')], [draw(DAY.date, ten)])

  it('is that of a draw as large as the number of answered items', () => {
    const all = answered(ten.map(({ item }) => item))
    const five = answered(ten.slice(0, 5).map(({ item }) => item))

    expect(partsOf([one], all, 'e0')).toEqual({ evaluation: 0.1, training: 0 })
    expect(partsOf([one], five, 'e0')).toEqual({ evaluation: 0.05, training: 0 })
    expect(partsOf([one], five, 'e9')).toEqual({ evaluation: 0.05, training: 0 })
  })

  it("counts an owner's decision as answered, and an imported label as unanswered", () => {
    const given = new Map([
      ['e0', labelOf({ adjudicated: true })],
      ['e1', labelOf({ batch: 'import-0123456789abcdef' })],
    ])

    expect(partsOf([one], given, 'e0')).toEqual({ evaluation: 0.01, training: 0 })
  })

  it('is the largest of all draws up to the day, for each part', () => {
    const before = planOf(
      '2026-11-21',
      [],
      [
        draw('2026-11-21', [...ten.slice(1), member('e0', 'training')], {
          posts: 30,
          training: { target: 1, measure: 4 },
        }),
      ],
    )
    const after = planOf('2026-11-23', [], [draw('2026-11-23', ten, { posts: 10 })])
    const given = answered(ten.map(({ item }) => item))

    expect(partsOf([before, one, after], given, 'e0')).toEqual({ evaluation: 0.3, training: 0.25 })
  })

  it('is at least that of an earlier draw that labelled the item, though its plan is no longer read', () => {
    const old = { ...planned('2026-11-02'), draw: { evaluation: 0.4, training: 0 } }
    const recent = { ...planned('2026-11-20'), draw: { evaluation: 0.4, training: 0 } }
    const given = answered(ten.slice(1).map(({ item }) => item))

    expect(partsOf([one], new Map(given).set('e0', old), 'e0')?.evaluation).toBe(0.4)
    expect(partsOf([one], new Map(given).set('e0', recent), 'e0')?.evaluation).toBe(0.1)
  })
})

describe('the window scores of a day', () => {
  const scored = (batch: string, date: string, score: number, more: Partial<PlanRecord> = {}): PlanRecord => ({
    ...planOf(batch, [runKey('r1', date)], [draw(date, [])], 'a-model'),
    window: [{ item: 'w1', scores: [score, 1 - score] }],
    ...more,
  })
  const labels = plan.categories

  it('come from the first plan that drew from the day', () => {
    const plans = [
      scored('2026-11-21', '2026-11-21', 0.1),
      scored('2026-11-22', DAY.date, 0.2),
      scored('2026-11-22-2', DAY.date, 0.3),
    ]

    expect(windowScoresOf(plans, [DAY], DAY.date, labels)).toEqual(new Map([['w1', [0.2, 0.8]]]))
  })

  it('are missing for other categories, an older release, or a day without a plan', () => {
    const other = scored('2026-11-22', DAY.date, 0.2, { categories: ['how-to', 'promotion'] })
    const older = planOf('2026-11-22', [runKey('r1')], [draw(DAY.date, [])], 'a-model')

    expect(windowScoresOf([other], [DAY], DAY.date, labels)).toBeUndefined()
    expect(windowScoresOf([older], [DAY], DAY.date, labels)).toBeUndefined()
    expect(windowScoresOf([], [DAY], DAY.date, labels)).toBeUndefined()
  })
})
