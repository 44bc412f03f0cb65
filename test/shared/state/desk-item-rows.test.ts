import { beforeEach, describe, expect, it } from '@jest/globals'
import { handOut } from '../../../services/desk/hand-out'
import { takeAnswers } from '../../../services/desk/take-answers'
import { deskLabeller } from '../../../services/labeling/labellers/desk/desk'
import { storedPlan } from '../../../services/labeling/plan'
import { batchForChange, readDeskBatch, readChunks, readProgress } from '../../../shared/state/desk'
import type { Table } from '../../../shared/table'
import { memoryTable } from '../memory-table'

const BATCH = '2026-11-22'
const NOW = new Date('2026-11-22T10:00:00Z')
const items = Array.from({ length: 130 }, (_, i) => i.toString(16).padStart(16, '0'))
const technical = { given: { label: 'technical' }, revision: 0, at: '2026-11-22T09:00:00.000Z' }

/** The rows of a batch in the format of commit 0f95a04, with some answers. */
async function openedBefore(table: Table, more: Record<string, object> = {}): Promise<void> {
  const pk = `desk#${BATCH}`
  for (const [i, item] of items.entries()) {
    const chunk = i < 100 ? '0000' : '0001'
    const blank = { version: 0, wanted: 1, most: 1, closed: false, claims: {}, answers: {}, expiresAt: 9 }
    await table.create({ pk, sk: `item#${item}`, item, source: `post ${item}`, chunk, ...blank, ...more[item] })
  }
  const chunks = { '0000': items.slice(0, 100), '0001': items.slice(100) }
  for (const [name, within] of Object.entries(chunks)) {
    await table.create({ pk, sk: `chunk#${name}`, items: within, expiresAt: 9 })
  }
  await table.update({ pk, sk: 'chunk#0000' }, { add: { complete: new Set([items[0]!]) } })
  await table.update({ pk, sk: 'annotator#ana' }, { add: { answered: new Set([items[0]!]) } })
  const categories = [{ name: 'technical', definition: 'It explains.', examples: [] }]
  const row = { batch: BATCH, deadline: '2026-11-22T21:00:00Z', items: 130, chunks: ['0000', '0001'], categories }
  await table.create({ pk, sk: 'batch', ...row, expiresAt: 9 })
  await table.update({ pk: 'desk', sk: 'open' }, { add: { batches: new Set([BATCH]) } })
}

const answered = { [items[0]!]: { answers: { ana: technical }, version: 2 } }
const claimed = { [items[1]!]: { claims: { ana: NOW.getTime() + 60_000 }, version: 1 } }

let table: Table
beforeEach(() => {
  table = memoryTable()
})

const answer = (annotator: string, item: string, revision = 0) =>
  takeAnswers({ table, publish: async () => undefined })(
    annotator,
    [{ batch: BATCH, item, revision, label: 'technical' }],
    [],
    NOW,
  )

const plan = storedPlan.parse({
  batch: BATCH,
  date: BATCH,
  labeller: 'desk',
  job: 'j',
  schemaVersion: 1,
  categories: ['technical'],
  claimedAt: '2026-11-22T00:12:00Z',
  deadline: '2026-11-22T21:00:00Z',
  runs: [],
  cascades: 0,
  judgements: 0,
  costUsd: 0,
  items: [],
  draws: [],
  booked: { judgements: 0, usd: 0 },
  reached: null,
  carried: [],
})

describe('a batch that an older desk opened with a row per item', () => {
  it('keeps its answers and claims', async () => {
    await openedBefore(table, { ...answered, ...claimed })

    expect((await answer('ana', items[1]!)).answers).toMatchObject([{ result: 'kept' }])
    expect((await answer('ben', items[1]!)).answers).toMatchObject([{ reason: 'not-asked' }])
    expect((await answer('ana', items[0]!, 1)).answers).toMatchObject([{ result: 'kept' }])
    const given = await handOut(table, 'ben', 50, NOW.getTime())
    expect(given.items).toHaveLength(50)
    expect(given.items.map(({ item }) => item)).not.toEqual(expect.arrayContaining([items[0]]))
    expect(given.items[0]?.text).toBe(`post ${given.items[0]?.item}`)
    expect(await readProgress(table, BATCH)).toEqual({ items: 130, complete: 2, answered: new Map([['ana', 2]]) })
    expect((await deskLabeller(table).finish(plan, true, NOW))?.judgements.map(({ item }) => item)).toEqual(
      items.slice(0, 2),
    )
  })

  it('is readable before anybody changes it', async () => {
    await openedBefore(table, { ...answered, ...claimed })

    expect(await readProgress(table, BATCH)).toEqual({ items: 130, complete: 1, answered: new Map([['ana', 1]]) })
    expect((await readDeskBatch(table, BATCH))?.firsts).toBeUndefined()
  })

  it('refuses a write of a running older desk, and accepts the repeated answer', async () => {
    await openedBefore(table, claimed)
    const key = { pk: `desk#${BATCH}`, sk: `item#${items[1]}` }
    const read = await table.get(key)

    await batchForChange(table, BATCH)

    const written = await table.update(key, {
      set: { answers: { ana: technical } },
      when: '#version = :version',
      values: { version: read?.version },
    })
    expect(written).toBeUndefined()
    expect(await table.get(key)).toMatchObject({ closed: true })
    expect((await answer('ana', items[1]!)).answers).toMatchObject([{ result: 'kept' }])
  })

  it('counts an answer that an older desk had not yet counted', async () => {
    await openedBefore(table, { ...answered, [items[1]!]: { answers: { ana: technical }, version: 2 } })

    await batchForChange(table, BATCH)

    expect(await readProgress(table, BATCH)).toMatchObject({ items: 130, complete: 2 })
  })

  it('stays closed if it was closed', async () => {
    const closed = Object.fromEntries(items.map((item) => [item, { closed: true, ...claimed[item] }]))
    await openedBefore(table, closed)

    expect((await answer('ana', items[1]!)).answers).toMatchObject([{ reason: 'closed' }])
  })

  it('is migrated to the same rows when the migration is killed after any write and retried', async () => {
    const whole = memoryTable()
    await openedBefore(whole, { ...answered, ...claimed })
    const row = await batchForChange(whole, BATCH)
    const chunks = row && (await readChunks(whole, row))

    for (const killAfter of [1, 65, 130, 131, 132, 133, 134, 135]) {
      table = memoryTable()
      await openedBefore(table, { ...answered, ...claimed })
      await batchForChange(killedAfter(table, killAfter), BATCH).catch(() => undefined)

      const retried = await batchForChange(table, BATCH)

      expect({ killAfter, row: retried, chunks: retried && (await readChunks(table, retried)) }).toEqual({
        killAfter,
        row,
        chunks,
      })
    }
  })
})

function killedAfter(whole: Table, writes: number): Table {
  let left = writes
  const write =
    <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      if (left <= 0) throw new Error('killed')
      const done = await work(...given)
      if (--left === 0) throw new Error('killed')
      return done
    }
  return { ...whole, create: write(whole.create), update: write(whole.update) }
}
