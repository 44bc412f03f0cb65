import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Classifier, likeliest } from '../../../shared/engines/classifier'
import { plainText } from '../../../shared/text'
import { majorityOf, measureModel } from '../../../services/evaluator/measuring/measure'
import { item, items } from './contest'

const LABELS = ['marketing', 'technical']
/** A model that returns the given labels in order. */
const saying = (...answers: string[]): Classifier => {
  const labels = [...new Set([...LABELS, ...answers])]
  return {
    labels,
    classify: async () =>
      answers.map((answer) => ({
        probabilities: labels.map((label) => (label === answer ? 0.8 : 0.2 / (labels.length - 1))),
        basis: 'text',
      })),
  }
}

describe('measure', () => {
  it('counts by class and by pair of confused classes', async () => {
    const three = [item('marketing', 0), item('technical', 0), item('technical', 1)]

    const { scores } = await measureModel(saying('technical', 'technical', 'marketing'), three, LABELS)

    expect(scores).toMatchObject({
      items: 3,
      accuracy: 1 / 3,
      macroF1: 0.25,
      confusion: [
        [0, 1],
        [1, 1],
      ],
      classes: [
        { label: 'marketing', items: 1, answered: 1, precision: 0, recall: 0, f1: 0 },
        { label: 'technical', items: 2, answered: 2, precision: 0.5, recall: 0.5, f1: 0.5 },
      ],
    })
  })

  it('counts an unknown label as wrong, in a column of its own', async () => {
    const { confusion, classes, accuracy } = (await measureModel(saying('spam'), [item('technical', 0)], LABELS)).scores

    expect(accuracy).toBe(0)
    expect(classes.map(({ label }) => label)).toEqual(['marketing', 'technical', 'spam'])
    expect(confusion).toEqual([
      [0, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
    ])
  })

  it('has null, never 0, when nothing was counted', async () => {
    expect((await measureModel(saying(), [], LABELS)).scores).toMatchObject({
      items: 0,
      accuracy: null,
      accuracyInterval: null,
      macroF1: null,
      macroF1Interval: null,
      hashtags: [],
      logLoss: null,
      classes: [{ precision: null, recall: null, f1: null }, { precision: null }],
    })
    expect((await measureModel(saying('technical'), [item('technical', 0)], LABELS)).scores).toMatchObject({
      macroF1: 1,
      classes: [{ recall: null }, { recall: 1 }],
    })
  })

  it('counts an item of two hashtags in both', async () => {
    const both = { ...item('technical', 0), hashtags: ['aws', 'azure'] }
    const one = { ...item('marketing', 0), hashtags: ['azure'] }

    const { scores } = await measureModel(saying('technical', 'technical'), [both, one], LABELS)

    expect(scores.hashtags).toEqual([
      { hashtag: 'aws', items: 1, accuracy: 1, macroF1: 1 },
      { hashtag: 'azure', items: 2, accuracy: 0.5, macroF1: expect.closeTo(1 / 3, 12) },
    ])
  })

  it('gives macro-F1 an interval for the number of items', async () => {
    const hundred = items(['marketing', 50], ['technical', 50])
    const answers = hundred.map(({ label }, i) => (i % 5 === 0 ? 'technical' : label))

    const { macroF1, macroF1Interval } = (await measureModel(saying(...answers), hundred, LABELS)).scores

    expect(macroF1Interval?.low).toBeLessThan(macroF1! - 0.03)
    expect(macroF1Interval?.high).toBeGreaterThan(macroF1! + 0.03)
    expect((await measureModel(saying(...answers), hundred, LABELS)).scores.macroF1Interval).toEqual(macroF1Interval)
  })

  it('takes the forecast probability of the true label', async () => {
    const scores = { probabilities: [0.3, 0.7], basis: 'text' as const }
    const model: Classifier = { labels: LABELS, classify: async () => [scores, scores] }
    const { forecasts } = await measureModel(model, [item('marketing', 0), item('spam', 0)], LABELS)

    expect(forecasts).toEqual([
      { probabilities: [0.3, 0.7], truth: 0, basis: 'text' },
      { probabilities: [0.3, 0.7], truth: -1, basis: 'text' },
    ])
  })

  it('counts every item once in the confusion matrix, whatever the answers', async () => {
    const answer = fc.constantFrom(...LABELS, 'other')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...LABELS), answer), { minLength: 1 }), async (pairs) => {
        const given = pairs.map(([label], n) => item(label, n))
        const { confusion, accuracy } = (await measureModel(saying(...pairs.map(([, said]) => said)), given, LABELS))
          .scores

        expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(pairs.length)
        expect(confusion.reduce((sum, row, i) => sum + row[i]!, 0) / pairs.length).toBe(accuracy)
      }),
    )
  })
})

describe('majorityOf', () => {
  it('always answers the most frequent class, with its frequency as probability', async () => {
    const evaluation = items(['marketing', 1], ['technical', 3])

    const { scores } = await measureModel(majorityOf(evaluation, LABELS), evaluation, LABELS)

    expect(scores).toMatchObject({ accuracy: 0.75, macroF1: (2 * 3) / 7 / 2 })
    expect(scores.logLoss).toBeCloseTo(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)))
  })

  it('breaks a tie by name', async () => {
    const majority = majorityOf(items(['technical', 2], ['marketing', 2]), ['technical', 'marketing'])
    const [scores] = await majority.classify([plainText('x')])

    expect(majority.labels[likeliest(scores!.probabilities)]).toBe('marketing')
    expect(scores).toEqual({ probabilities: [0.5, 0.5], basis: 'prior' })
  })
})
