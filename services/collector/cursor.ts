import { z } from 'zod'
import { canonical } from '../../shared/canonical'
import { BellwetherError } from '../../shared/errors'
import type { Table } from '../../shared/table'
import { runState, type RunState } from './run'

const stored = z.object({
  revision: z.int(),
  /** Where the first window of the hashtag began. */
  first: z.iso.datetime(),
  /** All that lies before this instant is collected. */
  through: z.iso.datetime(),
  run: runState.nullable(),
})
export type CursorState = Omit<z.infer<typeof stored>, 'revision'>

/** How far a hashtag is collected. Whoever moves it from a state that is no longer there gets a CONFLICT. */
export interface Cursor {
  state(): CursorState
  /** Keep the progress of the run under way. */
  keep(run: RunState): Promise<RunState>
  /** The run is done with everything that belongs to it: the cursor moves past its window. */
  commit(run: RunState): Promise<void>
}

/** The cursor of a hashtag; where there is none yet, it is made to begin at `first`. */
export async function openCursor(
  table: Pick<Table, 'get' | 'create' | 'update'>,
  hashtag: string,
  first: string,
): Promise<Cursor> {
  const key = { pk: `cursor#${hashtag}`, sk: 'cursor' }
  const item =
    (await table.get(key)) ??
    (await table.create({ ...key, revision: 0, first, through: first, run: null }), await table.get(key))
  let { revision, ...state } = stored.parse(item)

  /** A move whose answer was lost on the way is sent again by the SDK, and then refused. */
  const isThere = async (wanted: CursorState): Promise<boolean> => {
    const { revision: now, ...there } = stored.parse(await table.get(key))
    return now === revision + 1 && canonical(there) === canonical(wanted)
  }

  const move = async (to: CursorState) => {
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
    keep: async (run) => {
      await move({ ...state, run })
      return run
    },
    commit: (run) => move({ ...state, through: run.window.to, run: null }),
  }
}
