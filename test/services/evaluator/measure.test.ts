import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { majorityOf, measure } from '../../../services/evaluator/measure'
import { item, items } from './contest'

const LABELS = ['marketing', 'technical']
/** Answers with the label that each text is given here. */
const saying = (...answers: string[]) => ({
  rank: () => answers.map((label) => [{ label, probability: 0.8 }]),
})

describe('measure', () => {
  it('counts by class and by confusion', () => {
    const three = [item('marketing', 0), item('technical', 0), item('technical', 1)]

    const scores = measure(saying('technical', 'technical', 'marketing'), three, LABELS)

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

  it('counts an answer that is no class of ours as wrong, in a column of its own', () => {
    const { confusion, classes, accuracy } = measure(saying('spam'), [item('technical', 0)], LABELS)

    expect(accuracy).toBe(0)
    expect(classes.map(({ label }) => label)).toEqual(['marketing', 'technical', 'spam'])
    expect(confusion).toEqual([
      [0, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
    ])
  })

  it('has null, never 0, where nothing was counted', () => {
    expect(measure(saying(), [], LABELS)).toMatchObject({
      items: 0,
      accuracy: null,
      macroF1: null,
      logLoss: null,
      classes: [{ precision: null, recall: null, f1: null }, { precision: null }],
    })
    expect(measure(saying('technical'), [item('technical', 0)], LABELS)).toMatchObject({
      macroF1: 1,
      classes: [{ recall: null }, { recall: 1 }],
    })
  })

  it('counts every item once in the confusion, whatever is answered', () => {
    const answer = fc.constantFrom(...LABELS, 'other')
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...LABELS), answer), { minLength: 1 }), (pairs) => {
        const given = pairs.map(([label], n) => item(label, n))
        const { confusion, accuracy } = measure(saying(...pairs.map(([, said]) => said)), given, LABELS)

        expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(pairs.length)
        expect(confusion.reduce((sum, row, i) => sum + row[i]!, 0) / pairs.length).toBe(accuracy)
      }),
    )
  })
})

describe('majorityOf', () => {
  it('always answers the most frequent class, and is as sure as it is frequent', () => {
    const evaluation = items(['marketing', 1], ['technical', 3])

    const scores = measure(majorityOf(evaluation, LABELS), evaluation, LABELS)

    expect(scores).toMatchObject({ accuracy: 0.75, macroF1: (2 * 3) / 7 / 2 })
    expect(scores.logLoss).toBeCloseTo(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)))
  })

  it('takes the first name where two are as frequent', () => {
    const [answers] = majorityOf(items(['technical', 2], ['marketing', 2]), ['technical', 'marketing']).rank(['x'], 1)

    expect(answers?.[0]).toEqual({ label: 'marketing', probability: 0.5 })
  })
})
