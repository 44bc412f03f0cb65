import { beforeEach, expect, it } from '@jest/globals'
import { z } from 'zod'
import { collectDays, type LiveStream, refuseFuture } from '../../../local/live/collecting'
import { makeJournal } from '../../../local/live/journal'
import { openCursor } from '../../../shared/state/cursor'
import type { Table } from '../../../shared/table'
import { memoryTable } from '../../shared/memory-table'

const AWS: LiveStream = { names: [{ hashtag: 'aws' }], topic: 'aws' }
const AZURE: LiveStream = { names: [{ hashtag: 'azure' }], topic: 'azure' }
const NOW_MS = Date.parse('2026-11-28T12:00:00Z')

let table: Table
let progress: string[]
let asked: unknown[]
beforeEach(() => {
  table = memoryTable()
  progress = []
  asked = []
})

const anyRun = z.object({ window: z.object({ to: z.string() }) }).loose()
const cursor = (first = '2026-11-26T00:00:00.000Z') => openCursor(table, anyRun, AWS.names, first)
/** Moves the collector's cursor to the end of a day. */
const reach = async (day: string) => (await cursor()).commit({ window: { to: `${day}T00:00:00.000Z` } })

/** The outcome of a collection in which the collector returns `answer`, after `meanwhile` ran. */
async function collect(
  answer: object,
  {
    meanwhile = async () => {},
    functionError,
  }: { meanwhile?: () => Promise<unknown>; functionError?: 'Unhandled' } = {},
) {
  const journal = makeJournal()
  const cloud = {
    clock: { now: () => NOW_MS },
    invoke: async (_: string, payload: unknown) => {
      asked.push(payload)
      await cursor()
      setTimeout(() => void meanwhile(), 700)
      return { requestId: 'r', payload: JSON.stringify(answer), ...(functionError ? { functionError } : {}) }
    },
  }
  const screen = { say: () => {}, progress: (text: string) => void progress.push(text), clear: () => {} }
  const { signal } = new AbortController()
  return { collected: await collectDays({ cloud, table, journal, screen, signal }, [AWS], 2), journal }
}

it('starts at the first day, waits for a rate limit, and says so', async () => {
  const { collected } = await collect(
    { hashtag: 'aws', runs: [], through: '2026-11-26T00:00:00.000Z', goesOnInSeconds: 60, waitsFor: 'rate limit' },
    { meanwhile: () => reach('2026-11-28') },
  )

  expect(asked).toEqual([{ hashtag: 'aws', from: '2026-11-26' }])
  expect(collected).toEqual([{ topic: 'aws', through: '2026-11-28' }])
  expect(progress).toContain('#aws: 2026-11-26, day 1 of 2 · waits until 12:01:00 UTC: rate limit')
})

it('resumes where it stopped', async () => {
  await cursor()
  await reach('2026-11-27')

  await collect({ hashtag: 'aws', runs: [] }, { meanwhile: () => reach('2026-11-28') })

  expect(asked).toEqual([{ hashtag: 'aws' }])
  expect(progress[0]).toBe('#aws: 2026-11-27, day 1 of 1')
})

it('shows the pages and posts of the current day', async () => {
  const underWay = { window: { to: '2026-11-27T00:00:00.000Z' }, page: 3, pages: [{ posts: 40 }, { posts: 1 }] }
  await (await cursor()).keep(underWay)

  await collect({ hashtag: 'aws', runs: [] }, { meanwhile: () => reach('2026-11-28') })

  expect(progress[0]).toBe('#aws: 2026-11-26, day 1 of 2 · 2 pages, 41 posts')
})

it('postpones a day that still receives posts', async () => {
  const { collected } = await collect({ hashtag: 'aws', runs: [], goesOnInSeconds: 900, waitsFor: 'late posts' })

  expect(collected).toEqual([{ topic: 'aws', through: '2026-11-26', waitsUntil: NOW_MS + 900_000 }])
})

it("fails with the collector's error", async () => {
  const { collected } = await collect({ errorMessage: 'SOURCE_REFUSED: no' }, { functionError: 'Unhandled' })

  expect(collected).toEqual([{ topic: 'aws', through: expect.anything(), failure: 'SOURCE_REFUSED: no' }])
})

it('refuses a folder whose days are in the future', async () => {
  const cloud = { clock: { now: () => NOW_MS }, invoke: async () => ({ requestId: 'r', payload: '' }) }
  await cursor()

  await refuseFuture({ cloud, table }, [AWS, AZURE])
  await reach('2026-11-30')

  await expect(refuseFuture({ cloud, table }, [AWS, AZURE])).rejects.toThrow(
    '#aws is collected up to 2026-11-30, which is in the future: by the clock of this machine it is 2026-11-28',
  )
})
