import { describe, expect, it } from '@jest/globals'
import { parseExpression } from '../../src/scheduler/expression'

const at = (text: string) => Date.parse(text)
const next = (expression: string, zone: string, after: string) => {
  const found = parseExpression(expression, zone).next(at(after), at('2026-01-01T00:00:00Z'))
  return found === undefined ? undefined : new Date(found).toISOString()
}

describe('the next time of a schedule', () => {
  it.each([
    ['daily, later today', 'cron(0 6 * * ? *)', 'UTC', '2026-11-22T05:59:59Z', '2026-11-22T06:00:00.000Z'],
    ['daily, after this time', 'cron(0 6 * * ? *)', 'UTC', '2026-11-22T06:00:00Z', '2026-11-23T06:00:00.000Z'],
    [
      'in a time zone in winter',
      'cron(0 6 * * ? *)',
      'Europe/Berlin',
      '2026-11-22T00:00:00Z',
      '2026-11-22T05:00:00.000Z',
    ],
    [
      'in a time zone in summer',
      'cron(0 6 * * ? *)',
      'Europe/Berlin',
      '2026-07-01T00:00:00Z',
      '2026-07-01T04:00:00.000Z',
    ],
    [
      'a day that differs between the zone and UTC',
      'cron(0 6 1 * ? *)',
      'Asia/Tokyo',
      '2026-10-31T20:59:00Z',
      '2026-10-31T21:00:00.000Z',
    ],
    [
      'a time that daylight saving skips',
      'cron(30 2 * * ? *)',
      'Europe/Berlin',
      '2026-03-28T12:00:00Z',
      '2026-03-30T00:30:00.000Z',
    ],
    [
      'the first of a repeated time',
      'cron(30 2 * * ? *)',
      'Europe/Berlin',
      '2026-10-24T12:00:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'the second of a repeated time',
      'cron(30 2 * * ? *)',
      'Europe/Berlin',
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00.000Z',
    ],
    ['steps', 'cron(0/20 * * * ? *)', 'UTC', '2026-11-22T05:21:00Z', '2026-11-22T05:40:00.000Z'],
    ['lists and ranges', 'cron(5,50 8-10 * * ? *)', 'UTC', '2026-11-22T10:50:00Z', '2026-11-23T08:05:00.000Z'],
    ['days of the week by name', 'cron(0 12 ? * MON-FRI *)', 'UTC', '2026-11-21T00:00:00Z', '2026-11-23T12:00:00.000Z'],
    [
      'days of the week by number, Sunday first',
      'cron(0 12 ? * 1 *)',
      'UTC',
      '2026-11-21T00:00:00Z',
      '2026-11-22T12:00:00.000Z',
    ],
    ['months', 'cron(0 0 1 FEB ? *)', 'UTC', '2026-11-21T00:00:00Z', '2027-02-01T00:00:00.000Z'],
    ['a 29 February', 'cron(0 0 29 2 ? *)', 'UTC', '2026-11-21T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['a year in the past', 'cron(0 0 1 1 ? 2020)', 'UTC', '2026-11-21T00:00:00Z', undefined],
    ['a rate, from its creation', 'rate(1 hour)', 'UTC', '2025-12-31T23:59:59Z', '2026-01-01T00:00:00.000Z'],
    [
      'a rate, continued from its creation',
      'rate(90 minutes)',
      'UTC',
      '2026-01-01T01:30:00Z',
      '2026-01-01T03:00:00.000Z',
    ],
    ['once', 'at(2026-12-01T08:00:00)', 'Europe/Berlin', '2026-11-21T00:00:00Z', '2026-12-01T07:00:00.000Z'],
    ['once, in the past', 'at(2026-11-01T08:00:00)', 'UTC', '2026-11-21T00:00:00Z', undefined],
  ])('is right for %s', (_, expression, zone, after, expected) => {
    expect(next(expression, zone, after)).toBe(expected)
  })
})

it.each([
  ['cron(0 6 * * * *)', 'must be ?'],
  ['cron(0 6 L * ? *)', 'L is not known'],
  ['cron(0 6 ? * 2#1 *)', '2#1 is not known'],
  ['cron(61 6 * * ? *)', '61'],
  ['cron(0 6 * *)', 'six fields'],
  ['rate(0 hours)', 'not a rate'],
  ['every day', 'not a schedule expression'],
])('refuses %s', (expression, message) => {
  expect(() => parseExpression(expression)).toThrow(message)
})
