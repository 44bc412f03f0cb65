import { expect, it } from '@jest/globals'
import { openDeskBatches } from '../../../shared/state/desk'
import { batchesToCarry, claimBatch, closeBatch, openBatches } from '../../../shared/state/open-batches'
import { readJudgements } from '../../../services/labeling/measuring/judged'
import { keys } from '../../../shared/keys'
import { testBucket } from '../bucket'
import { memoryTable } from '../memory-table'

const NAMES = ['2026-06-02', '2026-06-02-2', '2026-06-02-9', '2026-06-02-10', '2026-06-03']

const tableWith = async (names: readonly string[]) => {
  const table = memoryTable()
  for (const batch of names) {
    const date = batch.slice(0, 10)
    const at = `${date}T00:00:00Z`
    await claimBatch(table, { batch, date, claimedAt: at, deadline: at, runs: [], carried: [] })
    await table.update({ pk: 'desk', sk: 'open' }, { add: { batches: new Set([batch]) } })
  }
  return table
}

it('lists open, carried-over and shown batches in order, also the tenth of a day', async () => {
  const table = await tableWith([...NAMES].reverse())

  const open = await openBatches(table)
  for (const batch of NAMES) await closeBatch(table, batch, true)

  expect(open.map(({ batch }) => batch)).toEqual(NAMES)
  expect(await batchesToCarry(table)).toEqual(NAMES)
  expect(await openDeskBatches(table)).toEqual(NAMES)
})

it('lists measured batches in order', async () => {
  const bucket = testBucket()
  for (const batch of NAMES) {
    const record = { batch, date: batch.slice(0, 10), schemaVersion: 1, items: [] }
    await bucket.put(keys.judgements({ batch }), JSON.stringify(record))
  }

  const own = { batch: NAMES.at(-1) ?? '', date: '2026-06-03', schemaVersion: 1, items: [] }

  expect((await readJudgements(bucket, 1, own)).map(({ batch }) => batch)).toEqual(NAMES)
})
