import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { dawidSkene, type Vote } from '../../../shared/statistics/dawid-skene'

const votesOf = (answers: Record<string, readonly number[]>): Vote[] =>
  Object.entries(answers).flatMap(([annotator, labels]) =>
    labels.map((label, i) => ({ item: `task-${i}`, annotator, label })),
  )

/** The example of our notes, against crowd-kit's DawidSkene where it has the same model. */
const VOTES = votesOf({ a: [0, 0, 1, 1, 0, 1], b: [0, 0, 1, 1, 1, 1], c: [1, 0, 0, 1, 1, 0] })
const ones = (options: Parameters<typeof dawidSkene>[2]): number[] =>
  [...dawidSkene(VOTES, 2, options).posteriors.values()].map(([, one]) => one!)
const PLAIN = { diagonal: 0, offDiagonal: 0 }

describe('dawidSkene', () => {
  it.each([
    [
      'without a prior, after one iteration, like crowd-kit',
      { ...PLAIN, iterations: 1 },
      [0.113475, 0.048706, 0.843162, 0.930748, 0.657534, 0.843162],
    ],
    [
      'with the prior, after one iteration',
      { iterations: 1 },
      [0.164854, 0.035691, 0.843179, 0.966302, 0.74327, 0.843179],
    ],
    ['with the prior, converged', {}, [0.088329, 0.031466, 0.975585, 0.991678, 0.827492, 0.975585]],
    ['without a prior, converged: certain against two of three votes', PLAIN, [0, 0, 1, 1, 0, 1]],
  ])('gives the expected posteriors %s', (_, options, expected) => {
    for (const [i, one] of ones(options).entries()) expect(one).toBeCloseTo(expected[i]!, 4)
  })

  it('estimates how each annotator confuses the labels', () => {
    const once = dawidSkene(VOTES, 2, { iterations: 1 }).confusions.get('a')
    const converged = dawidSkene(VOTES, 2).confusions.get('a')

    expect(once?.flat().map((p) => p.toFixed(6))).toEqual(['0.774194', '0.225806', '0.257143', '0.742857'])
    expect(converged?.[0]?.[0]).toBeCloseTo(0.879139, 4)
    expect(converged?.[1]?.[1]).toBeCloseTo(0.773512, 4)
  })

  it('is equivariant under permutations of annotators, items and labels', () => {
    const vote = fc.record({
      item: fc.constantFrom('p', 'q', 'r', 's', 't'),
      annotator: fc.constantFrom('ana', 'ben', 'cyd'),
      label: fc.constantFrom(0, 1, 2),
    })
    const oneEach = { selector: ({ item, annotator }: Vote) => `${item} ${annotator}`, minLength: 1, maxLength: 15 }
    const renamed: Record<string, string> = { ana: 'zoe', ben: 'ana', cyd: 'ben' }
    fc.assert(
      fc.property(fc.uniqueArray(vote, oneEach), fc.func(fc.nat()), (votes, at) => {
        const before = dawidSkene(votes, 3)
        const shuffled = [...votes].sort((a, b) => at(a) - at(b))
        const after = dawidSkene(
          shuffled.map(({ item, annotator, label }) => ({
            item,
            annotator: renamed[annotator]!,
            label: (label + 1) % 3,
          })),
          3,
        )

        expect(dawidSkene(shuffled, 3)).toEqual(before)
        for (const [item, row] of before.posteriors) {
          for (const [label, p] of row.entries()) {
            expect(after.posteriors.get(item)?.[(label + 1) % 3]).toBeCloseTo(p, 5)
          }
        }
        for (const [annotator, rows] of before.confusions) {
          expect(after.confusions.get(renamed[annotator]!)?.[1]?.[1]).toBeCloseTo(rows[0]![0]!, 5)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('returns nothing for no votes', () => {
    expect(dawidSkene([], 2).posteriors.size).toBe(0)
  })
})
