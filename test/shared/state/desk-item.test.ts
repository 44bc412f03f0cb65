import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  withAnswer,
  type AskedItem,
  claim,
  close,
  type Given,
  isComplete,
  judgementsOf,
} from '../../../shared/state/desk-item'

const MINUTE = 60_000
const asked = (wanted = 2, most = wanted % 2 === 0 ? wanted + 1 : wanted): AskedItem => ({
  wanted,
  most,
  claims: {},
  answers: {},
  closed: false,
})
const at = '2026-11-22T10:00:00.000Z'
const technical: Given = { label: 'technical' }
const marketing: Given = { label: 'marketing' }

const claimed = (state: AskedItem, annotator: string, nowMs = 0) => claim(state, annotator, nowMs, nowMs + 20 * MINUTE)
const given = (state: AskedItem, annotator: string, what: Given, revision = 0, nowMs = 0) =>
  withAnswer(state, annotator, { given: what, revision, at }, nowMs)

/** Applies claims and answers in order; throws when one is refused. */
function after(state: AskedItem, ...steps: [string, Given][]): AskedItem {
  return steps.reduce((before, [annotator, what]) => {
    const next = given(claimed(before, annotator) ?? before, annotator, what)
    if (typeof next === 'string') throw new Error(next)
    return next
  }, state)
}

describe('claiming an item', () => {
  it('gives the item to as many annotators as requested', () => {
    const two = claimed(claimed(asked(), 'ana') ?? asked(), 'ben')

    expect(two).toBeDefined()
    expect(two && claimed(two, 'cyd')).toBeUndefined()
  })

  it('gives an annotator the same item again', () => {
    const one = claimed(asked(1), 'ana')

    expect(one && claimed(one, 'ana', MINUTE)?.claims).toEqual({ ana: 21 * MINUTE })
  })

  it('gives the item to another annotator after a claim expired', () => {
    const one = claimed(asked(1), 'ana')

    expect(one && claimed(one, 'ben', 19 * MINUTE)).toBeUndefined()
    expect(one && claimed(one, 'ben', 20 * MINUTE)).toBeDefined()
  })

  it('never gives the item to an annotator who judged it in an earlier batch', () => {
    const state = { ...asked(1), before: ['ana'] }

    expect(claimed(state, 'ana')).toBeUndefined()
    expect(claimed(state, 'ben')).toBeDefined()
  })

  it('never gives the item again to an annotator who answered or skipped it', () => {
    expect(claimed(after(asked(), ['ana', technical]), 'ana')).toBeUndefined()
    expect(claimed(after(asked(), ['ana', { skip: true }]), 'ana')).toBeUndefined()
  })

  it('gives an item to a third annotator only when two disagree', () => {
    expect(claimed(after(asked(), ['ana', technical], ['ben', marketing]), 'cyd')).toBeDefined()
    expect(claimed(after(asked(), ['ana', technical], ['ben', technical]), 'cyd')).toBeUndefined()
    expect(claimed(after(asked(), ['ana', technical], ['ben', marketing], ['cyd', technical]), 'dan')).toBeUndefined()
  })

  it('gives nobody a closed item', () => {
    expect(claimed(close(asked()), 'ana')).toBeUndefined()
  })
})

describe('answering an item', () => {
  const held = claimed(asked(1), 'ana') ?? asked(1)

  it('is refused to an annotator without a claim', () => {
    expect(given(asked(), 'ana', technical)).toBe('not-asked')
  })

  it('is idempotent', () => {
    const once = after(asked(1), ['ana', technical])

    expect(given(once, 'ana', technical)).toBe(once)
  })

  it('replaces earlier revisions, but not later ones', () => {
    const twice = given(after(asked(1), ['ana', technical]), 'ana', marketing, 1)
    if (typeof twice === 'string') throw new Error(twice)

    expect(judgementsOf(twice)).toEqual([['ana', { given: marketing, revision: 1, at }]])
    expect(given(twice, 'ana', technical, 0)).toBe('older')
    expect(given(twice, 'ana', technical, 1)).toBe('older')
  })

  it('counts after the claim expired if nobody else took the place', () => {
    expect(given(held, 'ana', technical, 0, 60 * MINUTE)).toMatchObject({ answers: { ana: { given: technical } } })
  })

  it('is refused when another annotator took the place', () => {
    const taken = claimed(held, 'ben', 30 * MINUTE) ?? held

    expect(given(taken, 'ana', technical, 0, 31 * MINUTE)).toBe('enough')
    const answered = given(taken, 'ben', technical, 0, 31 * MINUTE)
    expect(typeof answered === 'string' ? answered : given(answered, 'ana', technical, 0, 60 * MINUTE)).toBe('enough')
  })

  it('is refused for a closed item, but a stored answer stays', () => {
    expect(given(close(held), 'ana', technical)).toBe('closed')
    expect(given(close(after(asked(1), ['ana', technical])), 'ana', technical)).toMatchObject({ closed: true })
  })

  it('frees the place for another annotator by a skip', () => {
    const skipped = after(asked(1), ['ana', { skip: true }])

    expect(judgementsOf(skipped)).toEqual([])
    expect(claimed(skipped, 'ben')).toBeDefined()
  })
})

describe('isComplete', () => {
  it.each<[string, [string, Given][], boolean]>([
    ['nobody answered', [], false],
    ['one of two answered', [['ana', technical]], false],
    [
      'two agree',
      [
        ['ana', technical],
        ['ben', technical],
      ],
      true,
    ],
    [
      'two disagree',
      [
        ['ana', technical],
        ['ben', marketing],
      ],
      false,
    ],
    [
      'a label and a flag',
      [
        ['ana', technical],
        ['ben', { flag: 'unreadable' }],
      ],
      false,
    ],
    [
      'a third decided',
      [
        ['ana', technical],
        ['ben', marketing],
        ['cyd', marketing],
      ],
      true,
    ],
    [
      'three give three different answers',
      [
        ['ana', technical],
        ['ben', marketing],
        ['cyd', { flag: 'personal' }],
      ],
      true,
    ],
  ])('decides when %s', (_, steps, complete) => {
    expect(isComplete(after(asked(), ...steps), ['ana', 'ben', 'cyd', 'dan'])).toBe(complete)
  })

  it('does not wait for annotators who are absent', () => {
    const alone = after(asked(), ['ana', technical])

    expect(isComplete(alone, ['ana'])).toBe(true)
    expect(isComplete(alone, ['ana', 'ben'])).toBe(false)
    expect(isComplete(alone, [])).toBe(false)
    expect(isComplete({ ...asked(2), before: ['ben'], answers: alone.answers }, ['ana', 'ben'])).toBe(true)
  })
})

it('never takes more judgements of an item than requested, whatever the annotators do', () => {
  const people = fc.constantFrom('ana', 'ben', 'cyd', 'dan', 'eve')
  const step = fc.record({
    annotator: people,
    claims: fc.boolean(),
    what: fc.constantFrom<Given>(technical, marketing, { skip: true }, { flag: 'unreadable' }),
    revision: fc.nat(3),
    minutes: fc.nat(25),
  })
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 3), fc.array(step, { maxLength: 40 }), (wanted, steps) => {
      let state = asked(wanted)
      let nowMs = 0
      for (const { annotator, claims, what, revision, minutes } of steps) {
        nowMs += minutes * MINUTE
        const next = claims ? claimed(state, annotator, nowMs) : given(state, annotator, what, revision, nowMs)
        if (next && typeof next !== 'string') state = next
        const waiting = Object.values(state.claims).filter((untilMs) => untilMs > nowMs).length

        expect(judgementsOf(state).length).toBeLessThanOrEqual(state.most)
        expect(judgementsOf(state).length + (isComplete(state, []) ? 0 : waiting)).toBeLessThanOrEqual(state.most)
      }
    }),
  )
})
