import { z } from 'zod'
import type { keys } from '../keys'
import { streamLabel } from '../streams'
import type { Table } from '../table'
import { rowKind } from './row'

export const runRow = rowKind({
  pk: 'labeling',
  sk: 'run#{date}#{stream}#{run}',
  meaning: 'A run of the collector that labelling knows, and the batch that was drawn from it.',
  attributes: z.object({
    key: z.string().describe('Key of its run.json.'),
    hashtag: z.string(),
    stream: z.string().optional().describe('The network; runs of releases without streams have none.'),
    date: z.string(),
    run: z.string(),
    batch: z.string().optional().describe('The first batch that was drawn from it.'),
  }),
})
export type LoggedRun = z.infer<typeof runRow.attributes>
export type RunParts = NonNullable<ReturnType<typeof keys.run.match>>

/** Log a run. Idempotent: a repeated event finds the run logged and does not have it drawn from twice. */
export async function logRun(table: Pick<Table, 'create'>, parts: RunParts, key: string): Promise<void> {
  await table.create({ ...rowOf(parts), ...parts, key })
}

/** By date, stream and run. */
export async function loggedRuns(table: Pick<Table, 'query'>): Promise<LoggedRun[]> {
  const runs: LoggedRun[] = []
  for await (const { row } of runRow.all(table)) runs.push(row)
  return runs
}

/** Record the batch that a run was drawn for. The first batch stays. */
export async function markDrawn(table: Pick<Table, 'update'>, run: RunParts, batch: string): Promise<void> {
  await table.update(rowOf(run), {
    set: { batch },
    when: 'attribute_exists(pk) AND attribute_not_exists(#batch)',
  })
}

const rowOf = ({ date, run, ...name }: RunParts) => runRow.key({ date, stream: streamLabel(name), run })
