import { z } from 'zod'
import { canonical } from '../canonical'
import { BellwetherError } from '../errors'
import { streamLabel, type StreamName, type StreamNames } from '../streams'
import type { Table } from '../table'
import { rowKind } from './row'

export const cursorRow = rowKind({
  pk: 'cursor#{stream}',
  sk: 'cursor',
  meaning: 'How far a stream is collected, and the run under way.',
  attributes: z.object({
    revision: z.int().describe('Counts the moves: a move from an older revision is refused.'),
    first: z.iso.datetime().describe('Where the first window of the stream began.'),
    through: z.iso.datetime().describe('Everything before this instant is collected.'),
    run: z.record(z.string(), z.unknown()).nullable().describe("The collector's run under way, with its progress."),
  }),
})

export interface CursorState<R> {
  first: string
  through: string
  run: R | null
}

/** How far a stream is collected. A move from a state that another invocation has replaced throws CONFLICT. */
export interface Cursor<R> {
  state(): CursorState<R>
  /** Store the progress of the current run. */
  keep(run: R): Promise<R>
  /** End the run: the cursor moves past its window. */
  commit(run: R): Promise<void>
}

/**
 * The cursor of a stream, created at `first` when there is none. The cursor of a release without streams is continued
 * where it is further, after `mayGoOn` has agreed; it stays for a rollback. `run` is the schema of the collector's
 * runs.
 */
export async function openCursor<R extends { window: { to: string } }>(
  table: Pick<Table, 'get' | 'create' | 'update'>,
  run: z.ZodType<R>,
  [today, before]: StreamNames,
  first: string,
  mayGoOn: () => Promise<void> = async () => undefined,
): Promise<Cursor<R>> {
  const stored = cursorRow.attributes.extend({ run: run.nullable() })
  const key = cursorRow.key(rowOf(today))
  const earlier = before && (await table.get(cursorRow.key(rowOf(before))))
  const own = await table.get(key)
  const { revision: _, ...goneOn } = earlier ? stored.parse(earlier) : { revision: 0, first, through: first, run: null }
  const isBehind = earlier !== undefined && (!own || goneOn.through > stored.parse(own).through)
  if (isBehind) await mayGoOn()
  const item = own ?? (await table.create({ ...key, revision: 0, ...goneOn }), await table.get(key))
  let { revision, ...state } = stored.parse(item)

  /** The SDK repeats a move when its answer was lost, and DynamoDB refuses the second one. */
  const isThere = async (wanted: CursorState<R>): Promise<boolean> => {
    const { revision: now, ...there } = stored.parse(await table.get(key))
    return now === revision + 1 && canonical(there) === canonical(wanted)
  }

  const move = async (to: CursorState<R>) => {
    const moved = await table.update(key, {
      set: { ...to, revision: revision + 1 },
      when: '#revision = :was',
      values: { was: revision },
    })
    if (!moved && !(await isThere(to))) {
      throw new BellwetherError('CONFLICT', `the cursor of ${streamLabel(today)} was moved by another invocation`)
    }
    revision += 1
    state = to
  }

  // It was created, but a rolled-back release has collected more days since.
  if (isBehind && own) await move({ ...goneOn, first: state.first })

  return {
    state: () => state,
    keep: async (underWay) => {
      await move({ ...state, run: underWay })
      return underWay
    },
    commit: (done) => move({ ...state, through: done.window.to, run: null }),
  }
}

/** The rows that may hold the cursor of a stream, in order of precedence. */
export const cursorRowsOf = (names: readonly StreamName[]) => names.map((name) => cursorRow.at(rowOf(name)))

/** The cursor of a stream; undefined before its first run. */
export async function readCursor(table: Pick<Table, 'get'>, names: readonly StreamName[]) {
  for (const { key, parse } of cursorRowsOf(names)) {
    const item = await table.get(key)
    if (item) return parse(item)
  }
  return undefined
}

/** Whether the current run of a stream continues from something that holds one of these ids. */
export async function cursorMentions(
  table: Pick<Table, 'get'>,
  names: readonly StreamName[],
  isId: (word: string) => boolean,
): Promise<boolean> {
  const { run } = (await readCursor(table, names)) ?? { run: null }
  return run !== null && wordsIn(run).some(isId)
}

const rowOf = (name: StreamName) => ({ stream: streamLabel(name) })

/** The strings of a value, each whole and in its words. */
function wordsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...value.split(/[\s"',;|]+/)]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(wordsIn)
}
