import { describe, expect, it } from '@jest/globals'
import type { Summary } from '../../../local/replay/summary'
import { widthsInWords } from '../../../local/replay/widths'

const share = (date: string, more: Partial<Summary['shares'][number]> = {}): Summary['shares'][number] => ({
  hashtag: 'aws',
  date,
  basis: 'posts',
  label: 'technical',
  share: 0.6,
  low: 0.52,
  high: 0.68,
  method: '',
  labels: 30,
  ...more,
})

describe('the interval widths with a language model', () => {
  it('are those of days by posts on which its predictions count, next to those without', () => {
    const without = { low: 0.5, high: 0.7 }
    const { date: _, ...week } = share('2026-01-06', { without: { low: 0, high: 1 } })
    const words = widthsInWords([
      share('2026-01-05', { without }),
      share('2026-01-06', { without, low: 0.5, high: 0.68 }),
      share('2026-01-07'),
      share('2026-01-05', { without: { low: 0, high: 1 }, basis: 'messages' }),
      { ...week, window: '2026-01-01/2026-01-07' },
    ])

    expect(words).toContain('mean of 2 days by posts')
    expect(words).toMatch(/technical +17\.0 points +without 20\.0 +0\.85 of it/)
  })

  it('are missing when no predictions count', () => {
    expect(widthsInWords([share('2026-01-05')])).toBe('')
  })
})
