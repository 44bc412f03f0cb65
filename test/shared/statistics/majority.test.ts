import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { majorityVote } from '../../../shared/statistics/majority'

it.each([
  ['nothing for no votes', [], [], 0],
  ['the only vote', ['a'], ['a'], 1],
  ['the majority', ['b', 'a', 'a'], ['a'], 2],
  ['all tied values, in their order', ['b', 'a', 'c', 'a', 'b'], ['b', 'a'], 2],
])('returns %s', (_, votes, leading, count) => {
  expect(majorityVote(votes)).toEqual({ leading, count })
})

it('gives the same majority for any order of the votes', () => {
  const votes = ['a', 'b', 'b', 'c', 'c', 'd']
  fc.assert(
    fc.property(fc.shuffledSubarray(votes, { minLength: votes.length }), (shuffled) => {
      expect(majorityVote(shuffled).leading.sort()).toEqual(['b', 'c'])
    }),
  )
})
