import { z } from 'zod'
import type { Table } from '../table'
import { rowKind } from './row'

export const rewrittenLabelsRow = rowKind({
  pk: 'rewritten',
  sk: 'labels#{batch}',
  meaning:
    'A deletion removed lines from the settled manifest of a batch, so its new time of writing means no new labels.',
  attributes: z.object({
    etag: z.string().describe('Of the manifest as it was written.'),
    was: z.iso.datetime().describe('When the labels were put.'),
  }),
})

/** Record, before it happens, that the manifest of a batch gets this ETag although its labels are as old as before. */
export async function noteRewrittenLabels(
  table: Pick<Table, 'get' | 'update'>,
  batch: string,
  { before, etag, modified }: { before: string; etag: string; modified: Date },
): Promise<void> {
  const known = await rewrittenLabelsRow.read(table, { batch })
  // The version that is rewritten may be the result of an earlier deletion.
  const was = known?.etag === before || known?.etag === etag ? known.was : modified.toISOString()
  await table.update(rewrittenLabelsRow.key({ batch }), { set: { etag, was } })
}

/** When the labels of rewritten manifests were put, by batch and ETag. */
export async function rewrittenLabels(
  table: Pick<Table, 'query'>,
): Promise<ReadonlyMap<string, { etag: string; was: Date }>> {
  const found = new Map<string, { etag: string; was: Date }>()
  for await (const { parts, row } of rewrittenLabelsRow.all(table))
    found.set(parts.batch, { etag: row.etag, was: new Date(row.was) })
  return found
}
