import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { JudgementErrorsRecord } from '../../../shared/records'
import { judgementErrorsRecord } from '../../../shared/records'
import { commonConfusion } from '../../../shared/statistics/class-errors'
import {
  agreedOf,
  consensusErrors,
  disagreementAt,
  isUnreliable,
  type JudgementErrors,
  judgementErrors,
  noErrors,
  rateAt,
  signalOf,
} from '../../../shared/statistics/judgement-errors'
import { conditionNumber, identity, inverse, product } from '../../../shared/statistics/matrix'
import { noCounts, type PairCounts, pairCounts } from '../../../shared/statistics/pair-counts'
import { mulberry32 } from '../../../shared/statistics/random'

describe('the common error rate', () => {
  it.each([
    [2, 0.095, 0.05],
    [2, 0.255, 0.15],
    // Two annotators differ on 43 % of posts: the labels of 2019.
    [2, 0.4352, 0.32],
    [3, 0.09625, 0.05],
  ])('is, for %d classes with a disagreement of %f, %f', (classes, disagreement, rate) => {
    expect(rateAt(classes, disagreement)).toBeCloseTo(rate, 9)
    expect(disagreementAt(classes, rate)).toBeCloseTo(disagreement, 9)
  })

  it('is 3e² − 2e³ for a consensus of two, with a third for disagreements', () => {
    const [row] = consensusErrors(commonConfusion(2, 0.15))

    expect(row![1]).toBeCloseTo(3 * 0.15 ** 2 - 2 * 0.15 ** 3, 9)
  })

  it('distributes the items about which all three differ, for a consensus of three classes', () => {
    const [row] = consensusErrors(commonConfusion(3, 0.3))
    const ways = [0.7, 0.15, 0.15].map((chance) => 3 * chance ** 2 - 2 * chance ** 3)

    expect(row![0]).toBeCloseTo(ways[0]! / (ways[0]! + ways[1]! + ways[2]!), 9)
    expect(row!.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12)
  })

  it('doubles for a consensus when some posts are harder than others', () => {
    const [row] = agreedOf(commonConfusion(2, 0.15))

    expect(row![1]).toBeCloseTo(2 * (3 * 0.15 ** 2 - 2 * 0.15 ** 3), 9)
    expect(row![0]).toBeCloseTo(1 - row![1]!, 12)
    expect(agreedOf(commonConfusion(3, 0))).toEqual(commonConfusion(3, 0))
  })

  it('leaves 1 − 2e of a difference in shares for two classes, and 1 − 3e/2 for three', () => {
    expect(signalOf(2, 0.32)).toBeCloseTo(0.36, 9)
    expect(signalOf(3, 0.2)).toBeCloseTo(0.7, 9)
  })
})

describe('judgementErrors', () => {
  it('assume 5 % with a deviation of 3 %, or the configured rate, when nothing was judged twice', () => {
    const errors = judgementErrors(noCounts(2))
    const other = judgementErrors(noCounts(2), { mean: 0.1, sd: 0.02 })

    expect(errors.source).toBe('assumed')
    expect([errors.rate.mean, errors.rate.sd].map((value) => value.toFixed(3))).toEqual(['0.050', '0.030'])
    expect([other.rate.mean, other.rate.sd].map((value) => value.toFixed(3))).toEqual(['0.100', '0.020'])
    expect(errors.one[0]![1]).toBeCloseTo(errors.rate.mean, 9)
    expect(errors.consensus).toEqual(agreedOf(errors.one).map((row) => row.map((p) => Number(p.toPrecision(9)))))
  })

  it('let self-agreement raise the assumed rate, and never lower it', () => {
    const repeats = (differing: number): PairCounts => ({ ...noCounts(2), repeats: { items: 100, differing } })

    expect(judgementErrors(repeats(0)).rate.mean).toBeCloseTo(0.05, 3)
    expect(judgementErrors(repeats(20)).rate.mean).toBeCloseTo(rateAt(2, 0.2), 2)
    expect(judgementErrors(repeats(20)).source).toBe('assumed')
  })

  it('use gold when nothing was judged twice, and double judgements when there are enough', () => {
    const gold = [
      [50, 5],
      [5, 40],
    ]
    const pairs = [
      [50, 2],
      [2, 46],
    ]

    expect(judgementErrors({ ...noCounts(2), gold })).toMatchObject({ source: 'gold', items: 100, differing: 10 })
    expect(judgementErrors({ ...noCounts(2), gold }).rate.mean).toBeCloseTo(0.095, 2)
    expect(judgementErrors({ ...noCounts(2), gold, pairs })).toMatchObject({
      source: 'pairs',
      items: 100,
      differing: 4,
    })
    expect(judgementErrors({ ...noCounts(2), gold, pairs }).rate.mean).toBeCloseTo(rateAt(2, 0.04), 2)
  })

  it('report the deviation that repeated counts of 200 pairs have', () => {
    const runs = Array.from({ length: 200 }, (_, seed) => simulated(200, 0.3, [0.1, 0.1], seed + 1))
    const means = runs.map(({ rate }) => rate.mean)
    const mean = average(means)

    expect(mean).toBeGreaterThan(0.095)
    expect(mean).toBeLessThan(0.105)
    const deviation = Math.sqrt(average(means.map((value) => (value - mean) ** 2)))
    expect(average(runs.map(({ rate }) => rate.sd)) / deviation).toBeGreaterThan(0.85)
    expect(average(runs.map(({ rate }) => rate.sd)) / deviation).toBeLessThan(1.2)
  })

  it('distinguish classes with different rates by the thirds, from 30 items of each on', () => {
    const runs = Array.from({ length: 60 }, (_, seed) => simulated(3000, 0.3, [0.05, 0.15], seed + 1))

    expect(runs.every(({ byClass }) => byClass)).toBe(true)
    expect(average(runs.map(({ one }) => one[0]![1]!))).toBeCloseTo(0.05, 1)
    expect(average(runs.map(({ one }) => one[1]![0]!))).toBeGreaterThan(0.12)
    expect(simulated(200, 0.05, [0.05, 0.15], 1).byClass).toBe(false)
  })

  it("do not use a class's own confusion when its inverse would be unstable", () => {
    const blurred: PairCounts = { ...noCounts(2), gold: [[54, 46], [46, 54]] } // prettier-ignore

    const errors = judgementErrors(blurred)

    expect(errors.byClass).toBe(false)
    expect(conditionNumber(errors.one)).toBeLessThanOrEqual(5 + 1e-6)
  })

  it('are unreliable when the upper limit of the rate leaves less than half of the signal', () => {
    expect(isUnreliable(noErrors(2))).toBe(false)
    expect(isUnreliable(judgementErrors(noCounts(2)))).toBe(false)
    expect(isUnreliable(simulated(200, 0.5, [0.15, 0.15], 1))).toBe(false)
    expect(isUnreliable(simulated(200, 0.5, [0.32, 0.32], 1))).toBe(true)
  })

  it.each([60, 90, 120])('call error rates of 15 % unreliable from %d pairs in at most one case of twenty', (items) => {
    const withheld = (rate: number) =>
      average(
        Array.from({ length: 400 }, (_, seed) =>
          Number(isUnreliable(simulated(items, 0.5, [rate, rate], 1000 * items + seed))),
        ),
      )

    expect(withheld(0.15)).toBeLessThanOrEqual(0.05)
    // The labels of 2019.
    expect(withheld(0.32)).toBeGreaterThan(0.85)
  })

  it('fit the record of quality.json', () => {
    const counts = pairCounts(2, [[0, 1, 1], ...Array.from({ length: 40 }, () => [0, 0])])
    const record: JudgementErrorsRecord = { ...judgementErrors(counts), counts }

    expect(judgementErrorsRecord.parse(JSON.parse(JSON.stringify(record)))).toEqual(record)
  })
})

describe('pairCounts', () => {
  it('counts each item once, by its first two judgements, and the third when they differ', () => {
    const counts = pairCounts(2, [[0, 0], [1, 0], [0, 1, 1], [1, 0, 1, 0], [1], [], [0, -1], [1, 0, -1], [1, 1, 0]]) // prettier-ignore

    expect(counts.pairs).toEqual([
      [1, 4],
      [0, 1],
    ])
    expect(counts.thirds).toEqual([{ said: [0, 1], third: 1, items: 2 }])
  })
})

describe('confusion matrices', () => {
  it('times their inverse are the identity', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.4, noNaN: true }), fc.integer({ min: 2, max: 12 }), (rate, classes) => {
        const confusion = commonConfusion(classes, rate)
        const whole = product(confusion, inverse(confusion)!)
        for (const [i, row] of identity(classes).entries())
          for (const [j, value] of row.entries()) expect(whole[i]![j]).toBeCloseTo(value, 9)
      }),
    )
  })

  it('have no inverse and an infinite condition number when they are singular', () => {
    const singular = [
      [0.5, 0.5],
      [0.5, 0.5],
    ]

    expect(inverse(singular)).toBeUndefined()
    expect(conditionNumber(singular)).toBe(Number.POSITIVE_INFINITY)
    expect(conditionNumber(commonConfusion(2, 0.25))).toBeCloseTo(2, 6)
  })
})

/** Judgements of items of two classes: the share of the second, and the error rate of each class. */
function simulated(items: number, share: number, rates: readonly [number, number], seed: number): JudgementErrors {
  const random = mulberry32(seed)
  const judged = Array.from({ length: items }, () => {
    const truth = Number(random() < share)
    const said = () => (random() < rates[truth]! ? 1 - truth : truth)
    const [first, second] = [said(), said()]
    return first === second ? [first, second] : [first, second, said()]
  })
  return judgementErrors(pairCounts(2, judged))
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
