import { z } from 'zod'
import { concurrently } from '../concurrently'
import { streamLabel, type StreamName } from '../streams'
import type { Table } from '../table'
import { expiryOf, rowKind } from './row'

export const absenceRow = rowKind({
  pk: 'absence#{mark}',
  sk: 'absence',
  meaning: 'A stored post that its network no longer had when it was asked, by a keyed hash of its id.',
  attributes: z.object({
    since: z.iso.datetime().describe('When it was absent for the first time in a row.'),
    expiresAt: z.number(),
  }),
})

export const presenceRow = rowKind({
  pk: 'presence#{stream}',
  sk: 'presence',
  meaning: 'How far the kept posts of a stream were asked about, and on which UTC day.',
  attributes: z.object({
    day: z.iso.date(),
    page: z.string().describe('The key of the page that was asked about last.'),
    offset: z.int().nonnegative().describe('How many of its posts were asked about; 0 where all of them were.'),
  }),
})

/** Where requests are few, a check reaches a post again after months; until then an absence is remembered. */
const KEPT_DAYS = 400
const WIDTH = 16

/** Since when posts are absent, by mark. */
export async function absencesAmong(
  table: Pick<Table, 'getMany'>,
  marks: readonly string[],
): Promise<Map<string, string>> {
  const rows = await table.getMany(marks.map((mark) => absenceRow.key({ mark })))
  return new Map(rows.map((row) => [absenceRow.partsOf(row).mark, absenceRow.parse(row).since]))
}

/** Note first absences, and forget those of posts that exist again or are to be deleted. Idempotent. */
export async function noteAbsences(
  table: Pick<Table, 'create' | 'remove'>,
  { absent, ended }: { absent: readonly string[]; ended: readonly string[] },
  now: Date,
): Promise<void> {
  await concurrently(absent, WIDTH, (mark) =>
    table.create({ ...absenceRow.key({ mark }), since: now.toISOString(), expiresAt: expiryOf(now, KEPT_DAYS) }),
  )
  await concurrently(ended, WIDTH, (mark) => table.remove(absenceRow.key({ mark })))
}

/** Where the last check of a stream ended, by whichever of its names; undefined before the first. */
export async function lastPresence(table: Pick<Table, 'get'>, names: readonly StreamName[]) {
  for (const name of names) {
    const last = await presenceRow.read(table, { stream: streamLabel(name) })
    if (last) return last
  }
  return undefined
}

export async function notePresence(
  table: Pick<Table, 'update'>,
  name: StreamName,
  at: z.infer<typeof presenceRow.attributes>,
): Promise<void> {
  await table.update(presenceRow.key({ stream: streamLabel(name) }), { set: at })
}
