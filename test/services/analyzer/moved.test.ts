import { beforeEach, describe, expect, it } from '@jest/globals'
import { decideWeek } from '../../../services/analyzer/moved'
import { analyzerRequest } from '../../../services/analyzer/request'
import { keys } from '../../../shared/keys'
import type { ReportRecord } from '../../../shared/records'
import { mulberry32 } from '../../../shared/statistics/random'
import { aSettings } from '../../given'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { recorder } from '../../shared/recorder'
import { exampleOfTooFew, exampleReport } from '../../shared/reports'

const SUNDAY = '2026-11-22'
const BEFORE = '2026-11-15'
const WEDNESDAY = { now: new Date('2026-11-25T09:00:00Z') }

let bucket: TestBucket
let recorded: ReturnType<typeof recorder>
const decide = (asked = 'last', at = WEDNESDAY) =>
  decideWeek({ objects: bucket, publish: recorded.publish, settings: aSettings() })(asked, at)

beforeEach(() => {
  bucket = testBucket()
  recorded = recorder('analyzer')
})

/** The report of a Sunday with this share of marketing in its week. */
function weekOf(date: string, share: number, standardError = 0.03, hashtag = 'aws'): ReportRecord {
  const report = exampleReport({ date, hashtag, stream: 'file' })
  const raw = [
    { label: 'marketing', estimate: share, standardError },
    { label: 'technical', estimate: 1 - share, standardError },
  ]
  return { ...report, week: { ...report.week, byPosts: { ...report.week.byPosts, raw } } }
}
const put = async (...reports: ReportRecord[]) => {
  for (const report of reports) await bucket.put(keys.report(report), JSON.stringify(report))
}

describe('a calendar week', () => {
  it('is published once per stream, with the labels, when its shares differ significantly from the week before', async () => {
    await put(
      weekOf(BEFORE, 0.3),
      weekOf(SUNDAY, 0.5),
      weekOf(BEFORE, 0.4, 0.03, 'azure'),
      weekOf(SUNDAY, 0.41, 0.03, 'azure'),
    )
    await decide()

    expect(recorded.events).toHaveLength(1)
    expect(recorded.events[0]).toMatchObject({
      name: 'ShareMoved',
      detail: {
        hashtag: 'aws',
        stream: 'file',
        from: '2026-11-16',
        to: SUNDAY,
        reportKey: keys.report({ hashtag: 'aws', stream: 'file', date: SUNDAY }),
        moved: [
          { label: 'marketing', share: 0.5, before: 0.3 },
          { label: 'technical', share: 0.5, before: 0.7 },
        ],
      },
    })
  })

  it('is decided only once: a second invocation publishes the same, even when the reports have changed', async () => {
    await put(weekOf(BEFORE, 0.3), weekOf(SUNDAY, 0.5))
    const first = await decide()
    await put(weekOf(SUNDAY, 0.3))
    const second = await decide(SUNDAY, { now: new Date('2026-12-24T00:00:00Z') })

    expect(second).toEqual(first)
    expect(recorded.events[1]).toEqual(recorded.events[0])
  })

  it('is recorded and not published when chance explains the difference', async () => {
    await put(weekOf(BEFORE, 0.45), weekOf(SUNDAY, 0.5))
    const { streams } = await decide()

    expect(streams[0]).toMatchObject({
      hashtag: 'aws',
      state: 'compared',
      labels: [{ moved: false }, { moved: false }],
    })
    expect(recorded.events).toEqual([])
  })

  it('records the reason when there are no two shares to compare', async () => {
    const tooFew = weekOf(BEFORE, 0.3)
    await put({ ...tooFew, week: { ...tooFew.week, byPosts: exampleOfTooFew() } }, weekOf(SUNDAY, 0.5))
    const { streams } = await decide()

    expect(streams).toMatchObject([
      { hashtag: 'aws', state: 'not-compared', reason: expect.stringContaining('not-enough-labels'), labels: [] },
      { hashtag: 'azure', state: 'not-compared', reason: `no report of ${SUNDAY}`, labels: [] },
    ])
    expect(recorded.events).toEqual([])
  })

  it('finds the days of a release without streams', async () => {
    await put({ ...weekOf(BEFORE, 0.3), stream: undefined }, weekOf(SUNDAY, 0.5))
    await decide()

    expect(recorded.events[0]?.detail).toMatchObject({ beforeKey: keys.report({ hashtag: 'aws', date: BEFORE }) })
  })

  it.each([
    ['2026-11-24T23:59:00Z', BEFORE],
    ['2026-11-25T00:00:00Z', SUNDAY],
    ['2026-11-28T12:00:00Z', SUNDAY],
  ])('is at %s the last week whose labels are complete: %s', async (now, week) => {
    expect((await decide('last', { now: new Date(now) })).week).toBe(week)
  })

  it('is requested by its Sunday', () => {
    expect(analyzerRequest.safeParse({ week: SUNDAY }).success).toBe(true)
    expect(analyzerRequest.safeParse({ week: '2026-11-23' }).success).toBe(false)
  })
})

/** Weekly estimates of two streams without change, with normal errors of the stated standard error. */
it('raises a false alarm in at most 5 % of months without a change', async () => {
  const random = mulberry32(1)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const error = 0.04
  const MONTHS = 1000
  let alarmed = 0
  for (let month = 0; month < MONTHS; month++) {
    bucket = testBucket()
    recorded = recorder('analyzer')
    const sundays = ['2026-10-25', '2026-11-01', '2026-11-08', BEFORE, SUNDAY]
    for (const date of sundays)
      await put(...['aws', 'azure'].map((tag) => weekOf(date, 0.4 + error * normal(), error, tag)))
    for (const sunday of sundays.slice(1)) await decide(sunday)
    if (recorded.events.length > 0) alarmed++
  }

  expect(alarmed / MONTHS).toBeLessThanOrEqual(0.05)
  expect(alarmed).toBeGreaterThan(0)
}, 60_000)
