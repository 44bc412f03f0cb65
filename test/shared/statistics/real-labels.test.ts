import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { isUnreliable, judgementErrors } from '../../../shared/statistics/judgement-errors'
import { pairCounts } from '../../../shared/statistics/pair-counts'
import { alphaOf, alphaWithInterval } from '../../../shared/statistics/alpha'
import { cascadeId } from '../../../shared/text/cascade'

/** Labelled posts of 2019, which are not part of the repository. */
const POSTS = path.resolve(__dirname, '../../../../shared/data/aws-tweets/posts.jsonl')

/**
 * The number of cascades, by exact normal form, with this many rows labelled technical and marketing, for cascades
 * with at least two labelled rows.
 */
const TALLY: readonly (readonly [technical: number, marketing: number, cascades: number])[] = [
  [0, 2, 156],
  [0, 4, 5],
  [0, 6, 3],
  [0, 10, 1],
  [1, 1, 271],
  [1, 3, 23],
  [1, 5, 2],
  [1, 9, 1],
  [1, 11, 1],
  [2, 0, 223],
  [2, 1, 1],
  [2, 2, 26],
  [2, 4, 3],
  [2, 6, 2],
  [2, 7, 1],
  [2, 12, 1],
  [3, 1, 21],
  [3, 3, 6],
  [3, 5, 2],
  [3, 8, 1],
  [3, 9, 1],
  [4, 0, 18],
  [4, 2, 7],
  [4, 4, 3],
  [4, 6, 2],
  [4, 10, 1],
  [5, 1, 3],
  [5, 3, 4],
  [5, 4, 1],
  [5, 5, 1],
  [5, 7, 3],
  [5, 13, 1],
  [6, 0, 2],
  [6, 2, 4],
  [6, 4, 1],
  [6, 6, 1],
  [6, 8, 2],
  [6, 10, 1],
  [6, 12, 1],
  [7, 3, 1],
  [7, 5, 1],
  [8, 2, 1],
  [9, 9, 2],
  [10, 4, 1],
  [11, 5, 1],
  [11, 13, 1],
  [12, 10, 1],
  [12, 16, 1],
  [12, 78, 1],
  [16, 8, 1],
  [16, 30, 1],
  [19, 5, 1],
  [27, 3, 1],
  [31, 15, 1],
  [39, 49, 1],
  [40, 6, 1],
  [206, 145, 1],
]

/** One unit per cascade, with the label of each of its rows. */
const tallied = TALLY.flatMap(([technical, marketing, cascades]) =>
  Array.from({ length: cascades }, () => [
    ...Array.from({ length: technical }, () => 'technical'),
    ...Array.from({ length: marketing }, () => 'marketing'),
  ]),
)

function unitsOf(file: string): string[][] {
  const row = z.object({ text: z.string(), label: z.string().optional() })
  const units = new Map<string, string[]>()
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const { text, label } = row.parse(JSON.parse(line))
    if (label !== undefined) units.set(cascadeId(text), [...(units.get(cascadeId(text)) ?? []), label])
  }
  return [...units.values()].filter((unit) => unit.length > 1)
}

const tallyOf = (units: readonly string[][]) => {
  const counts = new Map<string, number>()
  for (const unit of units) {
    const technical = unit.filter((label) => label === 'technical').length
    const key = `${technical} ${unit.length - technical}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts]
    .map(([key, count]) => [...key.split(' ').map(Number), count])
    .sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d)
}

describe('labels of unknown reliability', () => {
  it('agree little better than chance: alpha 0.14, from 0.085 to 0.19', () => {
    const { value, low, high } = alphaWithInterval(tallied, 1, 4000)

    expect(value).toBeCloseTo(0.141, 3)
    // The reference bounds are for another normal form, with 793 cascades.
    expect(Math.abs((low ?? 1) - 0.085)).toBeLessThan(0.01)
    expect(Math.abs((high ?? 1) - 0.19)).toBeLessThan(0.01)
  })

  it('are unreliable by the error rate of the cascades that two people judged', () => {
    const twice = tallied.filter((unit) => unit.length === 2)
    const pairs = twice.map((unit) => unit.map((label) => (label === 'technical' ? 0 : 1)))

    const errors = judgementErrors(pairCounts(2, pairs))

    expect(errors).toMatchObject({ source: 'pairs', items: 650 })
    expect(errors.rate.mean).toBeGreaterThan(0.25)
    expect(isUnreliable(errors)).toBe(true)
  })

  if (existsSync(POSTS)) {
    it('have the tally of the real posts', () => {
      expect(tallyOf(unitsOf(POSTS))).toEqual(TALLY)
      expect(alphaOf(unitsOf(POSTS))).toBeCloseTo(alphaOf(tallied) ?? 0, 9)
    })
  }
})
