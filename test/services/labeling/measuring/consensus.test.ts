import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { consensusOf } from '../../../../services/labeling/measuring/consensus'
import type { Judgement } from '../../../../services/labeling/labellers/labeller'

const CATEGORIES = ['technical', 'marketing', 'other']
const said = (...labels: string[]): Judgement[] =>
  labels.map((label, i) => ({
    item: 'a',
    annotator: `annotator-${i}`,
    said: label.startsWith('!') ? { flag: label.slice(1) } : { label },
    at: `2026-11-22T10:0${i}:00.000Z`,
  }))

describe('consensusOf', () => {
  it.each([
    ['one judgement', ['technical'], { label: 'technical', confidence: 0 }],
    ['two judgements that agree', ['technical', 'technical'], { label: 'technical', confidence: 1 }],
    ['two against one', ['technical', 'marketing', 'marketing'], { label: 'marketing', confidence: 2 / 3 }],
    ['a label against a flag', ['technical', '!unreadable', 'technical'], { label: 'technical', confidence: 2 / 3 }],
    ['no judgement', [], { reason: 'unanswered' }],
    ['two judgements that disagree', ['technical', 'marketing'], { reason: 'disputed' }],
    ['three judgements that disagree', ['technical', 'marketing', 'other'], { reason: 'disputed' }],
    ['a flag', ['!unreadable'], { reason: 'flagged' }],
    ['more flags than labels', ['!personal', 'technical', '!personal'], { reason: 'flagged' }],
    ['an unknown class', ['weather', 'weather'], { reason: 'unknown-class' }],
  ])('decides %s', (_, labels, expected) => {
    expect(consensusOf(said(...labels), CATEGORIES)).toMatchObject(expected)
  })

  it.each([
    ['the most probable of the given labels', ['technical', 'technical', 'marketing'], [0.2, 0.8, 0], 'marketing', 0.8],
    ['no label that nobody gave', ['technical', 'technical'], [0.1, 0.2, 0.7], 'technical', 0.1],
    [
      'the majority among equally probable labels',
      ['technical', 'marketing', 'marketing'],
      [0.5, 0.5, 0],
      'marketing',
      0.5,
    ],
  ])('uses known accuracies: it returns %s', (_, labels, posterior, label, confidence) => {
    expect(consensusOf(said(...labels), CATEGORIES, posterior)).toMatchObject({ label, confidence })
  })

  it.each([
    ['a single judgement is the label', ['technical'], { label: 'technical', confidence: 0 }],
    ['a tie stays a tie, so that one more annotator is asked', ['technical', 'marketing'], { reason: 'disputed' }],
  ])('ignores known accuracies: %s', (_, labels, expected) => {
    expect(consensusOf(said(...labels), CATEGORIES, [0.1, 0.9, 0])).toMatchObject(expected)
  })

  it('is dated by the last judgement', () => {
    expect(consensusOf(said('technical', 'technical').reverse(), CATEGORIES)).toMatchObject({
      at: '2026-11-22T10:01:00.000Z',
    })
  })

  it('does not depend on the order of judgements or the names of labels', () => {
    const labels = fc.array(fc.constantFrom(...CATEGORIES), { maxLength: 7 })
    const swapped: Record<string, string> = { technical: 'marketing', marketing: 'other', other: 'technical' }
    fc.assert(
      fc.property(labels, (given) => {
        const consensus = consensusOf(said(...given), CATEGORIES)
        const renamed = consensusOf(said(...given.map((label) => swapped[label] ?? '')), CATEGORIES)

        expect(consensusOf(said(...given).reverse(), CATEGORIES)).toEqual(consensus)
        expect(renamed).toEqual(
          consensus.label === undefined ? consensus : { ...consensus, label: swapped[consensus.label] },
        )
      }),
    )
  })
})
