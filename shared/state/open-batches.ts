import { z } from 'zod'
import { byBatch } from '../batches'
import type { Table } from '../table'

/** Judgements and dollars that were booked for a batch before anything was drawn. */
const allotment = z.object({
  items: z.int().nonnegative().describe('How many items they are enough for.'),
  judgements: z.int().nonnegative(),
  usd: z.number().nonnegative(),
  evaluationShare: z.number().optional().describe('How much of it is for evaluation: more where more was wished for.'),
  before: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Billed objects in the month so far: a fee may fall with their number.'),
  reached: z.object({ cap: z.string(), limit: z.number(), period: z.string() }).nullable(),
})
export type Allotment = z.infer<typeof allotment>

/** A batch between its claim and its settlement. */
const openBatch = z.object({
  batch: z.string(),
  date: z.iso.date(),
  claimedAt: z.iso.datetime(),
  deadline: z.iso.datetime(),
  runs: z.array(z.string()).describe('Keys of the run.json files to draw from.'),
  carried: z.array(z.string()).describe('Settled batches whose unanswered items may be asked again.'),
  wanted: z.int().positive().optional().describe('How many items, where it is not what the settings say.'),
  allotment: allotment.optional(),
  started: z.boolean().describe('Whether its labelling job is there.'),
})
export type OpenBatch = z.infer<typeof openBatch>

/**
 * Open batches, in the table under `labeling`: `open#<batch>`, made by the claim and removed by the settlement; and
 * `carry#<batch>`, a settled batch with unanswered items that no later batch has had a place for.
 */
export async function claimBatch(
  table: Pick<Table, 'create' | 'get'>,
  claim: Omit<OpenBatch, 'allotment' | 'started'>,
): Promise<OpenBatch> {
  await table.create({ ...openRow(claim.batch), ...claim, started: false })
  return (await findOpen(table, claim.batch)) ?? { ...claim, started: false }
}

export async function findOpen(table: Pick<Table, 'get'>, batch: string): Promise<OpenBatch | undefined> {
  const item = await table.get(openRow(batch))
  return item && openBatch.parse(item)
}

/** By batch; the reconciler asks it for deadlines that passed. */
export async function openBatches(table: Pick<Table, 'query'>): Promise<OpenBatch[]> {
  const batches: OpenBatch[] = []
  for await (const item of table.query('labeling', 'open#')) batches.push(openBatch.parse(item))
  return batches.sort((a, b) => byBatch(a.batch, b.batch))
}

/** Keep what is about to be booked, so that a retry books the same. */
export async function pinAllotment(table: Pick<Table, 'update' | 'get'>, batch: string, wanted: Allotment) {
  await table.update(openRow(batch), {
    set: { allotment: wanted },
    when: 'attribute_exists(pk) AND attribute_not_exists(#allotment)',
  })
  return (await findOpen(table, batch))?.allotment ?? wanted
}

export async function unpinAllotment(table: Pick<Table, 'update'>, batch: string): Promise<void> {
  await table.update(openRow(batch), { remove: ['allotment'], when: 'attribute_exists(pk)' })
}

export async function markStarted(table: Pick<Table, 'update'>, batch: string): Promise<void> {
  await table.update(openRow(batch), { set: { started: true }, when: 'attribute_exists(pk)' })
}

/** The batch is settled; `carry` says that it leaves items which a later batch may ask again. Once. */
export async function closeBatch(table: Pick<Table, 'get' | 'create' | 'remove'>, batch: string, carry: boolean) {
  if (!(await table.get(openRow(batch)))) return
  if (carry) await table.create(carryRow(batch))
  await table.remove(openRow(batch))
}

/** By batch. */
export async function batchesToCarry(table: Pick<Table, 'query'>): Promise<string[]> {
  const batches: string[] = []
  for await (const { sk } of table.query('labeling', 'carry#')) batches.push(sk.slice('carry#'.length))
  return batches.sort(byBatch)
}

export async function markCarried(table: Pick<Table, 'remove'>, batches: readonly string[]): Promise<void> {
  for (const batch of batches) await table.remove(carryRow(batch))
}

const openRow = (batch: string) => ({ pk: 'labeling', sk: `open#${batch}` })
const carryRow = (batch: string) => ({ pk: 'labeling', sk: `carry#${batch}` })
