import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { findSuspects, marginOf } from '../../../shared/statistics/confident-learning'

const rowsOf = (ones: readonly number[]): number[][] => ones.map((p) => [1 - p, p])

describe('findSuspects', () => {
  // Figures of cleanlab 2, `find_label_issues` with filter_by confident_learning.
  const given = [0, 0, 0, 1, 1, 1, 0, 1]
  const rows = rowsOf([0.1, 0.2, 0.8, 0.9, 0.7, 0.15, 0.4, 0.6])

  it('has the thresholds, the joint and the order of cleanlab', () => {
    const { thresholds, joint, suspects } = findSuspects(given, rows)

    expect(thresholds[0]).toBeCloseTo(0.625, 12)
    expect(thresholds[1]).toBeCloseTo(0.5875, 12)
    expect(joint).toEqual([
      [2, 1],
      [1, 3],
    ])
    expect(suspects).toEqual([5, 2])
  })

  it('has the margins of cleanlab', () => {
    const margins = rows.map((row, i) => marginOf(row, given[i]!))

    for (const [i, margin] of [0.9, 0.8, 0.2, 0.9, 0.7, 0.15, 0.6, 0.6].entries()) {
      expect(margins[i]).toBeCloseTo(margin, 12)
    }
  })

  it('suspects nothing for no items, a single label, or an uninformative model', () => {
    expect(findSuspects([], []).suspects).toEqual([])
    expect(findSuspects([0, 0], rowsOf([0.9, 0.1])).suspects).toEqual([])
    expect(
      findSuspects([0, 1, 0], rowsOf([0.5, 0.5, 0.5]))
        .joint.flat()
        .reduce((a, b) => a + b),
    ).toBe(3)
  })

  it('is equivariant under a permutation of the labels', () => {
    const item = fc.tuple(
      fc.constantFrom(0, 1, 2),
      fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 3, maxLength: 3 }),
    )
    fc.assert(
      fc.property(fc.uniqueArray(item, { minLength: 1, maxLength: 30, selector: ([, row]) => row.join() }), (items) => {
        const probabilities = items.map(([, row]) => row.map((p) => p / row.reduce((a, b) => a + b)))
        const turned = probabilities.map(([a, b, c]) => [c!, a!, b!])

        const { suspects } = findSuspects(
          items.map(([label]) => label),
          probabilities,
        )
        const after = findSuspects(
          items.map(([label]) => (label + 1) % 3),
          turned,
        )

        // Ties between labels go by their order.
        fc.pre(items.every(([, row]) => new Set(row).size === 3))
        expect(after.suspects).toEqual(suspects)
      }),
    )
  })
})
