import { describe, expect, it } from '@jest/globals'
import { daysLeft, gapsIn, gapsInWords, playedDays } from '../../../local/replay/gaps'

const posts = (...days: string[]) => days.map((day) => ({ createdAt: `${day}T12:00:00.000Z` }))
const words = (...days: string[]) => gapsInWords(gapsIn(playedDays(posts(...days), false)))

describe('the days of a replay', () => {
  const some = posts('2026-01-05', '2026-01-02', '2026-01-02', '2026-01-01')

  it('are those with posts', () => {
    expect(playedDays(some, false)).toEqual(['2026-01-01', '2026-01-02', '2026-01-05'].map((day) => Date.parse(day)))
  })

  it('are all days between the first and the last on request', () => {
    expect(playedDays(some, true)).toHaveLength(5)
    expect(gapsIn(playedDays(some, true))).toEqual([])
  })
})

describe('skipped days', () => {
  it.each([
    ['are not mentioned when every day has posts', ['2026-01-01', '2026-01-02'], undefined],
    [
      'are reported with their dates',
      ['2025-01-01', '2026-01-01'],
      'Skips 364 days without posts, 2025-01-02 to 2025-12-31; --every-day plays them.',
    ],
    [
      'are reported in one sentence for several gaps',
      ['2026-01-01', '2026-01-03', '2026-01-06'],
      'Skips 3 days without posts, in 2 gaps, the longest 2026-01-04 to 2026-01-05; --every-day plays them.',
    ],
    [
      'may be a single day',
      ['2026-01-01', '2026-01-03'],
      'Skips 1 day without posts, 2026-01-02; --every-day plays them.',
    ],
  ])('%s', (_, days, said) => {
    expect(words(...days)).toBe(said)
  })
})

describe('the remaining days of a replay', () => {
  const days = ['2026-01-01', '2026-01-02', '2026-01-05'].map((day) => Date.parse(day))

  it.each([
    ['are all days for a new cloud', '2026-01-01T23:59:00Z', 3],
    ['include the day that was interrupted before its end', '2026-01-02T12:00:00Z', 3],
    ['exclude a completed day', '2026-01-02T23:59:00Z', 2],
    ['are none when all were played', '2026-01-06T23:59:00Z', 0],
  ])('%s', (_, now, count) => {
    expect(daysLeft(days, Date.parse(now))).toEqual(days.slice(3 - count))
  })
})
