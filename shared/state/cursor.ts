import { z } from 'zod'
import { canonical } from '../canonical'
import { BellwetherError } from '../errors'
import type { Table } from '../table'
import { rowKind } from './row'

export const cursorRow = rowKind({
  pk: 'cursor#{hashtag}',
  sk: 'cursor',
  meaning: 'How far a hashtag is collected, and the run under way.',
  attributes: z.object({
    revision: z.int().describe('Counts the moves: a move from another revision is refused.'),
    first: z.iso.datetime().describe('Where the first window of the hashtag began.'),
    through: z.iso.datetime().describe('Everything before this instant is collected.'),
    run: z.record(z.string(), z.unknown()).nullable().describe("The collector's run under way, with its progress."),
  }),
})

export interface CursorState<R> {
  first: string
  through: string
  run: R | null
}

/** How far a hashtag is collected. A move from a state that another invocation has replaced throws CONFLICT. */
export interface Cursor<R> {
  state(): CursorState<R>
  /** Store the progress of the run under way. */
  keep(run: R): Promise<R>
  /** End the run: the cursor moves past its window. */
  commit(run: R): Promise<void>
}

/** The cursor of a hashtag, created at `first` when there is none. `run` is the schema of the collector's runs. */
export async function openCursor<R extends { window: { to: string } }>(
  table: Pick<Table, 'get' | 'create' | 'update'>,
  run: z.ZodType<R>,
  hashtag: string,
  first: string,
): Promise<Cursor<R>> {
  const stored = cursorRow.attributes.extend({ run: run.nullable() })
  const key = cursorRow.key({ hashtag })
  const item =
    (await table.get(key)) ??
    (await table.create({ ...key, revision: 0, first, through: first, run: null }), await table.get(key))
  let { revision, ...state } = stored.parse(item)

  /** The SDK sends a move again when its answer was lost, and DynamoDB refuses the second. */
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
      throw new BellwetherError('CONFLICT', `the cursor of #${hashtag} was moved by another invocation`)
    }
    revision += 1
    state = to
  }

  return {
    state: () => state,
    keep: async (underWay) => {
      await move({ ...state, run: underWay })
      return underWay
    },
    commit: (done) => move({ ...state, through: done.window.to, run: null }),
  }
}

/** Whether the run under way of a hashtag goes on from something that holds one of these ids. */
export async function cursorMentions(
  table: Pick<Table, 'get'>,
  hashtag: string,
  isId: (word: string) => boolean,
): Promise<boolean> {
  const { run } = (await cursorRow.read(table, { hashtag })) ?? { run: null }
  return run !== null && wordsIn(run).some(isId)
}

/** The strings of a value, each whole and in its words. */
function wordsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...value.split(/[\s"',;|]+/)]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(wordsIn)
}
