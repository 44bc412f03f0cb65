import type { ItemKey, Table } from '../table'

const FORGOTTEN_AFTER_S = 60 * 86_400

/** The row, in the table under `analyzer`, that says the labels of a batch have reached the reports. */
export const reportedRow = (batch: string): ItemKey => ({ pk: 'analyzer', sk: `labels#${batch}` })

/** Every day that the labels of a batch bear on is on the queue. */
export async function markReported(table: Pick<Table, 'update'>, batch: string, now: Date): Promise<void> {
  await table.update(reportedRow(batch), {
    set: { expiresAt: Math.ceil(now.getTime() / 1000) + FORGOTTEN_AFTER_S },
  })
}
