import { describe, expect, it } from '@jest/globals'
import { assistanceOf } from '../../../shared/statistics/assistance'
import { errorsOf } from '../../../shared/statistics/classifier-errors'
import { differencePart, estimateOf, type Sampled } from '../../../shared/statistics/difference'
import { mulberry32 } from '../../../shared/statistics/random'
import { combinationOf, combinedScores, type ScoredWithOpinion } from '../../../shared/statistics/second-predictor'

type Answering = (label: number, random: () => number) => number | undefined

const rightIn =
  (share: number): Answering =>
  (label, random) =>
    random() < share ? label : 1 - label

/** Messages of two classes, and a weak champion. */
function windowOf(items: number, answering: Answering, seed = 5): ScoredWithOpinion[] {
  const random = mulberry32(seed)
  return Array.from({ length: items }, () => {
    const label = Number(random() < 0.4)
    const second = Math.min(0.95, Math.max(0.05, 0.3 + 0.25 * label + 0.3 * (random() - 0.5)))
    return { label, scores: [1 - second, second], opinion: answering(label, random) }
  })
}

describe('the combined scores of a message', () => {
  const logChances = [
    [0.9, 0.1],
    [0.2, 0.8],
  ].map((row) => row.map(Math.log))

  it.each([
    // 0.6 · 0.1 beside 0.4 · 0.8.
    ["follow Bayes' theorem", { weight: 1, championWeight: 1 }, [0.06 / 0.38, 0.32 / 0.38]],
    // √0.1 beside √0.8.
    ['may use the second predictor alone, with a partial weight', { weight: 0.5, championWeight: 0 }, [1 / (1 + Math.sqrt(8)), Math.sqrt(8) / (1 + Math.sqrt(8))]], // prettier-ignore
    ['may use the champion alone', { weight: 0, championWeight: 1 }, [0.6, 0.4]],
  ])('%s', (_, weights, expected) => {
    const found = combinedScores([0.6, 0.4], 1, { ...weights, logChances })

    for (const [k, score] of found.entries()) expect(score).toBeCloseTo(expected[k]!, 9)
  })

  it("are the champion's without a prediction", () => {
    expect(combinedScores([0.6, 0.4], undefined, { weight: 1, championWeight: 0, logChances })).toEqual([0.6, 0.4])
  })
})

describe('a second predictor', () => {
  it('counts with 85 % accuracy, with the probabilities observed in the window', () => {
    const found = combinationOf(windowOf(2000, rightIn(0.85)), 2)!

    expect(found.combination.weight).toBeGreaterThanOrEqual(0.75)
    expect(Math.exp(found.combination.logChances[1]![1]!)).toBeCloseTo(0.85, 1)
    expect(found.window).toHaveLength(2000)
  })

  it('is worth as much when it is always wrong as when it is always right', () => {
    const random = windowOf(400, rightIn(0))

    const { combination } = combinationOf(random, 2)!

    expect(combinedScores([0.5, 0.5], 0, combination)[1]).toBeGreaterThan(0.9)
  })

  it.each<[string, ScoredWithOpinion[]]>([
    ['always gives the same class', windowOf(400, () => 1)],
    ['is right in half of the posts of two classes', windowOf(400, rightIn(0.5))],
    ['predicted fewer than 100 of the window', windowOf(99, rightIn(1))],
    ['was never asked', windowOf(400, () => undefined)],
  ])('has no weight when it %s', (_, window) => {
    expect(combinationOf(window, 2)).toBeUndefined()
  })

  it('reduces the spread of the residuals', () => {
    const window = windowOf(400, rightIn(0.9))
    const alone = assistanceOf(window, [0.6, 0.4])!
    const both = assistanceOf(combinationOf(window, 2)!.window, [0.6, 0.4])!

    const spreadOf = ({ errors, expected, weights: [, weight] }: typeof alone) => {
      const { means, variances } = errors
      return expected.reduce((sum, share, c) => {
        const bias = Number(c === 1) - weight! * means[c]![1]!
        return sum + share * (weight! ** 2 * variances[c]![1]! + bias * bias)
      }, 0)
    }
    expect(spreadOf(both)).toBeLessThan(0.8 * spreadOf(alone))
  })

  it('scores each item of the window without using its own label', () => {
    const window = windowOf(400, rightIn(0.85))
    const flipped = window.map((one, i) => (i === 7 ? { ...one, label: 1 - one.label } : one))
    const [before, after] = [window, flipped].map((one) => combinationOf(one, 2)!)

    expect(after!.combination.weight).toBe(before!.combination.weight)
    expect(after!.combination.championWeight).toBe(before!.combination.championWeight)
    expect(after!.window[7]!.scores).toEqual(before!.window[7]!.scores)
    expect(after!.window[8]!.scores).not.toEqual(before!.window[8]!.scores)
  })

  it('weighs half in the window when it predicted half of a day, and the champion the other half', () => {
    const window = windowOf(400, rightIn(0.85))
    const found = combinationOf(window, 2, 0.5)!

    expect(found.window).toHaveLength(800)
    expect(found.window[0]).toMatchObject({ weight: 0.5 })
    expect(found.window[1]).toEqual({ label: window[0]!.label, scores: window[0]!.scores, weight: 0.5 })
    expect(errorsOf(found.window, 2)).toMatchObject({ items: 400, counts: errorsOf(window, 2).counts })
  })
})

describe('a day on which the second predictor errs differently than in the window', () => {
  const { window } = combinationOf(windowOf(400, rightIn(0.95)), 2)!
  const learnt = assistanceOf(window, [0.6, 0.4])!
  /** The standard error of a day on which it is wrong about this many labels. */
  const width = (wrong: number, mayChange: boolean) => {
    const sample = Array.from({ length: 60 }, (_, i): Sampled => {
      const label = Number(i < 24)
      const said = i % 60 < wrong ? 1 - label : label
      const scores = said === 1 ? [0.1, 0.9] : [0.9, 0.1]
      return { item: String(i), size: 1, inclusionProbability: 0.2, label, judged: 'one', scores }
    })
    const assistance = { ...learnt, mayChange }
    const [, one] = estimateOf([differencePart(sample, { total: 300, means: [0.6, 0.4] }, 'posts', assistance)]).classes
    return one!.standardError
  }

  it('has an interval as wide as its own labels imply, however accurate the predictor was before', () => {
    expect(width(20, true)).toBeGreaterThan(1.03 * width(20, false))
  })

  it('gains nothing when the predictor is better than before', () => {
    expect(width(0, true)).toBe(width(0, false))
  })
})
