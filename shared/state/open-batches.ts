import { z } from 'zod'
import { reachedCap } from '../../events'
import { byBatch } from '../batches'
import type { Table } from '../table'
import { rowKind } from './row'

/** Judgements and dollars that were booked for a batch before the draw. */
const allotment = z.object({
  items: z.int().nonnegative().describe('How many items they pay for.'),
  judgements: z.int().nonnegative(),
  usd: z.number().nonnegative(),
  evaluationShare: z.number().optional().describe('Share of the batch for evaluation: larger under a boost.'),
  before: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Billed objects in the month so far: a fee may fall with their number.'),
  reached: reachedCap.nullable(),
})
export type Allotment = z.infer<typeof allotment>

export const openBatchRow = rowKind({
  pk: 'labeling',
  sk: 'open#{batch}',
  meaning: 'A batch between its claim and its settlement.',
  attributes: z.object({
    batch: z.string(),
    date: z.iso.date(),
    claimedAt: z.iso.datetime(),
    deadline: z.iso.datetime(),
    runs: z.array(z.string()).describe('Keys of the run.json files to draw from.'),
    carried: z.array(z.string()).describe('Settled batches whose unanswered items may be asked again.'),
    wanted: z.int().positive().optional().describe('How many items; absent where the settings decide.'),
    allotment: allotment.optional().describe('What was booked for it.'),
    started: z.boolean().describe('Whether its labelling job exists.'),
  }),
})
export type OpenBatch = z.infer<typeof openBatchRow.attributes>

export const carriedBatchRow = rowKind({
  pk: 'labeling',
  sk: 'carry#{batch}',
  meaning: 'A settled batch with unanswered items that no later batch has had a place for.',
  attributes: z.object({}),
})

/** Open a batch. Idempotent: a retry finds the open batch. */
export async function claimBatch(
  table: Pick<Table, 'create' | 'get'>,
  claim: Omit<OpenBatch, 'allotment' | 'started'>,
): Promise<OpenBatch> {
  await table.create({ ...openBatchRow.key(claim), ...claim, started: false })
  return (await findOpen(table, claim.batch)) ?? { ...claim, started: false }
}

export const findOpen = (table: Pick<Table, 'get'>, batch: string): Promise<OpenBatch | undefined> =>
  openBatchRow.read(table, { batch })

/** By batch. */
export async function openBatches(table: Pick<Table, 'query'>): Promise<OpenBatch[]> {
  const batches: OpenBatch[] = []
  for await (const { row } of openBatchRow.all(table)) batches.push(row)
  return batches.sort((a, b) => byBatch(a.batch, b.batch))
}

/** Store what will be booked, so that a retry books the same. */
export async function pinAllotment(table: Pick<Table, 'update' | 'get'>, batch: string, wanted: Allotment) {
  await table.update(openBatchRow.key({ batch }), {
    set: { allotment: wanted },
    when: 'attribute_exists(pk) AND attribute_not_exists(#allotment)',
  })
  return (await findOpen(table, batch))?.allotment ?? wanted
}

export async function unpinAllotment(table: Pick<Table, 'update'>, batch: string): Promise<void> {
  await table.update(openBatchRow.key({ batch }), { remove: ['allotment'], when: 'attribute_exists(pk)' })
}

export async function markStarted(table: Pick<Table, 'update'>, batch: string): Promise<void> {
  await table.update(openBatchRow.key({ batch }), { set: { started: true }, when: 'attribute_exists(pk)' })
}

/** End a settled batch, once. `carry`: a later batch may ask about its left-over items. */
export async function closeBatch(table: Pick<Table, 'get' | 'create' | 'remove'>, batch: string, carry: boolean) {
  if (!(await findOpen(table, batch))) return
  if (carry) await table.create({ ...carriedBatchRow.key({ batch }) })
  await table.remove(openBatchRow.key({ batch }))
}

/** By batch. */
export async function batchesToCarry(table: Pick<Table, 'query'>): Promise<string[]> {
  const batches: string[] = []
  for await (const { parts } of carriedBatchRow.all(table)) batches.push(parts.batch)
  return batches.sort(byBatch)
}

/** The unanswered items of these batches have found a place. */
export async function markCarried(table: Pick<Table, 'remove'>, batches: readonly string[]): Promise<void> {
  for (const batch of batches) await table.remove(carriedBatchRow.key({ batch }))
}
