import { expect, it } from '@jest/globals'
import { openPlans } from '../../../services/analyzer/samples'
import { keys } from '../../../shared/keys'
import type { PlanRecord } from '../../../shared/records'
import { makeMemory } from '../../../shared/memory'
import { testBucket, type TestBucket } from '../../shared/bucket'

const plan: Omit<PlanRecord, 'batch'> = {
  date: '2026-12-28',
  labeller: 'desk',
  job: 'j',
  schemaVersion: 1,
  categories: ['technical', 'marketing'],
  deadline: '2026-12-29T21:00:00.000Z',
  runs: [],
  cascades: 0,
  judgements: 0,
  costUsd: 0,
  items: [],
  draws: [],
}

const plansBetween = async (bucket: TestBucket, from: string, to: string) =>
  (await openPlans(bucket, makeMemory(2 ** 20), '2026-11-01')).between(from, to)

it('reads the plans of some days and of three more, whatever number of a day they have, in their order', async () => {
  const bucket = testBucket()
  const before = ['2026-12-27', '2026-12-27-2']
  const wanted = ['2026-12-28', '2026-12-28-2', '2026-12-28-10', '2027-01-01', '2027-01-04', '2027-01-04-12']
  const after = ['2027-01-05', '2027-01-05-2', 'import-0123456789abcdef']
  for (const batch of [...after, ...wanted, ...before]) {
    await bucket.put(keys.plan({ batch }), JSON.stringify({ ...plan, batch }))
    await bucket.put(keys.categories({ batch }), '{}')
  }

  expect((await plansBetween(bucket, '2026-12-28', '2027-01-01')).map(({ batch }) => batch)).toEqual(wanted)
})

it('reads those of one day in the order of its batches', async () => {
  const bucket = testBucket()
  const names = ['2026-11-22', '2026-11-22-2', '2026-11-22-10']
  for (const batch of names) await bucket.put(keys.plan({ batch }), JSON.stringify({ ...plan, batch }))

  expect((await plansBetween(bucket, '2026-11-22', '2026-11-22')).map(({ batch }) => batch)).toEqual(names)
})

it('reads a plan once, however often it is asked for', async () => {
  const bucket = testBucket()
  await bucket.put(keys.plan({ batch: '2026-11-22' }), JSON.stringify({ ...plan, batch: '2026-11-22' }))
  const memory = makeMemory(2 ** 20)
  let reads = 0
  const objects = { ...bucket, read: async (key: string) => (reads++, bucket.read(key)) }

  for (let again = 0; again < 3; again++) {
    const plans = await openPlans(objects, memory, '2026-11-20')
    expect(await plans.between('2026-11-21', '2026-11-22')).toHaveLength(1)
  }

  expect(reads).toBe(1)
})
