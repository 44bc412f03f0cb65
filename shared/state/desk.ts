import { z } from 'zod'
import { byBatch } from '../batches'
import { concurrently } from '../concurrently'
import { BellwetherError } from '../errors'
import type { Change, Item, Table } from '../table'
import { type Asked, FLAGS } from './desk-item'

/**
 * The label desk's rows in the table, and who reads them how:
 *
 * | pk             | sk                  | holds                                       | read by                          |
 * | -------------- | ------------------- | ------------------------------------------- | -------------------------------- |
 * | `desk`         | `open`              | the batches that annotators are asked about | next, progress: get              |
 * | `desk#<batch>` | `batch`             | categories, and which chunks are complete   | next, answers: get               |
 * | `desk#<batch>` | `chunk#<n>`         | up to 100 item ids, and which are complete  | next: get, one after the other   |
 * | `desk#<batch>` | `item#<id>`         | text, claims, answers, `version`            | next: get many; answers: get     |
 * | `desk#<batch>` | `annotator#<name>`  | ids of what was answered                    | progress: get                    |
 * | `desk`         | `day#<date>#<name>` | what was answered on a UTC day              | progress, answered: get          |
 *
 * An answer reads and writes rows by their keys alone. An item's row is changed by compare-and-swap on `version`;
 * completeness is counted in sets, so that counting twice is counting once.
 */
export const CHUNK = 100

const given = z.union([
  z.strictObject({ label: z.string() }),
  z.strictObject({ flag: z.enum(FLAGS) }),
  z.strictObject({ skip: z.literal(true) }),
])
const itemRow = z.object({
  item: z.string(),
  source: z.string(),
  chunk: z.string(),
  version: z.int(),
  wanted: z.int(),
  most: z.int(),
  before: z.array(z.string()).optional(),
  closed: z.boolean(),
  claims: z.record(z.string(), z.number()),
  answers: z.record(z.string(), z.object({ given, revision: z.int(), at: z.string() })),
})
export type ItemRow = z.infer<typeof itemRow>

const names = z
  .set(z.string())
  .optional()
  .transform((set) => set ?? new Set<string>())
const category = z.object({ name: z.string(), definition: z.string(), examples: z.array(z.string()) })
const batchRow = z.object({
  batch: z.string(),
  deadline: z.string(),
  items: z.int(),
  chunks: z.array(z.string()),
  complete: names,
  categories: z.array(category),
})
export type BatchRow = z.infer<typeof batchRow>

const chunkRow = z.object({ sk: z.string(), items: z.array(z.string()), complete: names })
export type ChunkRow = z.infer<typeof chunkRow>

export interface NewBatch {
  batch: string
  deadline: string
  categories: BatchRow['categories']
  items: (Pick<Asked, 'wanted' | 'most' | 'before'> & { item: string; source: string })[]
  /** When DynamoDB may forget the rows; seconds. */
  expiresAt: number
}

/** Write the rows of a batch, and open it last, so that nobody is shown half of it. What is there stays. */
export async function addBatch(table: Pick<Table, 'create' | 'update'>, added: NewBatch): Promise<void> {
  const { batch, deadline, categories, items, expiresAt } = added
  const sorted = [...items].sort((a, b) => (a.item < b.item ? -1 : 1))
  const chunks = Array.from({ length: Math.ceil(sorted.length / CHUNK) }, (_, i) => ({
    name: String(i).padStart(4, '0'),
    items: sorted.slice(i * CHUNK, (i + 1) * CHUNK),
  }))
  const pk = `desk#${batch}`
  for (const { name, items: within } of chunks) {
    await concurrently(within, 16, ({ item, source, wanted, most, before }) =>
      table.create({
        ...itemKey(batch, item),
        item,
        source,
        chunk: name,
        version: 0,
        wanted,
        most,
        ...(before ? { before } : {}),
        closed: false,
        claims: {},
        answers: {},
        expiresAt,
      }),
    )
    await table.create({ pk, sk: `chunk#${name}`, items: within.map(({ item }) => item), expiresAt })
  }
  const row = { batch, deadline, items: items.length, chunks: chunks.map(({ name }) => name), categories }
  await table.create({ pk, sk: 'batch', ...row, expiresAt })
  await table.update(OPEN, { add: { batches: new Set([batch]) } })
}

/** One row, so that knowing what is open is one get. */
const OPEN = { pk: 'desk', sk: 'open' }

/** Batches that annotators are asked about, the earliest first. */
export async function openBatches(table: Pick<Table, 'get'>): Promise<string[]> {
  const row = await table.get(OPEN)
  return [...names.parse(row?.batches)].sort(byBatch)
}

/** Annotators are asked no more. */
export async function removeOpen(table: Pick<Table, 'update'>, batch: string): Promise<void> {
  await table.update(OPEN, { deleteFrom: { batches: new Set([batch]) } })
}

export async function readBatch(table: Pick<Table, 'get'>, batch: string): Promise<BatchRow | undefined> {
  const row = await table.get({ pk: `desk#${batch}`, sk: 'batch' })
  return row && batchRow.parse(row)
}

export async function readChunks(
  table: Pick<Table, 'getMany'>,
  batch: string,
  chunks: readonly string[],
): Promise<ChunkRow[]> {
  const rows = await table.getMany(chunks.map((name) => ({ pk: `desk#${batch}`, sk: `chunk#${name}` })))
  return rows.map((row) => chunkRow.parse(row)).sort((a, b) => (a.sk < b.sk ? -1 : 1))
}

export async function readItems(
  table: Pick<Table, 'getMany'>,
  batch: string,
  items: readonly string[],
): Promise<Map<string, ItemRow>> {
  const rows = (await table.getMany(items.map((item) => itemKey(batch, item)))).map((row) => itemRow.parse(row))
  return new Map(rows.map((row) => [row.item, row]))
}

export async function readItem(table: Pick<Table, 'get'>, batch: string, item: string): Promise<ItemRow | undefined> {
  const row = await table.get(itemKey(batch, item))
  return row && itemRow.parse(row)
}

/**
 * Change what an item is asked and was answered: `change` gives the new state, the same one where nothing is to be
 * written, or a reason why not. It is asked again when somebody else changed the item in between.
 */
export async function changeItem<R extends string>(
  table: Pick<Table, 'get' | 'update'>,
  row: ItemRow,
  batch: string,
  change: (asked: Asked) => Asked | R,
): Promise<ItemRow | R> {
  let current = row
  for (let attempt = 0; attempt < 50; attempt++) {
    const changed = change(current)
    if (typeof changed === 'string') return changed
    if (changed === current) return current
    const { claims, answers, closed } = changed
    const written = await table.update(itemKey(batch, row.item), {
      set: { claims, answers, closed, version: current.version + 1 },
      when: '#version = :version',
      values: { version: current.version },
    })
    if (written) return itemRow.parse(written)
    const fresh = await readItem(table, batch, row.item)
    if (!fresh) throw new BellwetherError('NOT_FOUND', `item ${row.item} of batch ${batch} is gone`)
    current = fresh
  }
  throw new BellwetherError('CONFLICT', `item ${row.item} of batch ${batch} is changed by too many at once`)
}

/** Count an item as complete, or no more. Answers whether every item of the batch is. */
export async function countItem(
  table: Pick<Table, 'update'>,
  batch: string,
  { item, chunk }: Pick<ItemRow, 'item' | 'chunk'>,
  complete: boolean,
): Promise<boolean> {
  const pk = `desk#${batch}`
  const within = parsed(chunkRow, await table.update({ pk, sk: `chunk#${chunk}` }, counting(item, complete)))
  const whole = within !== undefined && isWhole(within)
  // The row of the batch is everybody's: it is written when a chunk is complete, or was and is no more.
  if (complete && !whole) return false
  const counted = parsed(batchRow, await table.update({ pk, sk: 'batch' }, counting(chunk, whole)))
  return counted !== undefined && counted.chunks.every((name) => counted.complete.has(name))
}

export const isWhole = ({ items, complete }: ChunkRow): boolean => items.every((item) => complete.has(item))

const counting = (member: string, counted: boolean): Change => ({
  ...(counted ? { add: { complete: new Set([member]) } } : { deleteFrom: { complete: new Set([member]) } }),
  when: 'attribute_exists(pk)',
})

/** Keep which items an annotator answered. */
export async function countAnswers(
  table: Pick<Table, 'update'>,
  batch: string,
  annotator: string,
  items: readonly string[],
): Promise<void> {
  await table.update({ pk: `desk#${batch}`, sk: `annotator#${annotator}` }, { add: { answered: new Set(items) } })
}

/** The items of a batch that an annotator answered. */
export async function answeredBy(table: Pick<Table, 'get'>, batch: string, annotator: string): Promise<Set<string>> {
  return names.parse((await table.get({ pk: `desk#${batch}`, sk: `annotator#${annotator}` }))?.answered)
}

export interface Place {
  batch: string
  item: string
}

/** How long a day's row stays, in seconds: until nobody anywhere lives on that day any more. */
const DAY_KEPT = 3 * 86_400

/** Count answers on the day that they are given, each item once. Answers how many the annotator has on that day. */
export async function countToday(
  table: Pick<Table, 'update'>,
  annotator: string,
  places: readonly Place[],
  now: Date,
): Promise<number> {
  const row = await table.update(dayKey(annotator, now), {
    set: { expiresAt: Math.ceil(now.getTime() / 1000) + DAY_KEPT },
    add: { answered: new Set(places.map(({ batch, item }) => `${batch}/${item}`)) },
  })
  return names.parse(row?.answered).size
}

/** What an annotator answered on the day that `now` is in, in no order. */
export async function answeredToday(table: Pick<Table, 'get'>, annotator: string, now: Date): Promise<Place[]> {
  const row = await table.get(dayKey(annotator, now))
  return [...names.parse(row?.answered)].map((place) => {
    const [batch = '', item = ''] = place.split('/')
    return { batch, item }
  })
}

const dayKey = (annotator: string, now: Date) => ({
  pk: 'desk',
  sk: `day#${now.toISOString().slice(0, 10)}#${annotator}`,
})

const itemKey = (batch: string, item: string) => ({ pk: `desk#${batch}`, sk: `item#${item}` })

const parsed = <S extends z.ZodType>(schema: S, item: Item | undefined): z.infer<S> | undefined =>
  item && schema.parse(item)
