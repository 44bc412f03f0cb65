import { describe, expect, it } from '@jest/globals'
import { metrics } from '../src'

const judged = (truths: string[], ...predictions: [string, number][]) => ({
  truths,
  predictions: predictions.map(([label, probability]) => ({ label, probability })),
})

describe('metrics', () => {
  it('has the right counts for hand-made cases', () => {
    const { examples, accuracy, macroF1, logLoss, classes } = metrics([
      judged(['a'], ['a', 0.9], ['b', 0.1]),
      judged(['a'], ['b', 0.6], ['a', 0.4]),
      judged(['b'], ['b', 0.8], ['a', 0.2]),
      judged([], ['b', 1]),
    ])
    expect(examples).toBe(3)
    expect(accuracy).toBeCloseTo(2 / 3)
    expect(macroF1).toBeCloseTo((2 / 3 + 2 / 3) / 2)
    expect(logLoss).toBeCloseTo(-(Math.log(0.9) + Math.log(0.4) + Math.log(0.8)) / 3)
    expect(classes.a).toEqual({ gold: 2, predicted: 1, correct: 1, precision: 1, recall: 0.5, f1: 2 / 3 })
    expect(classes.b).toEqual({ gold: 1, predicted: 2, correct: 1, precision: 0.5, recall: 1, f1: 2 / 3 })
  })

  it('takes k predictions for precision and recall, and none below the threshold', () => {
    const one = [judged(['a', 'b'], ['a', 0.7], ['c', 0.2], ['b', 0.1])]
    expect(metrics(one, 1)).toMatchObject({ precision: 1, recall: 0.5 })
    expect(metrics(one, 3)).toMatchObject({ precision: 2 / 3, recall: 1 })
    expect(metrics(one, 3, 0.15)).toMatchObject({ precision: 0.5, recall: 0.5 })
  })

  it('returns NaN when nothing was counted', () => {
    const none = metrics([])
    expect(none).toEqual({
      examples: 0,
      accuracy: NaN,
      precision: NaN,
      recall: NaN,
      macroF1: NaN,
      logLoss: NaN,
      classes: {},
    })
    expect(metrics([judged(['a'])])).toMatchObject({ accuracy: 0, precision: NaN, recall: 0 })
  })

  it('keeps the loss finite for a label with zero probability', () => {
    expect(metrics([judged(['a'], ['b', 1])]).logLoss).toBeCloseTo(-Math.log(1e-15))
  })
})
