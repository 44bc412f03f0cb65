import { expect, it } from '@jest/globals'
import { goOn } from '../../../local/live/go-on'
import { makeJournal } from '../../../local/live/journal'
import { aSettings } from '../../given'
import type { BusEvent } from '../../../packages/embedded-aws/src/service'
import { testBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'

const NOON_MS = Date.parse('2026-11-28T12:00:00Z')
const AGAIN_MS = 15 * 60_000
/** Longer than the polling interval. */
const LOOKED_MS = 800

const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it("reports the error of a collection once, also other functions' errors, and retries", async () => {
  const said: string[] = []
  const asked: unknown[] = []
  const journal = makeJournal()
  const stop = new AbortController()
  let nowMs = NOON_MS
  const cloud = {
    calls: [],
    clock: { now: () => nowMs },
    invoke: async (functionName: string, payload: unknown) => {
      asked.push([functionName, payload])
      return { requestId: 'r', payload: '{}' }
    },
  }
  const fail = (functionName: string, message: string, error: string) =>
    journal.hear(functionName, `${JSON.stringify({ message, error })}\n`)
  const offline = () =>
    fail('bellwether-dev-collector', 'message failed', 'SOURCE_UNAVAILABLE: a was not reached: EAI_AGAIN')
  offline()
  fail('bellwether-dev-formatter', 'invocation failed', 'AccessDenied: no')
  const ended = goOn(
    {
      cloud,
      table: memoryTable(),
      objects: testBucket(),
      heard: { events: () => [], forget: () => {} },
      journal,
      screen: { say: (line) => void said.push(line), progress: () => {}, clear: () => {} },
      settings: aSettings(),
      countAfterMs: 1000,
      logs: 'data/logs',
      signal: stop.signal,
    },
    false,
  )

  await after(LOOKED_MS)
  offline()
  await after(LOOKED_MS)
  expect(asked).toEqual([])
  nowMs += AGAIN_MS
  await after(LOOKED_MS)
  stop.abort()
  await ended

  expect(said).toEqual([
    expect.stringMatching(/^Collecting failed: SOURCE_UNAVAILABLE: a was not reached: EAI_AGAIN\nThere is no host/),
    'bellwether-dev-formatter failed: AccessDenied: no. It will be retried; its log: data/logs/bellwether-dev-formatter.log',
  ])
  expect(asked).toEqual([['collector', {}]])
})

it('shows that a report is due until it is published, overdue or nobody waits', async () => {
  const shown: string[] = []
  const stop = new AbortController()
  let nowMs = NOON_MS
  let heard: BusEvent[] = []
  const publish = (name: string) => void heard.push({ 'detail-type': name, detail: {} } as BusEvent)
  const ended = goOn(
    {
      cloud: { calls: [], clock: { now: () => nowMs }, invoke: () => Promise.reject(new Error('asked for nothing')) },
      table: memoryTable(),
      objects: testBucket(),
      heard: { events: () => heard, forget: () => void (heard = []) },
      journal: makeJournal(),
      screen: { say: () => {}, progress: (text) => void shown.push(text), clear: () => void shown.push('') },
      settings: aSettings(),
      countAfterMs: 1000,
      logs: 'data/logs',
      signal: stop.signal,
    },
    false,
  )
  const due = 'reporting, in about half a minute …'

  publish('LabelsMeasured')
  await after(LOOKED_MS)
  expect(shown).toEqual([due])
  publish('ShareReported')
  await after(LOOKED_MS)
  expect(shown).toEqual([due, ''])

  publish('LabelsMeasured')
  await after(LOOKED_MS)
  nowMs += 2 * 60_000
  await after(LOOKED_MS)
  expect(shown).toEqual([due, '', due, ''])

  publish('LabelsMeasured')
  await after(LOOKED_MS)
  stop.abort()
  await ended
  expect(shown).toEqual([due, '', due, '', due, ''])
})
