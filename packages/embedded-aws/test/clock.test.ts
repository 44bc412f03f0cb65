import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, it, jest } from '@jest/globals'
import { createClock, type CloudClock } from '../src/clock'

const HOUR = 3_600_000
const clocks: CloudClock[] = []
const make = (options = {}) => {
  const clock = createClock(options)
  clocks.push(clock)
  return clock
}
afterEach(() => clocks.splice(0).forEach((clock) => clock.close()))

it('runs due callbacks in order of time, each settled before the next', async () => {
  const clock = make()
  const start = clock.now()
  const seen: string[] = []
  let working = Promise.resolve()
  clock.settleBy(() => working)

  clock.at(start + 2 * HOUR, () => seen.push('second'))
  clock.at(start + HOUR, () => {
    working = new Promise((resolve) => setImmediate(resolve)).then(() => {
      seen.push('settled')
      clock.at(start + 1.5 * HOUR, () => seen.push('made on the way'))
    })
  })
  clock.at(start + 4 * HOUR, () => seen.push('too late'))
  const cancel = clock.at(start + HOUR, () => seen.push('cancelled'))
  cancel()
  await clock.advanceTo(start + 3 * HOUR)

  expect(seen).toEqual(['settled', 'made on the way', 'second'])
  expect(clock.now()).toBeGreaterThanOrEqual(start + 3 * HOUR)
})

it('runs callbacks that fell due during sleep within a minute of waking', () => {
  jest.useFakeTimers()
  try {
    const clock = make()
    const seen: string[] = []
    clock.at(clock.now() + 2 * HOUR, () => seen.push('due'))

    // Time advances, but timers do not.
    jest.setSystemTime(clock.now() + 10 * HOUR)
    expect(seen).toEqual([])
    jest.advanceTimersByTime(60_000)

    expect(seen).toEqual(['due'])
  } finally {
    jest.useRealTimers()
  }
})

it('shows each callback the time it was due at', async () => {
  const clock = make()
  const due = clock.now() + HOUR
  let seen = 0
  clock.at(due, () => (seen = clock.now()))
  await clock.advanceTo(due + HOUR)

  expect(seen).toBeGreaterThanOrEqual(due)
  expect(seen).toBeLessThan(due + HOUR)
})

it('skips time like sleep: what fell due in between runs at the end, once', async () => {
  const clock = make()
  const start = clock.now()
  const seen: number[] = []
  const hourly = (at: number) =>
    clock.at(at, () => {
      seen.push(Math.round((clock.now() - start) / HOUR))
      hourly(at + HOUR * Math.ceil((clock.now() - at + 1) / HOUR))
    })
  hourly(start + HOUR)

  await clock.skipTo(start + 100.5 * HOUR)
  await clock.skipTo(start)
  await clock.advanceTo(start + 102.5 * HOUR)

  expect(seen).toEqual([101, 101, 102])
})

it('runs callbacks that fell due on their own while others settled, even beyond the advanced time', async () => {
  const clock = make()
  const seen: string[] = []
  let held = false
  clock.settleBy(async () => {
    if (held) return
    held = true
    // The thread blocks for longer than the advance, as in a garbage collection pause.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30)
    clock.at(clock.now(), () => void seen.push('due'))
  })
  await clock.advanceTo(clock.now() + 10)

  expect(seen).toEqual(['due'])
})

it('never moves back', async () => {
  const clock = make()
  await clock.advanceTo(clock.now() + HOUR)
  const before = clock.now()
  await clock.advanceTo(before - HOUR)

  expect(clock.now()).toBeGreaterThanOrEqual(before)
})

it('runs callbacks that are due now without being advanced', async () => {
  const clock = make()
  await new Promise<void>((resolve) => void clock.at(clock.now() + 5, resolve))
  expect(clock.now()).toBeGreaterThan(0)
})

it('continues after a restart from its last time', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clock-'))
  const file = path.join(folder, 'clock')
  const first = make({ file, start: Date.parse('2020-01-01T00:00:00Z') })
  expect(new Date(first.now()).getUTCFullYear()).toBe(2020)
  await first.advanceTo(Date.parse('2021-06-01T00:00:00Z'))

  const again = make({ file, start: Date.parse('2020-01-01T00:00:00Z') })
  expect(new Date(again.now()).toISOString()).toContain('2021-06-01')
  rmSync(folder, { recursive: true })
})
