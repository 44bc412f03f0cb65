import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { beginCorrelation } from '../../../shared/watch/correlation'
import { measure, metricCount, METRICS } from '../../../shared/watch/metrics'

const written: string[] = []
beforeEach(() => {
  written.length = 0
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(String(line)) > 0)
})
afterEach(() => {
  jest.restoreAllMocks()
  beginCorrelation(undefined, () => undefined)
})

it("writes values in CloudWatch's embedded metric format, with few dimensions and the correlation id as a property", () => {
  beginCorrelation('2026-11-21', () => undefined)
  measure({ service: 'collector', hashtag: 'aws' }, { Posts: 812, PercentCollected: 97.5 })

  expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: expect.any(String),
            Dimensions: [['service', 'hashtag']],
            Metrics: [
              { Name: 'Posts', Unit: 'Count' },
              { Name: 'PercentCollected', Unit: 'Percent' },
            ],
          },
        ],
      },
      correlation_id: '2026-11-21',
      service: 'collector',
      hashtag: 'aws',
      Posts: 812,
      PercentCollected: 97.5,
    },
  ])
})

it('does not leak the dimensions of one line into the next', () => {
  measure({ service: 'collector', hashtag: 'aws' }, { Posts: 1 })
  measure({ service: 'doctor' }, { DeadLetters: 0 })

  expect(written[1]).not.toContain('hashtag')
})

it('documents every metric, and no unknown one', () => {
  const page = readFileSync(path.resolve(__dirname, '../../../docs/operations.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\| ([^|]+?) +\| (.+?) +\|$/gm)].map((row) => row.slice(1, 5))

  expect(rows).toEqual(
    Object.entries(METRICS).map(([name, { unit, services, eachHashtag, meaning }]) => [
      name,
      unit,
      `${services.join(', ')}${eachHashtag ? '; hashtag' : ''}`,
      meaning,
    ]),
  )
})

it('counts metrics as CloudWatch bills them: each with each set of dimensions', () => {
  const ofStack = Object.values(METRICS).filter(({ eachHashtag }) => !eachHashtag)

  expect(metricCount(0)).toBe(ofStack.reduce((sum, { services }) => sum + services.length, 0))
  expect(metricCount(2) - metricCount(1)).toBe(4)
})
