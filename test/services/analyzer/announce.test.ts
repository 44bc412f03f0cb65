import { beforeEach, expect, it } from '@jest/globals'
import { announceReport } from '../../../services/analyzer/announce'
import { isEvaluationBoosted } from '../../../shared/state/evaluation-boost'
import type { Table } from '../../../shared/table'
import { memoryTable } from '../../shared/memory-table'
import { recorder, type RecordedEvent } from '../../shared/recorder'
import { exampleOfTooFew, exampleReport } from '../../shared/reports'

const report = exampleReport()
const AWS = [{ hashtag: 'aws' }]

let table: Table
let events: RecordedEvent[]
let announce: (about: typeof report) => Promise<void>

beforeEach(() => {
  table = memoryTable()
  const recorded = recorder('analyzer')
  events = recorded.events
  announce = (about) => announceReport({ publish: recorded.publish, table }, about)
})

/** The report with a z-value of the difference between the two estimates by posts over seven days. */
const withDifference = (z7: number) => ({
  ...report,
  day: {
    ...report.day,
    byPosts: { ...report.day.byPosts, tight: { ...report.day.byPosts.tight, z7, label: 'marketing' } },
  },
})

it('publishes only the shares, and boosts no evaluation sample, while both estimates agree', async () => {
  await announce(withDifference(1.9))

  expect(events.map(({ name }) => name)).toEqual(['ShareReported'])
  expect(await isEvaluationBoosted(table, AWS, '2026-11-22')).toBe(false)
})

it('publishes the disagreement, and boosts the evaluation sample of that hashtag, when the estimates disagree', async () => {
  await announce(withDifference(-2.4))

  expect(events.map(({ name }) => name)).toEqual(['ShareReported', 'EstimateDisagrees'])
  expect(events[1]?.detail).toMatchObject({ hashtag: 'aws', basis: 'posts', label: 'marketing', z7: -2.4 })
  expect(await isEvaluationBoosted(table, AWS, '2026-11-22')).toBe(true)
  expect(await isEvaluationBoosted(table, [{ hashtag: 'azure' }], '2026-11-22')).toBe(false)
})

it('publishes how many labels are missing when there are too few for a share', async () => {
  await announce({ ...report, day: { ...report.day, byPosts: exampleOfTooFew() } })

  expect(events.map(({ name }) => name)).toEqual(['ShareReported', 'NotEnoughLabels'])
  expect(events[1]?.detail).toMatchObject({ labels: 4, more: 92 })
})
