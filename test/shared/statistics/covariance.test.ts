import { describe, expect, it } from '@jest/globals'
import {
  covarianceOfShares,
  differencePart,
  type MessageTerms,
  pointsOf,
  type Sampled,
  messageTermsOf,
} from '../../../shared/statistics/difference'
import { contrastOf, holm } from '../../../shared/statistics/holm'
import { mulberry32 } from '../../../shared/statistics/random'

const POPULATION = { total: 1200, means: [0.5, 0.5] }
const WEEKS = 5
/** The significance level of the analyzer's weekly decision. */
const ALPHA = 0.01

interface Message {
  item: string
  isSecond: boolean
  /** Posts in its first week and in the next. */
  sizes: readonly [number, number]
}

/** Messages that begin in a week; half of them continue in the next. `share` of each kind is of the second class. */
const begun = (week: number, share: number): Message[] =>
  [0, 1].flatMap((kind) =>
    Array.from({ length: 200 }, (_, i) => ({
      item: `${week}-${kind}-${i}`,
      isSecond: i < 200 * share,
      sizes: kind === 0 ? ([2, 0] as const) : ([2, 2] as const),
    })),
  )

/** The inclusion probability of a message in its first week and in the next. */
type Chances = readonly [number, number]

/**
 * A stream over weeks with 1,200 posts each, a third of them of messages of the week before. A message has the same
 * random number in both of its weeks.
 */
function weeksOf(random: () => number, shares: readonly number[], chances: Chances = [0.2, 0.2]) {
  const chosen = shares.map((share, week) => begun(week, share).map((one) => ({ ...one, number: random() })))
  return shares.slice(1).map((_, i) => {
    const sample = [
      ...(chosen[i] ?? []).map((one) => ({ ...one, size: one.sizes[1], inclusionProbability: chances[1] })),
      ...(chosen[i + 1] ?? []).map((one) => ({ ...one, size: one.sizes[0], inclusionProbability: chances[0] })),
    ]
    const drawn = sample.flatMap(({ item, isSecond, size, number, inclusionProbability }): Sampled[] =>
      size === 0 || number >= inclusionProbability
        ? []
        : [{ item, size, inclusionProbability, label: Number(isSecond), judged: 'owner', scores: [0.5, 0.5] }],
    )
    const part = differencePart(drawn, POPULATION, 'posts', undefined)
    return { points: pointsOf([part]), terms: messageTermsOf([part]) }
  })
}

type Week = ReturnType<typeof weeksOf>[number]

/** Whether a share of any stream changed between the weeks, with and without the covariance of common messages. */
function alarms(streams: readonly (readonly Week[])[], week: number, isShared: boolean): boolean {
  const tests = streams.flatMap((weeks) => {
    const [before, now] = [weeks[week - 1], weeks[week]]
    if (!before || !now) return []
    const common = covarianceOfShares(now.terms, before.terms, 2)
    return now.points.map((point, k) => contrastOf(point, before.points[k]!, isShared ? common[k] : 0).p)
  })
  return holm(tests, ALPHA).includes(true)
}

/** The number of months with an alarm, for two streams of which the first may change in the last week. */
function alarmed(months: number, last: number): { apart: number; shared: number } {
  const random = mulberry32(11)
  const found = { apart: 0, shared: 0 }
  const stable = Array.from({ length: WEEKS + 1 }, () => 0.4)
  for (let month = 0; month < months; month++) {
    const streams = [weeksOf(random, [...stable.slice(1), last]), weeksOf(random, stable)]
    const has = (isShared: boolean) =>
      Array.from({ length: WEEKS - 1 }, (_, i) => i + 1).some((week) => alarms(streams, week, isShared))
    if (has(false)) found.apart++
    if (has(true)) found.shared++
  }
  return found
}

describe('weeks that share messages', () => {
  it('raise a false alarm in at most 5 % of 1,000 months without a change', () => {
    const { shared } = alarmed(1000, 0.4)

    expect(shared / 1000).toBeLessThanOrEqual(0.05)
    expect(shared).toBeGreaterThan(0)
  }, 120_000)

  it('raise an alarm more often for a real change than under the assumption of independence', () => {
    const { apart, shared } = alarmed(300, 0.65)

    expect(shared).toBeGreaterThan(apart * 1.1)
  }, 120_000)

  it('have the covariance that their estimates have', () => {
    const random = mulberry32(3)
    const pairs = Array.from({ length: 1500 }, () => pairOf(random))
    const mean = (of: (pair: (typeof pairs)[number]) => number) =>
      pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length
    const ratio = mean(({ known }) => known) / mean(({ x, y }) => x * y)

    expect(ratio).toBeGreaterThan(0.8)
    expect(ratio).toBeLessThan(1.2)
  }, 60_000)

  // 200 of 1,200 messages have two posts in both weeks; their labels have the variance 0.4 · 0.6.
  it.each<[number, Chances]>([
    [1 / 0.2 - 1, [0.2, 0.2]],
    [1 / 0.6 - 1, [0.15, 0.6]],
    [1 / 0.7 - 1, [0.7, 0.3]],
  ])(
    "have in common %d times a message's variance when it is drawn with %p",
    (times, chances) => {
      const random = mulberry32(5)
      const rounds = 600
      const known = Array.from({ length: rounds }, () => pairOf(random, chances).known)
      const ratio = known.reduce((a, b) => a + b, 0) / rounds / ((200 * 2 * 2 * 0.4 * 0.6 * times) / 1200 ** 2)

      expect(ratio).toBeGreaterThan(0.93)
      expect(ratio).toBeLessThan(1.07)
    },
    60_000,
  )
})

/** The errors of the shares of two weeks, and their covariance as the samples estimate it. */
function pairOf(random: () => number, chances?: Chances) {
  const [before, now] = weeksOf(random, [0.4, 0.4, 0.4], chances)
  if (!before || !now) throw new Error('there are two weeks')
  return {
    x: (before.points[1]?.estimate ?? 0) - 0.4,
    y: (now.points[1]?.estimate ?? 0) - 0.4,
    known: covarianceOfShares(now.terms, before.terms, 2)[1] ?? 0,
  }
}

describe('the covariance of two shares', () => {
  const terms = (
    draw: [string, number[]][],
    judgement: [string, { weight: number; noise: number[] }][] = [],
    chance = 0.5,
  ) =>
    ({
      draw: new Map(draw.map(([item, adds]) => [item, { adds, inclusionProbability: chance }])),
      judgement: new Map(judgement),
    }) satisfies MessageTerms

  it('is zero without common messages', () => {
    expect(covarianceOfShares(terms([['a', [0.1, -0.1]]]), terms([['b', [0.1, -0.1]]]), 2)).toEqual([0, 0])
  })

  it("sums the products of a message's contributions, and may be negative", () => {
    const [first, second] = covarianceOfShares(terms([['a', [0.1, 0.1]]]), terms([['a', [0.2, -0.2]]]), 2)

    expect(first).toBeCloseTo(0.02)
    expect(second).toBeCloseTo(-0.02)
  })

  it('is smaller when a message was more probable in one week: 1/0.8 - 1 instead of √(0.5·0.2)/0.4', () => {
    const [common] = covarianceOfShares(terms([['a', [1 / 0.8]]], [], 0.8), terms([['a', [1 / 0.5]]], [], 0.5), 1)

    expect(common).toBeCloseTo((1 / 0.8 / 0.5) * Math.sqrt(0.2 / 0.5))
  })

  it('includes the label noise of common messages, by their weights', () => {
    const now = terms([], [['a', { weight: 0.1, noise: [0.01] }]])
    const before = terms([], [['a', { weight: 0.2, noise: [0.04] }]])

    expect(covarianceOfShares(now, before, 1)[0]).toBeCloseTo(0.02)
    expect(covarianceOfShares(now, now, 1)[0]).toBeCloseTo(0.01)
  })
})
