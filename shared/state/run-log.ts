import { z } from 'zod'
import type { keys } from '../keys'
import type { Table } from '../table'

export type RunParts = NonNullable<ReturnType<typeof keys.run.match>>

/** A run of the collector as the log has it. */
const loggedRun = z.object({
  key: z.string(),
  hashtag: z.string(),
  date: z.string(),
  run: z.string(),
  batch: z.string().optional().describe('The batch that was drawn from it.'),
})
export type LoggedRun = z.infer<typeof loggedRun>

/**
 * The log of runs, in the table under `labeling`: `run#<date>#<hashtag>#<run>`. A run enters once, and leaves the
 * undrawn ones once, so an event that comes again cannot have it drawn again.
 */
export async function logRun(table: Pick<Table, 'create'>, parts: RunParts, key: string): Promise<void> {
  await table.create({ ...rowOf(parts), ...parts, key })
}

/** By date, hashtag and run. */
export async function loggedRuns(table: Pick<Table, 'query'>): Promise<LoggedRun[]> {
  const runs: LoggedRun[] = []
  for await (const item of table.query('labeling', 'run#')) runs.push(loggedRun.parse(item))
  return runs
}

/** The batch that a run was first drawn for stays with it. */
export async function markDrawn(table: Pick<Table, 'update'>, run: RunParts, batch: string): Promise<void> {
  await table.update(rowOf(run), { set: { batch }, when: 'attribute_exists(pk) AND attribute_not_exists(#batch)' })
}

const rowOf = ({ date, hashtag, run }: RunParts) => ({ pk: 'labeling', sk: `run#${date}#${hashtag}#${run}` })
