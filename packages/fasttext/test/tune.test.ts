import fc from 'fast-check'
import { describe, expect, it } from '@jest/globals'
import { parseBlazingText, toBlazingText, tune } from '../src'
import { groupedFolds } from '../src/folds'
import { sample } from '../src/search-space'
import { seedRandom } from '../src/random'
import { labelledLines } from './example'

const lines = labelledLines(120, 1)

describe('groupedFolds', () => {
  it('puts every line into one test fold and no group on both sides, for any groups', () => {
    const groups = fc.array(fc.integer({ min: 0, max: 9 }).map(String), { minLength: 2, maxLength: 60 })
    fc.assert(
      fc.property(groups, fc.integer({ min: 2, max: 6 }), fc.nat(), (of, count, seed) => {
        fc.pre(new Set(of).size > 1)
        const folds = groupedFolds(of, count, seed)
        expect(folds).toHaveLength(Math.min(count, new Set(of).size))
        expect(folds.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual(of.map((_, line) => line))
        for (const { train, test } of folds) {
          expect([...train, ...test].sort((a, b) => a - b)).toEqual(of.map((_, line) => line))
          const tested = new Set(test.map((line) => of[line]))
          expect(train.some((line) => tested.has(of[line]))).toBe(false)
        }
      }),
    )
  })
})

describe('tune', () => {
  it('is deterministic for the same seed and trials, with the score and its spread', () => {
    const [one, again] = [1, 2].map(() => tune(lines, { seed: 3, trials: 4, folds: 3, seconds: 600 }))
    expect(again).toEqual(one)
    expect(one!.tried).toHaveLength(4)
    expect(one!.score).toBeGreaterThan(0.4)
    expect(one!.spread).toBeGreaterThan(0)
    expect(tune(lines, { seed: 4, trials: 4, folds: 3, seconds: 600 }).tried).not.toEqual(one!.tried)
  })

  it('stops at its budget, after at least one trial', () => {
    let clock = 0
    const { tried, best } = tune(lines, { seconds: 1, folds: 2, now: () => (clock += 400) })
    expect(tried).toHaveLength(1)
    expect(best).toEqual(tried[0]!.hyperparameters)
  })

  it('reports its trials, and leaves fixed hyperparameters alone', () => {
    const seen: number[] = []
    tune(lines, {
      trials: 3,
      folds: 2,
      seconds: 600,
      fixed: { vectorDim: 7 },
      onTried: ({ hyperparameters }) => seen.push(hyperparameters.vectorDim!),
    })
    expect(seen.length).toBeGreaterThanOrEqual(3)
    expect(new Set(seen)).toEqual(new Set([7]))
  })

  it('does not see a copy of a test line when copies are one group', () => {
    const noise = Array.from({ length: 40 }, (_, i) => `__label__${i % 2 ? 'a' : 'b'} word${i} other${i}`)
    const copied = [...noise, ...noise, ...noise]
    const groups = copied.map((line) => line)
    const settings = { trials: 1, folds: 4, seconds: 600, goal: 'accuracy' } as const
    expect(tune(copied, settings).score).toBeGreaterThan(0.9)
    expect(tune(copied, { ...settings, groups }).score).toBeLessThan(0.75)
  })

  it.each([
    ['groups that do not match the lines', { groups: ['a'] }],
    ['a single group', { groups: lines.map(() => 'a') }],
    ['a single fold', { folds: 1 }],
  ])('refuses %s', (_, options) => {
    expect(() => tune(lines, options)).toThrow(expect.objectContaining({ code: 'TUNING_IMPOSSIBLE' }))
  })
})

it('the search proposes only what BlazingText can train, unless character n-grams are requested', () => {
  const random = seedRandom(1)
  const plain = Array.from({ length: 200 }, () => sample(random, false))
  for (const chosen of plain) expect(parseBlazingText(toBlazingText(chosen))).toMatchObject(chosen)
  expect(Array.from({ length: 50 }, () => sample(random, true)).some(({ maxCharacters }) => maxCharacters! > 0)).toBe(
    true,
  )
})
