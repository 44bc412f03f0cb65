import { describe, expect, it } from '@jest/globals'
import { daysLeft, gapsIn, gapsInWords, playedDays } from '../../../local/replay/gaps'

const posts = (...days: string[]) => days.map((day) => ({ createdAt: `${day}T12:00:00.000Z` }))
const words = (...days: string[]) => gapsInWords(gapsIn(playedDays(posts(...days), false)))

describe('the days that are played', () => {
  const some = posts('2026-01-05', '2026-01-02', '2026-01-02', '2026-01-01')

  it('are those with posts', () => {
    expect(playedDays(some, false)).toEqual(['2026-01-01', '2026-01-02', '2026-01-05'].map((day) => Date.parse(day)))
  })

  it('are all between the first and the last where every day is wanted', () => {
    expect(playedDays(some, true)).toHaveLength(5)
    expect(gapsIn(playedDays(some, true))).toEqual([])
  })
})

describe('what is skipped', () => {
  it.each([
    ['is nothing where every day has posts', ['2026-01-01', '2026-01-02'], undefined],
    [
      'is told with its days',
      ['2025-01-01', '2026-01-01'],
      'Skips 364 days without posts, 2025-01-02 to 2025-12-31; --every-day plays them.',
    ],
    [
      'is told in one sentence for several gaps',
      ['2026-01-01', '2026-01-03', '2026-01-06'],
      'Skips 3 days without posts, in 2 gaps, the longest 2026-01-04 to 2026-01-05; --every-day plays them.',
    ],
    ['may be one day', ['2026-01-01', '2026-01-03'], 'Skips 1 day without posts, 2026-01-02; --every-day plays them.'],
  ])('%s', (_, days, said) => {
    expect(words(...days)).toBe(said)
  })
})

describe('the days that are left', () => {
  const days = ['2026-01-01', '2026-01-02', '2026-01-05'].map((day) => Date.parse(day))

  it.each([
    ['are all for a new cloud', '2026-01-01T23:59:00Z', 3],
    ['have the day whose people did not answer to its end', '2026-01-02T12:00:00Z', 3],
    ['do not have what was played to its end', '2026-01-02T23:59:00Z', 2],
    ['are none where all was played', '2026-01-06T23:59:00Z', 0],
  ])('%s', (_, now, count) => {
    expect(daysLeft(days, Date.parse(now))).toEqual(days.slice(3 - count))
  })
})
