import { z } from 'zod'
import type { Table } from '../table'
import { expiryOf, readTogether, rowKind } from './row'

const KEPT_DAYS = 60

export const reportedBatchRow = rowKind({
  pk: 'analyzer',
  sk: 'labels#{batch}',
  meaning: 'The labels of a batch have reached the reports.',
  attributes: z.object({ expiresAt: z.number().describe('Seconds since the epoch.') }),
})

/** Call it when every day that the labels of a batch affect is in the queue. */
export async function markReported(table: Pick<Table, 'update'>, batch: string, now: Date): Promise<void> {
  await table.update(reportedBatchRow.key({ batch }), { set: { expiresAt: expiryOf(now, KEPT_DAYS) } })
}

/** The batches whose labels have not reached the reports. */
export async function unreportedBatches(
  table: Pick<Table, 'getMany'>,
  batches: readonly string[],
): Promise<Set<string>> {
  const { rows } = await readTogether(table, { rows: batches.map((batch) => reportedBatchRow.at({ batch })) })
  return new Set(batches.filter((_, i) => rows[i] === undefined))
}
