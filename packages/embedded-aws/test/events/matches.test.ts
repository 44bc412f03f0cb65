import { describe, expect, it } from '@jest/globals'
import { matcherOf } from '../../src/events/matches'
import { PATTERNS } from '../contract/patterns'

describe('an event pattern', () => {
  it.each(PATTERNS)('matches %s: %j against %j is %s', (_, pattern, detail, isMatch) => {
    expect(matcherOf(pattern)(detail)).toBe(isMatch)
  })

  it.each([
    ['prefix', { a: [{ prefix: 5 }] }],
    ['a bare value', { a: 'x' }],
    ['an empty pattern', {}],
    ['an empty list', { a: [] }],
    ['an array instead of a pattern', [['x']]],
    ['two matchers in one object', { a: [{ prefix: 'x', suffix: 'y' }] }],
    ['an incomplete numeric', { a: [{ numeric: ['>'] }] }],
    ['an unknown comparison', { a: [{ numeric: ['~', 1] }] }],
    ['exists with a string', { a: [{ exists: 'yes' }] }],
    ['two stars', { a: [{ wildcard: 'a**b' }] }],
    ['a bad escape', { a: [{ wildcard: 'a\\b' }] }],
    ['one alternative', { $or: [{ a: ['x'] }] }],
    ['an empty anything-but', { a: [{ 'anything-but': [] }] }],
    ['a nested array', { a: [['x']] }],
  ])('is refused with %s', (_, pattern) => {
    expect(() => matcherOf(pattern)).toThrow(expect.objectContaining({ code: 'InvalidEventPatternException' }))
  })

  it.each([
    ['cidr', { a: [{ cidr: '10.0.0.0/8' }] }],
    ['like', { a: [{ like: 'x' }] }],
    ['numeric inside anything-but', { a: [{ 'anything-but': { numeric: ['>', 1] } }] }],
  ])('refuses an unsupported matcher by name: %s', (name, pattern) => {
    expect(() => matcherOf(pattern)).toThrow(
      expect.objectContaining({ status: 501, message: expect.stringContaining(name) }),
    )
  })
})
