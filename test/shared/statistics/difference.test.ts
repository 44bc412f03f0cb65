import { describe, expect, it } from '@jest/globals'
import { errorsOf } from '../../../shared/statistics/classifier-errors'
import { differencePart, displayed, estimateOf, type Sampled } from '../../../shared/statistics/difference'
import { commonConfusion } from '../../../shared/statistics/class-errors'
import { type JudgementErrors, consensusErrors, noErrors } from '../../../shared/statistics/judgement-errors'
import { inverse } from '../../../shared/statistics/matrix'
import { normalQuantile } from '../../../shared/statistics/normal'
import { wrongAtMost } from '../../../shared/statistics/poisson-binomial'
import { mulberry32 } from '../../../shared/statistics/random'

/** A known error rate, the same for all classes. */
function errorsAt(rate: number, sd = 0, classes = 2): JudgementErrors {
  const one = commonConfusion(classes, rate)
  return {
    ...noErrors(classes),
    source: 'pairs',
    rate: {
      mean: rate,
      sd,
      high: rate + 1.645 * sd,
      quantiles: [-1.48, -0.58, 0, 0.58, 1.48].map((z) => rate + z * sd),
    },
    one,
    consensus: consensusErrors(one),
    deviations: [one.map((row, truth) => row.map((_, said) => (said === truth ? -sd : sd / (classes - 1))))],
  }
}

/** Messages with one post; the first `ofSecond` of them have the second class. */
function messages(count: number, ofSecond: number, more: Partial<Sampled> = {}): Sampled[] {
  return Array.from({ length: count }, (_, i) => ({
    item: String(i),
    size: 1,
    inclusionProbability: 1,
    label: Number(i < ofSecond),
    judged: 'one',
    scores: [0.5, 0.5],
    ...more,
  }))
}

const share = (sample: readonly Sampled[], total: number, errors?: JudgementErrors) =>
  estimateOf([differencePart(sample, { total, means: [0.5, 0.5] }, 'posts', undefined, errors)])

describe('a label that can be wrong', () => {
  it('counts as (y − e) / (1 − 2e), with e = 3e² − 2e³ for a consensus', () => {
    const one = share(messages(20, 5), 20, errorsAt(0.1)).classes[1]!
    const agreed = share(messages(20, 5, { judged: 'consensus' }), 20, errorsAt(0.1)).classes[1]!

    expect(one.estimate).toBeCloseTo((0.25 - 0.1) / 0.8, 9)
    expect(agreed.estimate).toBeCloseTo((0.25 - 0.028) / (1 - 0.056), 9)
  })

  it('adds a variance of e(1 − e) / (1 − 2e)², even when it was drawn with certainty', () => {
    const [, one] = share(messages(20, 5), 20, errorsAt(0.1)).classes

    expect(one!.standardError).toBeCloseTo(Math.sqrt(0.09 / 0.64 / 20), 9)
  })

  it('adds the uncertainty of the rate: (∂θ/∂e)² var(e), with ∂θ/∂e = (2θ − 1) / (1 − 2e)', () => {
    const { estimate } = share(messages(20, 5), 20, errorsAt(0.1)).classes[1]!
    const [plain, unsure] = [0, 0.02].map(
      (sd) => share(messages(20, 5), 20, errorsAt(0.1, sd)).classes[1]!.standardError,
    )

    expect(unsure! ** 2 - plain! ** 2).toBeCloseTo((((2 * estimate - 1) / 0.8) * 0.02) ** 2, 9)
  })

  it('makes the share as uncertain as the size of its giant cascade', () => {
    const giant = [...messages(1, 1, { size: 300, judged: 'consensus' }), ...messages(100, 20).map((one) => ({ ...one, item: `small ${one.item}` }))] // prettier-ignore

    const [, one] = share(giant, 400, errorsAt(0.1)).classes

    expect(one!.standardError).toBeGreaterThan(0.75 * Math.sqrt(0.028 * 0.972))
    expect(one!.low).toBeLessThan(0.2)
  })

  it("leaves an interval of zero width only when every label is the owner's", () => {
    const all = (judged: Sampled['judged']) => share(messages(12, 4, { judged }), 12, errorsAt(0.05)).classes[1]!

    expect(all('owner')).toMatchObject({ low: 4 / 12, high: 4 / 12, standardError: 0 })
    for (const judged of ['one', 'consensus'] as const) expect(all(judged).high - all(judged).low).toBeGreaterThan(0)
  })

  it('widens the interval by a post when one of twelve is probably wrong', () => {
    // The error rate of the consensus is 0.011: one of twelve is wrong on 12 % of such days.
    const { low, high } = share(messages(12, 6, { judged: 'consensus' }), 12, errorsAt(0.0623)).classes[1]!

    expect(low).toBeLessThanOrEqual(5.01 / 12)
    expect(high).toBeGreaterThanOrEqual(6.99 / 12)
  })

  it('counts its error in both days when two days share it', () => {
    const day = () =>
      differencePart(messages(20, 5), { total: 20, means: [0.5, 0.5] }, 'posts', undefined, errorsAt(0.1))
    const other = messages(20, 5).map((one) => ({ ...one, item: `other ${one.item}` }))
    const apart = differencePart(other, { total: 20, means: [0.5, 0.5] }, 'posts', undefined, errorsAt(0.1))

    const [same, two] = [[day(), day()], [day(), apart]].map((parts) => estimateOf(parts).classes[1]!.standardError) // prettier-ignore

    expect(same! / two!).toBeCloseTo(Math.SQRT2, 9)
  })

  it('is not clipped before everything is combined', () => {
    const none = share(messages(20, 0), 20, errorsAt(0.1)).classes[1]!

    expect(none.estimate).toBeCloseTo(-0.125, 9)
    expect(none.low).toBe(0)
    expect(displayed(share(messages(20, 0), 20, errorsAt(0.1)).classes)[1]!.share).toBe(0)
  })

  it('is corrected by the rates of its own class when classes err differently', () => {
    const one = [
      [0.95, 0.05],
      [0.15, 0.85],
    ]
    const errors: JudgementErrors = {
      ...errorsAt(0.1),
      byClass: true,
      one,
      consensus: consensusErrors(one),
      deviations: [],
    }

    expect(share(messages(20, 5), 20, errors).classes[1]!.estimate).toBeCloseTo((0.25 - 0.05) / 0.8, 9)
  })
})

describe('a window whose labels can be wrong', () => {
  it('estimates how the model scores the true classes', () => {
    const random = mulberry32(3)
    const truths = Array.from({ length: 4000 }, () => Number(random() < 0.3))
    const score = (truth: number) => (truth === 1 ? 0.8 : 0.2)
    const window = truths.map((truth) => {
      const label = random() < 0.15 ? 1 - truth : truth
      return { label, scores: [1 - score(truth), score(truth)] }
    })
    const values = inverse(commonConfusion(2, 0.15))

    expect(errorsOf(window, 2).means[1]![1]).toBeLessThan(0.65)
    expect(errorsOf(window, 2, values).means[1]![1]).toBeCloseTo(0.8, 1)
    expect(errorsOf(window, 2, values).counts[1]! / 4000).toBeCloseTo(0.3, 1)
    // With too few labels of a class, labels count uncorrected.
    expect(errorsOf(window.slice(0, 3), 2, values)).toEqual(errorsOf(window.slice(0, 3), 2))
  })
})

describe('a bound from the observed labels', () => {
  const drawn = (count: number, ofSecond: number, more: Partial<Sampled> = {}) =>
    messages(count, ofSecond, { inclusionProbability: count / 400, ...more })

  it("reaches zero when no label of the class was seen, even if the model's estimate is above it", () => {
    // The scores of the day are higher than those of the sample.
    const sample = drawn(30, 0, { scores: [0.95, 0.05] })
    const assistance = {
      weights: [0.8, 0.8],
      expected: [0.9, 0.1],
      deviations: [0.03, 0.03],
      means: [0.85, 0.15],
      errors: { items: 300, counts: [270, 30], means: [[0.9, 0.1], [0.3, 0.7]], variances: [[0.02, 0.02], [0.04, 0.04]] }, // prettier-ignore
    }

    const part = differencePart(sample, { total: 400, means: [0.85, 0.15] }, 'posts', assistance)
    const [other, absent] = estimateOf([part]).classes

    expect(absent!.estimate).toBeGreaterThan(0.05)
    expect(absent!.low).toBe(0)
    expect(other!.high).toBe(1)
  })

  it('excludes what correct labels exclude, and not what wrong labels may explain', () => {
    const labels = (errors?: JudgementErrors) => share(drawn(30, 29, { inclusionProbability: 0.9 }), 33, errors).classes

    expect(labels()[1]!.low).toBeGreaterThanOrEqual(29 / 33)
    expect(labels()[1]!.high).toBeLessThanOrEqual(32 / 33)
    expect(labels()[0]!.low).toBeGreaterThanOrEqual(1 / 33)
    expect(labels(errorsAt(0.1))[1]!.high).toBe(1)
    expect(labels(errorsAt(0.1))[0]!.low).toBe(0)
  })

  it('reaches zero when wrong labels can explain every label of the class', () => {
    expect(share(drawn(30, 4), 400, errorsAt(0.1)).classes[1]!.low).toBe(0)
    expect(share(drawn(30, 4), 400).classes[1]!.low).toBeGreaterThan(0.04)
  })
})

describe('estimateOf', () => {
  it('has joint bounds besides those of each class when there are three', () => {
    const sample = messages(60, 0, { inclusionProbability: 0.1, scores: [1 / 3, 1 / 3, 1 / 3] }).map((one, i) => ({ ...one, label: i % 3 })) // prettier-ignore
    const { classes } = estimateOf([
      differencePart(sample, { total: 600, means: [1 / 3, 1 / 3, 1 / 3] }, 'posts', undefined),
    ])

    for (const { low, high, jointLow, jointHigh } of classes) {
      expect((jointHigh - jointLow) / (high - low)).toBeGreaterThan(1.15)
      expect((jointHigh - jointLow) / (high - low)).toBeLessThan(1.25)
    }
  })

  it('has the number of correct labels in a simple random sample that would be as precise', () => {
    const drawn = messages(30, 12, { inclusionProbability: 0.1 })

    expect(share(drawn, 300).effective).toBeCloseTo(30, -0.5)
    expect(share(drawn, 300, errorsAt(0.15)).effective).toBeLessThan(18)
  })

  it("estimates the share of annotators' answers, with their disagreement, for judgements", () => {
    const part = differencePart(
      messages(20, 5),
      { total: 20, means: [0.5, 0.5] },
      'posts',
      undefined,
      errorsAt(0.3),
      'judgements',
    )
    const [, said] = estimateOf([part]).classes

    expect(said!.estimate).toBeCloseTo(0.25, 9)
    // Two annotators differ on 2e(1 − e) = 42 % of the posts.
    expect(said!.standardError).toBeCloseTo(Math.sqrt(0.21 / 20), 9)
  })
})

describe('over days of 50 posts with 30 labels', () => {
  it.each([
    [0, 0.05],
    [0.1, 0.05],
    [0.1, 0.15],
    [0.5, 0.15],
  ])('covers a true share of %f at an error rate of %f', (truth, rate) => {
    const random = mulberry32(1 + 100 * truth)
    let held = 0
    for (let day = 0; day < 500; day++) {
      const posts = Array.from({ length: 50 }, () => Number(random() < truth))
      const said = posts.slice(0, 30).map((own) => (random() < rate ? 1 - own : own))
      const sample = said.map((label, i) => ({ ...messages(1, 1)[0]!, item: `${i}`, label, inclusionProbability: 0.6 }))
      const { low, high } = share(sample, 50, errorsAt(rate)).classes[1]!
      const own = posts.reduce((sum, one) => sum + one, 0) / 50
      held += Number(low <= own + 1e-9 && own - 1e-9 <= high)
    }

    expect(held / 500).toBeGreaterThan(0.93)
  })
})

describe('a correction that uses expected shares', () => {
  const window = Array.from({ length: 200 }, (_, i) => ({ label: i % 2, scores: i % 2 ? [0.3, 0.7] : [0.7, 0.3] }))
  /** Expected shares with this standard deviation, on which their weight depends; it is the same for every class and label. */
  const assistance = (deviation: number, ofSecond = 0.25) => ({
    weights: [0, 0],
    errors: errorsOf(window, 2),
    expected: [1 - ofSecond, ofSecond],
    deviations: [deviation, deviation],
    means: [0.5, 0.5],
  })
  const sample = messages(20, 5)
  const leant = (deviation: number, ofSecond?: number, labels?: number) => {
    const given = assistance(deviation, ofSecond)
    const part = differencePart(
      sample,
      { total: 20, means: [0.5, 0.5] },
      'posts',
      given,
      errorsAt(0.1),
      'truth',
      labels,
    )
    return estimateOf([part]).classes[1]!
  }
  // For 20 certain labels: 20 · 0.09/0.64 / 20² per class, plus the variance of the expected shares.
  const own = 0.09 / 0.64 / 20
  const omega = (deviation: number, part = 1) => (part * own) / (part * own + deviation ** 2)

  it('removes the errors when the expected shares hold: y − e(1 − 2p) for the part ω', () => {
    const [plain, expected] = [(0.25 - 0.1) / 0.8, 0.25 - 0.1 * (1 - 2 * 0.25)]

    expect(leant(0.1).estimate).toBeCloseTo((1 - omega(0.1)) * plain + omega(0.1) * expected, 9)
    expect(leant(Number.POSITIVE_INFINITY).estimate).toBeCloseTo(plain, 9)
  })

  it('has a bias of 2eωδ when the expected shares are off by δ, and includes it in the variance', () => {
    expect(leant(0.1, 0.45).estimate - leant(0.1, 0.25).estimate).toBeCloseTo(2 * 0.1 * omega(0.1) * 0.2, 9)

    const lean = omega(0.1)
    const coded = 1 / 0.8 - lean * (1 / 0.8 - 1)
    const noise = 0.1 * 0.9 * coded ** 2
    expect(leant(0.1).standardError).toBeCloseTo(Math.sqrt(noise / 20 + (2 * 0.1 * lean * 0.1) ** 2), 2)
    expect(leant(0.1).standardError).toBeLessThan(leant(Number.POSITIVE_INFINITY).standardError)
  })

  it('relies less on expected shares the more labels are pooled', () => {
    const plain = (0.25 - 0.1) / 0.8
    const expected = 0.25 - 0.1 * (1 - 2 * 0.25)
    const one = omega(0.1, 20 / 140)

    expect(leant(0.1, 0.25, 140).estimate).toBeCloseTo((1 - one) * plain + one * expected, 9)
  })
})

describe('wrongAtMost', () => {
  const twelve = (chance: number) => Array.from({ length: 12 }, () => ({ chance, weight: 1 }))

  it('is the binomial quantile when all labels are equal', () => {
    expect(wrongAtMost(twelve(0.0021), [1], 0.025)).toBe(0)
    expect(wrongAtMost(twelve(0.011), [1], 0.025)).toBe(1)
    expect(wrongAtMost(twelve(0.05), [1], 0.025)).toBe(2)
    expect(wrongAtMost(twelve(0), [1], 0.025)).toBe(0)
    expect(wrongAtMost([], [1], 0.025)).toBe(0)
  })

  it('weighs a giant cascade by its size', () => {
    expect(wrongAtMost([{ chance: 0.05, weight: 322 }, ...twelve(0.001)], [1], 0.025)).toBeGreaterThanOrEqual(322)
    expect(wrongAtMost([{ chance: 0.01, weight: 322 }, ...twelve(0.001)], [1], 0.025)).toBeLessThan(322)
  })

  it('allows for a higher error rate', () => {
    expect(wrongAtMost(twelve(0.05), [0.2, 0.6, 1, 1.4, 1.8], 0.025)).toBe(3)
  })

  it('is nearly normal when many are expected to be wrong', () => {
    const many = Array.from({ length: 1000 }, () => ({ chance: 0.1, weight: 1 }))

    expect(wrongAtMost(many, [1], 0.025)).toBeCloseTo(100 + 1.96 * Math.sqrt(90), 1)
  })
})

it.each([
  [0.975, 1.959964],
  [0.5, 0],
  [0.9979166667, 2.865],
  [0.001, -3.090232],
])('computes the normal quantile of %f as %f', (p, z) => {
  expect(normalQuantile(p)).toBeCloseTo(z, 3)
})
