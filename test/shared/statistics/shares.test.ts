import { describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { assistanceOf } from '../../../shared/statistics/assistance'
import { errorsOf, momentsAt, type Scored } from '../../../shared/statistics/classifier-errors'
import { disagreement, inverseVariance, tightOf } from '../../../shared/statistics/combine'
import {
  type Assistance,
  differencePart,
  displayed,
  estimateOf,
  modelWeights,
  type Sampled,
} from '../../../shared/statistics/difference'
import { pacc, paccOfMany, paccOfTwo, whyNotEstimable } from '../../../shared/statistics/pacc'
import { mulberry32 } from '../../../shared/statistics/random'
import { leastSquaresOnSimplex, projectOnSimplex } from '../../../shared/statistics/simplex'
import { wilson } from '../../../shared/statistics/wilson'

/** Worked numbers without another source come from scipy, QuaPy and ppi_py (docs/decisions/0202). */
const binary = (label: number, score: number): Scored => ({ label, scores: [1 - score, score] })
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('wilson', () => {
  it.each([
    ['from an unlimited population', 30, 0.245906, 0.576796],
    ['from a population of 300', (30 * 299) / 270, 0.252307, 0.568422],
  ])('gives the interval of 12 in 30 %s', (_, draws, low, high) => {
    const interval = wilson(12 / 30, draws)

    expect(interval.low).toBeCloseTo(low, 6)
    expect(interval.high).toBeCloseTo(high, 6)
  })

  it('is [0, 1] without draws, and a point when all are drawn', () => {
    expect(wilson(0.4, 0)).toEqual({ low: 0, high: 1 })
    expect(wilson(0.4, Number.POSITIVE_INFINITY)).toEqual({ low: 0.4, high: 0.4 })
  })

  it('contains the observed share', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.1, max: 1e6, noNaN: true }),
        (share, n) => {
          const { low, high } = wilson(share, n)
          expect(low).toBeLessThanOrEqual(share)
          expect(high).toBeGreaterThanOrEqual(share)
        },
      ),
    )
  })
})

const THREE: Scored[] = [
  [0, [0.7, 0.2, 0.1]],
  [0, [0.6, 0.3, 0.1]],
  [0, [0.8, 0.1, 0.1]],
  [1, [0.2, 0.6, 0.2]],
  [1, [0.3, 0.5, 0.2]],
  [2, [0.1, 0.2, 0.7]],
  [2, [0.2, 0.3, 0.5]],
].map(([label, scores]) => ({ label: Number(label), scores: scores as number[] }))

describe('pacc', () => {
  it('solves a given matrix', () => {
    const shares = leastSquaresOnSimplex(
      [
        [0.9, 0.1],
        [0.2, 0.8],
      ],
      [0.6, 0.4],
    )

    expect(shares[0]).toBeCloseTo(0.571429, 6)
  })

  it('learns how three classes are scored, and corrects a day by it', () => {
    const errors = errorsOf(THREE, 3)

    expect(errors.means.map((row) => row.map((mean) => Number(mean.toFixed(10))))).toEqual([
      [0.7, 0.2, 0.1],
      [0.25, 0.55, 0.2],
      [0.15, 0.25, 0.6],
    ])
    for (const [k, share] of [0.352941, 0.308824, 0.338235].entries()) {
      expect(pacc(errors, [0.375, 0.325, 0.3])[k]).toBeCloseTo(share, 6)
    }
  })

  it('returns the nearest shares when none fit: [1, 0, 0], not the clipped inverse', () => {
    const shares = pacc(errorsOf(THREE, 3), [0.75, 0.15, 0.1])

    for (const [k, share] of [1, 0, 0].entries()) expect(shares[k]).toBeCloseTo(share, 6)
  })

  it('has the delta-method interval for two classes', () => {
    const window = [
      ...[0.9, 0.8, 0.7, 0.6, 0.3, 0.95].map((score) => binary(1, score)),
      ...[0.1, 0.2, 0.4, 0.05, 0.6, 0.3, 0.15, 0.2].map((score) => binary(0, score)),
    ]
    const covariance = [
      [0.0078225, -0.0078225],
      [-0.0078225, 0.0078225],
    ]

    const [, measured] = paccOfTwo(errorsOf(window, 2), { means: [0.545, 0.455], covariance }).classes

    expect(measured!.estimate).toBeCloseTo(0.447273, 6)
    expect(measured!.standardError).toBeCloseTo(0.228113, 6)
  })

  it("returns the window's class shares for the window itself", () => {
    fc.assert(
      fc.property(windows(3), (window) => {
        const errors = errorsOf(window, 3)
        fc.pre(errors.counts.every((count) => count > 0))
        const means = [0, 1, 2].map((k) => sum(window.map(({ scores }) => scores[k]!)) / window.length)
        const shares = pacc(errors, means)
        const fitted = means.map((_, k) => sum(shares.map((share, c) => share * errors.means[c]![k]!)))
        // With two classes of equal scores the solution is not unique, but it fits as well.
        for (const k of [0, 1, 2]) expect(fitted[k]).toBeCloseTo(means[k]!, 4)
      }),
    )
    const mixed = [binary(1, 0.9), binary(1, 0.6), binary(1, 0.8), binary(0, 0.2), binary(0, 0.5)]
    expect(pacc(errorsOf(mixed, 2), [0.4, 0.6])[1]).toBeCloseTo(0.6, 10)
    expect(
      pacc(
        errorsOf(THREE, 3),
        [2.9, 2.2, 1.9].map((total) => total / 7),
      ).map((share) => share * 7)[0],
    ).toBeCloseTo(3, 6)
  })

  it('is invariant under linear transformations of the scores of two classes', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (q, a, b) => {
          const scores = [0.9, 0.6, 0.2, 0.4]
          const window = scores.map((score, i) => binary(Number(i < 2), score))
          const moved = scores.map((score, i) => binary(Number(i < 2), a * score + b))
          const [, plain] = pacc(errorsOf(window, 2), [1 - q, q])
          const [, other] = pacc(errorsOf(moved, 2), [1 - (a * q + b), a * q + b])
          expect(other).toBeCloseTo(plain!, 8)
        },
      ),
    )
  })

  it('is equivariant under permutations of the classes', () => {
    const order = [2, 0, 1]
    const permuted = THREE.map(({ label, scores }) => ({
      label: order.indexOf(label),
      scores: order.map((k) => scores[k]!),
    }))
    const means = [0.375, 0.325, 0.3]

    const plain = pacc(errorsOf(THREE, 3), means)
    const other = pacc(
      errorsOf(permuted, 3),
      order.map((k) => means[k]!),
    )

    expect(other.map((share) => share.toFixed(8))).toEqual(order.map((k) => plain[k]!.toFixed(8)))
  })

  it('is deterministic with the bootstrap, and contains its estimate', () => {
    const day = { means: [0.375, 0.325, 0.3], covariance: [0, 1, 2].map(() => [0, 0, 0]) }

    const one = paccOfMany(THREE, day, 1, 200)

    expect(paccOfMany(THREE, day, 1, 200)).toEqual(one)
    for (const { low, estimate, high } of one.classes) expect(low <= estimate && estimate <= high).toBe(true)
    expect(one.classes[0]!.high).toBeGreaterThan(one.classes[0]!.low)
  })

  it('says why it cannot estimate', () => {
    const alike = Array.from({ length: 40 }, (_, i) => binary(i % 2, 0.5 + (i % 3) / 100))

    expect(whyNotEstimable(errorsOf([binary(1, 0.9)], 2), ['marketing', 'technical'])).toContain(
      '0 labels of marketing',
    )
    expect(whyNotEstimable(errorsOf(alike, 2), ['marketing', 'technical'])).toContain('hardly tells')
  })

  it.each([
    [0.09, 'the model hardly tells b from the rest'],
    [0.11, undefined],
  ])('requires a difference of 0.1 between three classes, too: %f', (apart, why) => {
    const rows = [
      [0.6, 0.2, 0.2],
      [0.3, 0.3 + apart, 0.4 - apart],
      [0.1, 0.3, 0.6],
    ]
    const window = Array.from({ length: 60 }, (_, i) => ({ label: i % 3, scores: rows[i % 3]! }))

    expect(whyNotEstimable(errorsOf(window, 3), ['a', 'b', 'c'])).toBe(why)
  })
})

describe('leastSquaresOnSimplex', () => {
  it('continues to the optimum past a corner', () => {
    const columns = [
      [0.64, 0.35, 0.01],
      [0.17, 0.58, 0.25],
      [0.21, 0.36, 0.43],
    ]

    const shares = leastSquaresOnSimplex(columns, [0.18, 0.81, 0.01])

    for (const [c, share] of [0.0094 / 0.3314, 0.322 / 0.3314, 0].entries()) expect(shares[c]).toBeCloseTo(share, 9)
  })

  it.each([3, 5, 12, 30])('satisfies the optimality conditions for %d classes', (classes) => {
    const random = mulberry32(classes)
    for (let i = 0; i < 200; i++) {
      // In every third case the classes are hardly separable.
      const apart = i % 3 === 0 ? 0.01 : 1
      const columns = Array.from({ length: classes }, (_, c) => {
        const row = Array.from({ length: classes }, (_, k) => 1 + apart * (random() + 3 * Number(k === c)))
        return row.map((value) => value / sum(row))
      })
      const raw = Array.from({ length: classes }, () => random() ** 4)
      const means = raw.map((value) => value / sum(raw))

      const shares = leastSquaresOnSimplex(columns, means)

      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
      expect(sum(shares)).toBeCloseTo(1, 9)
      const left = means.map((mean, k) => sum(columns.map((column, c) => shares[c]! * column[k]!)) - mean)
      const slopes = columns.map((column) => sum(column.map((value, k) => value * left[k]!)))
      const least = Math.min(...slopes)
      for (const [c, share] of shares.entries()) if (share > 1e-9) expect(slopes[c]! - least).toBeLessThan(1e-9)
    }
  })
})

describe('projectOnSimplex', () => {
  it('returns shares, and leaves shares unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 6 }), (point) => {
        const shares = projectOnSimplex(point)
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
        expect(sum(shares)).toBeCloseTo(1, 9)
        for (const [k, share] of projectOnSimplex(shares).entries()) expect(share).toBeCloseTo(shares[k]!, 9)
      }),
    )
  })
})

/** A day of messages with one post each, of which the first `n` were drawn. */
function plainDay(labels: readonly number[], scores: readonly number[], all: readonly number[]) {
  const total = all.length
  const sample: Sampled[] = labels.map((label, i) => ({
    item: String(i),
    size: 1,
    inclusionProbability: labels.length / total,
    label,
    judged: 'owner',
    scores: [1 - scores[i]!, scores[i]!],
  }))
  const mean = sum(all) / total
  return { sample, population: { total, means: [1 - mean, mean] } }
}

const Y = [1, 0, 1, 1, 0, 0, 1, 0, 1, 1]
const F = [0.9, 0.2, 0.6, 0.8, 0.4, 0.1, 0.7, 0.3, 0.4, 0.9]
const U = [0.8, 0.1, 0.3, 0.9, 0.2, 0.6, 0.5, 0.7, 0.2, 0.4, 0.9, 0.1, 0.3, 0.2, 0.8, 0.6, 0.4, 0.1, 0.7, 0.5]

describe('the difference estimator', () => {
  const assistance = (weight: number, window: readonly Scored[] = Y.map((y, i) => binary(y, F[i]!))): Assistance => ({
    weights: [weight, weight],
    errors: errorsOf(window, 2),
    expected: [0.4, 0.6],
    deviations: [0.05, 0.05],
    means: [0.45, 0.55],
  })

  it('has the worked share and variance of one day of thirty posts, λ = 0.8', () => {
    const { sample, population } = plainDay(Y, F, [...F, ...U])

    const part = differencePart(sample, population, 'posts', assistance(0.8))
    const [, estimated] = estimateOf([part]).classes

    expect(estimated!.estimate).toBeCloseTo(0.565333, 6)
    // Without the window, se is 0.090063. The window counts as ten labels, next to the day's nine degrees of freedom.
    const ofDay = 0.090063 ** 2 / part.design
    const { labelVariance, scoreVariance, covariance } = momentsAt(assistance(0.8).errors, [0.4, 0.6], 1)
    const ofWindow = labelVariance - 1.6 * covariance + 0.64 * scoreVariance
    expect(estimated!.standardError).toBeCloseTo(Math.sqrt((part.design * (9 * ofDay + 10 * ofWindow)) / 19), 5)
    // With the window of the worked example, S² = 0.12: se 0.089737.
    expect(Math.sqrt((part.design * (9 * ofDay + 10 * 0.12)) / 19)).toBeCloseTo(0.089737, 5)
  })

  it('has the worked weight on the model: cov(y, f) / var(f), in the window', () => {
    const window = [...F, ...U].map((score, i) => binary(Number(i % 3 > 0), score))
    const errors = errorsOf(window, 2)
    const shares = errors.counts.map((count) => count / window.length)

    const [, weight] = modelWeights(errors, shares)

    const y = window.map(({ label }) => label)
    const f = window.map(({ scores }) => scores[1]!)
    const [my, mf] = [sum(y) / y.length, sum(f) / f.length]
    const covariance = sum(y.map((value, i) => (value - my) * (f[i]! - mf))) / y.length
    const variance = sum(f.map((value) => (value - mf) ** 2)) / f.length
    expect(weight).toBeCloseTo(Math.min(1, Math.max(0, covariance / variance)), 1)
  })

  it('is the mean of the labels when all scores are equal', () => {
    const same = F.map(() => 0.37)
    const { sample, population } = plainDay(Y, same, [...same, ...U.map(() => 0.37)])

    expect(estimateOf([differencePart(sample, population, 'posts', assistance(0.8))]).classes[1]!.estimate).toBeCloseTo(
      0.6,
    )
  })

  it('is the mean score of the day when the scores equal the labels', () => {
    const all = [...Y, ...U.map((score) => Number(score > 0.45))]
    const { sample, population } = plainDay(Y, Y, all)
    const perfect = assistance(
      1,
      all.map((y) => binary(y, y)),
    )

    const [, estimated] = estimateOf([differencePart(sample, population, 'posts', perfect)]).classes

    expect(estimated!.estimate).toBeCloseTo(sum(all) / all.length)
    expect(estimated!.standardError).toBeCloseTo(0, 6)
  })

  it.each(['posts', 'messages'] as const)('is the exact share by %s when everything is labelled', (basis) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(1), fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: 1,
          maxLength: 20,
        }),
        (all) => {
          const sample = all.map(([size, label, score], i) => ({
            item: String(i),
            size,
            inclusionProbability: 1,
            label,
            judged: 'owner' as const,
            scores: [1 - score, score],
          }))
          const count = (size: number) => (basis === 'posts' ? size : 1)
          const total = sum(all.map(([size]) => count(size)))
          const mean = sum(all.map(([size, , score]) => count(size) * score)) / total
          const truth = sum(all.map(([size, label]) => count(size) * label)) / total

          const [, estimated] = estimateOf([
            differencePart(sample, { total, means: [1 - mean, mean] }, basis, assistance(0.7)),
          ]).classes

          expect(estimated!.estimate).toBeCloseTo(truth, 9)
          expect([estimated!.standardError, estimated!.high - estimated!.low]).toEqual([0, 0])
        },
      ),
    )
  })

  it('is the Wilson interval of the labels without a model, for the effective number of draws', () => {
    const { sample, population } = plainDay(
      Array.from({ length: 30 }, (_, i) => Number(i < 12)),
      Array.from({ length: 30 }, () => 0),
      Array.from({ length: 300 }, () => 0),
    )

    const [, estimated] = estimateOf([differencePart(sample, population, 'posts', undefined)]).classes

    expect(estimated!.estimate).toBeCloseTo(0.4)
    expect(estimated!.low).toBeCloseTo(0.2523, 2)
    expect(estimated!.high).toBeCloseTo(0.5684, 2)
  })

  it('is only a wide interval when the sample has no label', () => {
    const { population } = plainDay(Y, F, [...F, ...U])

    const [, estimated] = estimateOf([differencePart([], population, 'posts', assistance(0.8))]).classes

    expect([estimated!.low, estimated!.high]).toEqual([0, 1])
  })

  it('counts the error of a message in both of its days', () => {
    const { sample, population } = plainDay(Y, F, [...F, ...U])
    const day = differencePart(sample, population, 'posts', assistance(0.8))
    const another = differencePart(
      sample.map((one) => ({ ...one, item: `another ${one.item}` })),
      population,
      'posts',
      assistance(0.8),
    )

    const [apart, same] = [
      [day, another],
      [day, day],
    ].map((parts) => estimateOf(parts).classes[1]!.standardError)

    expect(same! / apart!).toBeGreaterThan(1.2)
    expect(same).toBeLessThanOrEqual(estimateOf([day]).classes[1]!.standardError * 1.02)
  })

  it('displays shares that sum to one, within their intervals', () => {
    const shown = displayed([
      { estimate: -0.02, standardError: 0.1, low: 0, high: 0.1 },
      { estimate: 1.02, standardError: 0.1, low: 0.9, high: 1 },
    ])

    expect(shown.map(({ share }) => share)).toEqual([0, 1])
  })
})

describe('the weight of the model', () => {
  it('is withheld from a model with too few labels, or labels of one class', () => {
    const window = Array.from({ length: 40 }, (_, i) => binary(i % 2, i % 2 ? 0.8 : 0.1))

    expect(assistanceOf(window, [0.5, 0.5])?.weights[0]).toBeGreaterThan(0.9)
    expect(assistanceOf(window.slice(0, 29), [0.5, 0.5])).toBeUndefined()
    expect(
      assistanceOf(
        window.filter(({ label }) => label === 1),
        [0.5, 0.5],
      ),
    ).toBeUndefined()
  })

  it('is smaller when the day is unlike the window', () => {
    const random = mulberry32(1)
    const window = Array.from({ length: 300 }, (_, i) => binary(i % 2, (i % 2 ? 0.3 : 0) + 0.7 * random()))
    const weight = (q: number) => assistanceOf(window, [1 - q, q])!.weights[1]!

    expect(weight(0.3)).toBeLessThan(0.5 * weight(0.5))
  })
})

describe('two estimates', () => {
  it('are weighted by inverse variance', () => {
    const both = inverseVariance({ estimate: 0.3, standardError: 0.04 }, { estimate: 0.4, standardError: 0.06 })

    expect(both.estimate).toBeCloseTo(0.330769, 6)
    expect(both.standardError).toBeCloseTo(0.033282, 6)
    expect(both.z).toBeCloseTo(-1.38675, 6)
  })

  it('are compared over seven days with a common error of the window', () => {
    const pair = { headline: { estimate: 0.3, standardError: 0.07 }, pacc: { estimate: 0.4, standardError: 0.03 } }

    const { mean, z } = disagreement(Array.from({ length: 7 }, () => pair))

    expect(mean).toBeCloseTo(0.1)
    expect(z).toBeCloseTo(0.1 / Math.sqrt(0.07 ** 2 / 7 + 0.03 ** 2), 9)
    expect(disagreement([])).toEqual({ mean: 0, error: 0, z: 0 })
  })

  it('are combined plainly while they agree, and approach the labels as they diverge', () => {
    const pair = { headline: { estimate: 0.3, standardError: 0.04 }, pacc: { estimate: 0.4, standardError: 0.06 } }

    expect(tightOf(pair, { mean: 0, error: 0 }).estimate).toBeCloseTo(0.330769, 6)
    expect(tightOf(pair, { mean: 0.3, error: 0 }).estimate).toBeLessThan(0.302)
    expect(tightOf(pair, { mean: 0.3, error: 0 }).standardError).toBeCloseTo(0.04, 2)
  })
})

jest.setTimeout(60_000)

describe('over many simulated days with Beta scores', () => {
  const DAYS = 2000
  const random = mulberry32(7)
  const beta = (a: number, b: number) => {
    const gamma = (shape: number) => -sum(Array.from({ length: shape }, () => Math.log(1 - random())))
    const [x, y] = [gamma(a), gamma(b)]
    return x / (x + y)
  }
  const pools = [0, 1].map((label) =>
    Array.from({ length: 5000 }, () => binary(label, label === 1 ? beta(4, 2) : beta(2, 5))),
  )
  const draw = (share: number) => pools[Number(random() < share)]![Math.floor(random() * 5000)]!

  it('both intervals have their coverage, and plain counting does not', () => {
    const covered = { difference: 0, pacc: 0, counting: 0 }
    for (let day = 0; day < DAYS; day++) {
      const share = 0.1 + 0.8 * random()
      const posts = Array.from({ length: 400 }, () => draw(share))
      const window = Array.from({ length: 200 }, () => draw(0.4))
      const truth = sum(posts.map(({ label }) => label)) / posts.length
      const scores = posts.map((post) => post.scores[1]!)
      const mean = sum(scores) / scores.length
      const variance = sum(scores.map((score) => (score - mean) ** 2)) / scores.length ** 2
      const { sample, population } = plainDay(
        posts.slice(0, 30).map(({ label }) => label),
        scores.slice(0, 30),
        scores,
      )
      const holds = ({ low, high }: { low: number; high: number }) => Number(low <= truth && truth <= high)
      const assisted = assistanceOf(window, population.means)
      covered.difference += holds(estimateOf([differencePart(sample, population, 'posts', assisted)]).classes[1]!)
      const covariance = [
        [variance, -variance],
        [-variance, variance],
      ]
      covered.pacc += holds(paccOfTwo(errorsOf(window, 2), { means: population.means, covariance }).classes[1]!)
      const counted = scores.filter((score) => score > 0.5).length / scores.length
      const half = 1.96 * Math.sqrt((counted * (1 - counted)) / scores.length)
      covered.counting += holds({ low: counted - half, high: counted + half })
    }

    for (const count of [covered.difference, covered.pacc]) {
      expect(count / DAYS).toBeGreaterThan(0.93)
      expect(count / DAYS).toBeLessThan(0.985)
    }
    expect(covered.counting / DAYS).toBeLessThan(0.5)
  })
})

function windows(classes: number): fc.Arbitrary<Scored[]> {
  const scores = fc
    .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: classes, maxLength: classes })
    .map((row) => row.map((value) => value / sum(row)))
  return fc.array(fc.record({ label: fc.nat(classes - 1), scores }), { minLength: 6, maxLength: 40 })
}

it.each([
  { score: 1.5944254022192034e-9, window: [20, 24], sample: [4, 1], share: 7 / 24 },
  { score: 4.761409259080659e-10, window: [22, 45], sample: [2, 4], share: 22 / 24 },
  { score: 1.0820045688773332e-11, window: [26, 6], sample: [2, 1], share: 4 / 24 },
] as const)('gives finite errors for a model whose wrong class has the score $score', (given) => {
  const ofClass = (label: number) => ({
    label,
    scores: [0, 1].map((k) => (k === label ? 1 - given.score : given.score)),
  })
  const all = ([first, second]: readonly [number, number]) => [
    ...Array.from({ length: first }, () => ofClass(0)),
    ...Array.from({ length: second }, () => ofClass(1)),
  ]
  const sample = all(given.sample).map((one, i) => ({
    item: `${i}`,
    size: 1,
    inclusionProbability: 0.25,
    judged: 'owner' as const,
    ...one,
  }))
  const means = [1 - given.share, given.share]

  const part = differencePart(sample, { total: 24, means }, 'posts', assistanceOf(all(given.window), means))

  for (const { estimate, standardError, low, high } of estimateOf([part]).classes) {
    expect([estimate, standardError, low, high].filter((value) => !Number.isFinite(value))).toEqual([])
  }
})
