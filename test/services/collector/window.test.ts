import { describe, expect, it } from '@jest/globals'
import { clipWindow, dayBefore, dayFrom, midnight, runId } from '../../../services/collector/window'

it("finds the start of an instant's day in UTC", () => {
  expect(midnight(new Date('2026-06-03T00:00:00.000Z'))).toBe('2026-06-03T00:00:00.000Z')
  expect(midnight(new Date('2026-06-03T01:30:00+02:00'))).toBe('2026-06-02T00:00:00.000Z')
})

it('steps across ends of months and leap days', () => {
  expect(dayBefore('2024-03-01T00:00:00.000Z')).toBe('2024-02-29T00:00:00.000Z')
  expect(dayFrom('2026-12-31T00:00:00.000Z').to).toBe('2027-01-01T00:00:00.000Z')
})

it('names a run after its window', () => {
  expect(runId(dayFrom('2026-11-21T00:00:00.000Z'))).toBe('20261121t000000z-20261122t000000z')
})

describe('clip', () => {
  const window = { from: '2026-06-02T00:00:00.000Z', to: '2026-06-03T00:00:00.000Z' }
  const noon = '2026-06-02T12:00:00.000Z'

  it.each([
    ['no horizon', undefined, null, window],
    ['a horizon before it', '2026-06-01T00:00:00.000Z', null, window],
    ['a horizon at its beginning', window.from, null, window],
    ['a horizon within it', noon, { from: window.from, to: noon }, { from: noon, to: window.to }],
    ['a horizon at its end', window.to, window, null],
  ])('cuts a window at %s', (_, horizon, gap, left) => {
    expect(clipWindow(window, horizon)).toEqual({ gap, left })
  })
})
