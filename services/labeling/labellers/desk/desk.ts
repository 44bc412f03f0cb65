import { judgementsAtMost } from '../../../../shared/labellers/costs'
import {
  addBatch,
  type BatchRow,
  type Chunk,
  type ChunkItem,
  closeChunks,
  countChunk,
  isAnswered,
  isWhole,
  batchForChange,
  readChunks,
  removeOpen,
} from '../../../../shared/state/desk'
import { judgementsOf } from '../../../../shared/state/desk-item'
import { invitedAt } from '../../../../shared/state/people'
import type { Table } from '../../../../shared/table'
import type { Answers, Judgement, LabellerAdapter } from '../labeller'

/** Seconds that the desk's rows outlive the deadline, so that a batch can still be inspected. */
const KEPT = 60 * 86_400

/** The label desk: the owner's annotators answer in their browsers. */
export const deskLabeller = (table: Table): LabellerAdapter => ({
  check: () => undefined,

  start: async ({ plan, lines, categories }) => {
    const planned = new Map(plan.items.map((item) => [item.item, item]))
    await addBatch(table, {
      batch: plan.batch,
      deadline: plan.deadline,
      categories: categories.map(({ name, definition, examples }) => ({ name, definition, examples })),
      items: lines.map(({ item, source, breaks }) => {
        const { judgements: wanted = 1, before } = planned.get(item) ?? {}
        return { item, source, breaks, wanted, most: judgementsAtMost(wanted), before }
      }),
      expiresAt: Math.ceil(Date.parse(plan.deadline) / 1000) + KEPT,
    })
  },

  finish: async ({ batch }, now, at) => {
    const row = await batchForChange(table, batch)
    if (!now) {
      if (!row) return undefined
      const chunks = await readChunks(table, row)
      const { annotators } = await invitedAt(table, at.getTime())
      if (!isAnswered(chunks, annotators)) {
        await recount(table, row, chunks)
        return undefined
      }
    }
    const items = row ? await closeChunks(table, row) : new Map<string, ChunkItem>()
    await removeOpen(table, batch)
    return { judgements: [...items].flatMap(([item, state]) => said(item, state)), consolidated: [], refused: [] }
  },
})

/** Repair the counts of chunks: an invocation of the desk may have crashed between its write of answers and its count. */
async function recount(table: Table, { batch, complete }: BatchRow, chunks: readonly Chunk[]): Promise<void> {
  const wrong = chunks.filter((chunk) => complete.has(chunk.name) !== isWhole(chunk))
  for (const chunk of wrong) await countChunk(table, batch, chunk.name, isWhole(chunk))
}

const said = (item: string, state: ChunkItem): Answers['judgements'] =>
  judgementsOf(state).flatMap(([annotator, { given, at, note }]): Judgement[] =>
    'skip' in given ? [] : [{ item, annotator, said: given, at, ...(note === undefined ? {} : { note }) }],
  )
