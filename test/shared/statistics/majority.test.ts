import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { majorityVote } from '../../../shared/statistics/majority'

it.each([
  ['nothing of no votes', [], [], 0],
  ['the only one', ['a'], ['a'], 1],
  ['what most said', ['b', 'a', 'a'], ['a'], 2],
  ['all of a tie, as they came', ['b', 'a', 'c', 'a', 'b'], ['b', 'a'], 2],
])('gives %s', (_, votes, leading, count) => {
  expect(majorityVote(votes)).toEqual({ leading, count })
})

it('gives the same answers in whatever order the votes come', () => {
  const votes = ['a', 'b', 'b', 'c', 'c', 'd']
  fc.assert(
    fc.property(fc.shuffledSubarray(votes, { minLength: votes.length }), (shuffled) => {
      expect(majorityVote(shuffled).leading.sort()).toEqual(['b', 'c'])
    }),
  )
})
