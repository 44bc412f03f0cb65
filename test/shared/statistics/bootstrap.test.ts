import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  accuracyOf,
  type AnsweredClasses,
  bootstrap,
  deviationOf,
  macroF1Of,
  percentileInterval,
} from '../../../shared/statistics/bootstrap'
import { mulberry32 } from '../../../shared/statistics/random'
import { metrics } from '../../../packages/fasttext/src'

/** Two models on items of one class: the second corrects `gained` errors of the first and makes `lost` new ones. */
function pair(items: number, gained: number, lost: number): [AnsweredClasses, AnsweredClasses] {
  const truths = Array.from({ length: items }, () => 0)
  const wrong = (from: number, to: number) => truths.map((_, i) => (i >= from && i < to ? 1 : 0))
  return [
    { truths, answers: wrong(0, gained) },
    { truths, answers: wrong(gained, gained + lost) },
  ]
}

const difference = ([old, fresh]: [AnsweredClasses, AnsweredClasses]): Float64Array => {
  // A share near 0.8 of 2,000 draws has a standard error of 0.009: too wide for a tolerance of 0.01.
  const resampling = { replicates: 20_000, seed: 1 }
  const [before, after] = bootstrap(old.truths.length, [accuracyOf(old), accuracyOf(fresh)], resampling)
  // Counted in items, so that thresholds are exact.
  return after!.map((value, i) => Math.round((value - before![i]!) * old.truths.length) / old.truths.length)
}

const shareAbove = (values: Float64Array, threshold: number): number =>
  values.filter((value) => value > threshold).length / values.length

describe('the paired bootstrap', () => {
  // Monte Carlo with a million draws, by numpy: statistics-refs.json.
  it.each([
    [12, 4, 0, 0.9803],
    [12, 4, -0.01, 0.9934],
    [12, 4, -0.02, 0.9987],
    [5, 6, 0, 0.3835],
    [5, 6, -0.02, 0.7776],
    [5, 6, -0.03, 0.9139],
  ])(
    'gives, of 200 items with %i gained and %i lost, the right P(difference > %f)',
    (gained, lost, threshold, expected) => {
      const values = difference(pair(200, gained, lost))
      const ties = threshold === 0 ? values.filter((value) => value === 0).length / values.length / 2 : 0

      expect(Math.abs(shareAbove(values, threshold) + ties - expected)).toBeLessThan(0.01)
    },
  )

  it.each([
    [12, 4],
    [5, 6],
    [0, 0],
  ])("has, of 200 items with %i gained and %i lost, the standard error of McNemar's difference", (gained, lost) => {
    const exact = Math.sqrt(gained + lost - (gained - lost) ** 2 / 200) / 200

    expect(Math.abs(deviationOf(difference(pair(200, gained, lost))) - exact)).toBeLessThan(0.02 * exact + 1e-12)
  })

  it('finds no difference between models with the same answers', () => {
    const values = difference(pair(200, 0, 0))

    expect(percentileInterval(values)).toEqual({ low: 0, high: 0 })
    expect(shareAbove(values, -0.05)).toBe(1)
  })

  it('is deterministic per seed, and empty for no items', () => {
    const [one] = pair(50, 10, 0)
    const run = (seed: number) => bootstrap(50, [accuracyOf(one)], { replicates: 100, seed })[0]

    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
    expect(bootstrap(0, [() => 1])).toEqual([new Float64Array(0)])
    expect(percentileInterval(new Float64Array(0))).toBeNull()
  })

  it('has an interval that covers the truth in about 95 of 100 samples', () => {
    let covered = 0
    for (let sample = 0; sample < 300; sample++) {
      const [values] = bootstrap(100, [accuracyOf(drawn(100, 0.8, sample))], { replicates: 200, seed: sample })
      const { low, high } = percentileInterval(values!)!
      if (low <= 0.8 && 0.8 <= high) covered++
    }
    expect(covered / 300).toBeGreaterThan(0.91)
    expect(covered / 300).toBeLessThan(0.98)
  })
})

/** Items of one class, each correct with the given probability. */
function drawn(items: number, right: number, seed: number): AnsweredClasses {
  const random = mulberry32(seed + 1_000_000)
  const truths = Array.from({ length: items }, () => 0)
  return { truths, answers: truths.map(() => (random() < right ? 0 : 1)) }
}

describe('macroF1Of', () => {
  const answered = fc.array(fc.tuple(fc.nat(3), fc.nat(4)), { minLength: 1, maxLength: 30 })

  it("equals the engine's macro-F1 when every item is drawn once", () => {
    fc.assert(
      fc.property(answered, (pairs) => {
        const [truths, answers] = [pairs.map(([truth]) => truth), pairs.map(([, answer]) => answer)]
        const judged = pairs.map(([truth, answer]) => ({
          truths: [String(truth)],
          predictions: [{ label: String(answer), probability: 1 }],
        }))

        const once = new Uint32Array(pairs.length).fill(1)
        expect(macroF1Of({ truths, answers })(once)).toBeCloseTo(metrics(judged).macroF1, 12)
        expect(accuracyOf({ truths, answers })(once)).toBeCloseTo(metrics(judged).accuracy, 12)
      }),
    )
  })

  it('counts an item drawn twice as two items', () => {
    fc.assert(
      fc.property(answered, ([first, ...rest]) => {
        const of = (pairs: [number, number][]) => ({
          truths: pairs.map(([truth]) => truth),
          answers: pairs.map(([, answer]) => answer),
        })
        const weights = new Uint32Array(rest.length + 1).fill(1)
        const twice = weights.slice()
        twice[0] = 2
        const longer = new Uint32Array(rest.length + 2).fill(1)

        expect(macroF1Of(of([first!, ...rest]))(twice)).toBeCloseTo(
          macroF1Of(of([first!, first!, ...rest]))(longer),
          12,
        )
      }),
    )
  })
})
