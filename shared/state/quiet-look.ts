import { z } from 'zod'
import type { Table } from '../table'
import { rowKind } from './row'

export const quietLookRow = rowKind({
  pk: 'reconciler#look',
  sk: 'quiet',
  meaning: 'The last look of the reconciler at the bucket that found nothing to do.',
  attributes: z.object({
    fingerprint: z.string().describe('Of the rows that tell of runs, batches and jobs, as they were then.'),
    at: z.number().describe('Milliseconds since the epoch.'),
  }),
})
export type QuietLook = z.infer<typeof quietLookRow.attributes>

/** Remember a look that found nothing to do, and nothing that could still become work. */
export async function noteQuietLook(table: Pick<Table, 'update'>, { fingerprint, at }: QuietLook): Promise<void> {
  await table.update(quietLookRow.key({}), { set: { fingerprint, at } })
}
