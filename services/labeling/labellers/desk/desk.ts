import { concurrently } from '../../../../shared/concurrently'
import type { Table } from '../../../../shared/table'
import { close, judgementsOf } from '../../../../shared/state/desk-item'
import {
  addBatch,
  changeItem,
  type ItemRow,
  isWhole,
  readBatch,
  readChunks,
  readItems,
  removeOpen,
} from '../../../../shared/state/desk'
import { judgementsAtMost } from '../../../../shared/labellers/costs'
import type { Answers, Judgement, LabellerAdapter } from '../labeller'
import type { StoredPlan } from '../../plan'

/** How long the desk's rows outlive the deadline, in seconds: long enough to look back, no longer. */
const KEPT = 60 * 86_400

/** The label desk: people of ours answer in their browsers. */
export const deskLabeller = (table: Table): LabellerAdapter => ({
  check: () => undefined,

  start: async ({ plan, lines, categories }) => {
    const planned = new Map(plan.items.map((item) => [item.item, item]))
    await addBatch(table, {
      batch: plan.batch,
      deadline: plan.deadline,
      categories: categories.map(({ name, definition, examples }) => ({ name, definition, examples })),
      items: lines.map(({ item, source }) => {
        const { judgements: wanted = 1, before } = planned.get(item) ?? {}
        return { item, source, wanted, most: judgementsAtMost(wanted), before }
      }),
      expiresAt: Math.ceil(Date.parse(plan.deadline) / 1000) + KEPT,
    })
  },

  finish: async (plan, now) => {
    if (!now && !(await isAnswered(table, plan))) return undefined
    const rows = await closeItems(table, plan)
    await removeOpen(table, plan.batch)
    return answersOf(rows)
  },
})

async function isAnswered(table: Table, { batch }: StoredPlan): Promise<boolean> {
  const row = await readBatch(table, batch)
  if (!row) return false
  const chunks = await readChunks(table, batch, row.chunks)
  return chunks.length === row.chunks.length && chunks.every(isWhole)
}

/** Close every item, so that an answer either counts or is refused to the one who gives it. */
async function closeItems(table: Table, { batch, items }: StoredPlan): Promise<ItemRow[]> {
  const rows = await readItems(
    table,
    batch,
    items.map(({ item }) => item),
  )
  return concurrently([...rows.values()], 16, async (row) => {
    const closed = await changeItem(table, row, batch, (asked) => (asked.closed ? asked : close(asked)))
    // Nothing can be in the way of closing.
    return typeof closed === 'string' ? row : closed
  })
}

function answersOf(rows: readonly ItemRow[]): Answers {
  const judgements = rows.flatMap((row) =>
    judgementsOf(row).flatMap(([annotator, { given, at }]): Judgement[] =>
      'skip' in given ? [] : [{ item: row.item, annotator, said: given, at }],
    ),
  )
  return { judgements, consolidated: [], refused: [] }
}
