import { expect, it } from '@jest/globals'
import { countRelabelled } from '../../../services/evaluator/relabelled'

it('counts texts that two training files share, and those with a different label', () => {
  const before = ['__label__a one two', '__label__b three', '__label__a gone']
  const now = ['__label__a one two', '__label__a three', '__label__b new', '']

  expect(countRelabelled(before, now)).toEqual({ shared: 2, changed: 1 })
  expect(countRelabelled([], now)).toEqual({ shared: 0, changed: 0 })
})
