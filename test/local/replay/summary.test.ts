import { expect, it } from '@jest/globals'
import { summarise } from '../../../local/replay/summary'
import { keys } from '../../../shared/keys'
import { testBucket } from '../../shared/bucket'
import { exampleOfTooFew, exampleReport } from '../../shared/reports'

it('has one row per day or window, basis and label, and lists what was withheld', async () => {
  const bucket = testBucket()
  const first = exampleReport({ date: '2026-11-21' })
  const next = exampleReport({ date: '2026-11-22' })
  const second = { ...next, day: { ...next.day, byPosts: exampleOfTooFew() } }
  for (const report of [first, second]) {
    await bucket.put(keys.report({ hashtag: report.hashtag, date: report.date }), JSON.stringify(report))
  }

  const { shares, withheld } = await summarise(bucket, new Map(), 0, 1)

  const rows = shares.map(({ date, window, basis, label }) => [date ?? window, basis, label].join(' '))
  expect(new Set(rows).size).toBe(rows.length)
  const [one, other] = first.day.byPosts.shares.map(({ label }) => label)
  expect(rows.filter((row) => row.includes('posts'))).toEqual([
    `2026-11-21 posts ${one}`,
    `2026-11-21 posts ${other}`,
    `2026-11-15/2026-11-21 posts ${one}`,
    `2026-11-15/2026-11-21 posts ${other}`,
    `2026-11-16/2026-11-22 posts ${one}`,
    `2026-11-16/2026-11-22 posts ${other}`,
  ])
  expect(withheld).toEqual([{ hashtag: 'aws', date: '2026-11-22', basis: 'posts', state: 'not-enough-labels' }])
})
