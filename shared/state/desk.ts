import { z } from 'zod'
import { byBatch } from '../batches'
import { BellwetherError } from '../errors'
import type { Item, Table } from '../table'
import { lineBreaks } from '../records/fields'
import { type LineBreaks, withLineBreaks } from '../text'
import { type AskedItem, isComplete, storedItem } from './desk-item'
import { forgetItemRows, readItemRows, upgradeItemRows } from './desk-item-rows'
import { rowKind } from './row'

/*
 * Everything about an item is its entry in its chunk's row of answers, which is changed by compare-and-swap on the
 * entry's `version` while the chunk is open. So one request of an annotator writes one row for each chunk that it
 * touches, however many items it has. Annotators with different items of a chunk do not conflict.
 */
const CHUNK = 100
/** A row of DynamoDB holds 400 KB. */
const TEXT_BYTES = 250_000
/** A number in a list of DynamoDB has 4 bytes at most below a million, and one of the list. */
const BREAK_BYTES = 5

const names = z
  .set(z.string())
  .optional()
  .transform((set) => set ?? new Set<string>())
const category = z.object({ name: z.string(), definition: z.string(), examples: z.array(z.string()) })

export const deskOpenRow = rowKind({
  pk: 'desk',
  sk: 'open',
  meaning: 'The batches that annotators are asked about. One row, so that knowing them is one read.',
  attributes: z.object({ batches: names }),
})
const OPEN = deskOpenRow.key({})

export const deskBatchRow = rowKind({
  pk: 'desk#{batch}',
  sk: 'batch',
  meaning: 'A batch at the label desk: its categories, the first item of each chunk, and which chunks are complete.',
  attributes: z.object({
    batch: z.string(),
    deadline: z.string(),
    items: z.int(),
    chunks: z.array(z.string()),
    inTurn: z
      .boolean()
      .optional()
      .describe('Chunks are in the order in which they are handed out, and rows of places say where each item is.'),
    firsts: z
      .array(z.string())
      .optional()
      .describe(
        'Of a batch of an older release, whose chunks are by item id; missing while each item has its own row.',
      ),
    complete: names,
    categories: z.array(category),
  }),
})
export type BatchRow = z.infer<typeof deskBatchRow.attributes>

export const deskTextsRow = rowKind({
  pk: 'desk#{batch}',
  sk: 'texts#{chunk}',
  meaning: 'The texts of a chunk of up to 100 items, by item id. Only a deletion changes them.',
  attributes: z.object({
    texts: z.record(z.string(), z.string()),
    breaks: z.record(z.string(), lineBreaks).optional().describe('Of the texts that have several lines, by item id.'),
  }),
})

export const deskPlacesRow = rowKind({
  pk: 'desk#{batch}',
  sk: 'places#{part}',
  meaning:
    'The chunk of each item whose id begins with the same character. Never changed. A batch of one chunk has none.',
  attributes: z.object({ places: z.record(z.string(), z.string()) }),
})

export const deskAnswersRow = rowKind({
  pk: 'desk#{batch}',
  sk: 'answers#{chunk}',
  meaning: "The claims and answers of a chunk's items, by item id, and whether the chunk is closed.",
  attributes: z.object({
    closed: z.boolean(),
    items: z.record(z.string(), storedItem.extend({ complete: z.boolean(), version: z.int() })),
  }),
})

export const deskDayRow = rowKind({
  pk: 'desk',
  sk: 'day#{date}#{annotator}',
  meaning: 'What an annotator answered on a UTC day, as `<batch>/<item>`.',
  attributes: z.object({ answered: names }),
})

/** An item with whether it had every judgement when it was last answered. */
export type ChunkItem = AskedItem & { complete: boolean; version: number }

/** The items of a chunk by id, as of the read of its row. */
export interface Chunk {
  name: string
  closed: boolean
  items: ReadonlyMap<string, ChunkItem>
}

export interface NewBatch {
  batch: string
  deadline: string
  categories: BatchRow['categories']
  /** In the order in which they are handed out. */
  items: (Pick<AskedItem, 'wanted' | 'most' | 'before'> & Pick<ItemToWrite, 'item' | 'source' | 'breaks'>)[]
  /** When DynamoDB may delete the rows; seconds. */
  expiresAt: number
}

/** Write the rows of a batch, and open it last, so that no annotator is shown half of it. Idempotent. */
export async function addBatch(table: Pick<Table, 'get' | 'create' | 'update'>, added: NewBatch): Promise<void> {
  const { batch, deadline, categories, items, expiresAt } = added
  if (!(await readDeskBatch(table, batch))) {
    const blank = { claims: {}, answers: {}, closed: false, complete: false, version: 0 }
    const rows = items.map(({ item, source, breaks, wanted, most, before }, turn) => ({
      item,
      source,
      breaks,
      state: { wanted, most, turn, ...(before ? { before } : {}), ...blank },
    }))
    const { chunks, itemsOf } = await writeChunks(table, batch, rows, false, expiresAt)
    await writePlaces(table, batch, itemsOf, expiresAt)
    const row = { batch, deadline, items: items.length, chunks, inTurn: true, categories }
    await table.create({ ...deskBatchRow.key({ batch }), ...row, expiresAt })
  }
  await table.update(OPEN, { add: { batches: new Set([batch]) } })
}

/** Batches that annotators are asked about, the earliest first. */
export async function openDeskBatches(table: Pick<Table, 'get'>): Promise<string[]> {
  const row = await deskOpenRow.read(table, {})
  return [...(row?.batches ?? [])].sort(byBatch)
}

/** What happens to an item of the desk when posts are deleted: it stays, is removed, or is shown by another text. */
export type DeskVerdict = (item: string, text: string) => 'stays' | 'goes' | { text: string }

/**
 * Remove items from a batch at the desk, or show them by other texts. An annotator who has such an item on the screen
 * is told that the batch no longer asks about it. Returns how many items changed; idempotent.
 */
export async function forgetItems(
  table: Pick<Table, 'query' | 'update' | 'remove'>,
  batch: string,
  verdict: DeskVerdict,
): Promise<number> {
  const { pk, sk: textsPrefix } = textsKey(batch, '')
  let changed = 0
  for await (const row of table.query(pk, textsPrefix)) {
    const { texts, breaks } = deskTextsRow.parse(row)
    const gone = Object.keys(texts).filter((item) => verdict(item, texts[item] ?? '') === 'goes')
    const left = Object.entries(texts).flatMap(([item, text]): [string, string][] => {
      const now = verdict(item, text)
      return now === 'goes' ? [] : [[item, now === 'stays' ? text : now.text]]
    })
    const rewritten = left.filter(([item, text]) => text !== texts[item]).length
    if (gone.length + rewritten === 0) continue
    // The answers go first: an item that is still asked about must have a text.
    await dropAnswers(table, batch, deskTextsRow.partsOf(row).chunk, gone)
    const stayed = new Set(left.flatMap(([item, text]) => (text === texts[item] ? [item] : [])))
    const kept = breaks && Object.fromEntries(Object.entries(breaks).filter(([item]) => stayed.has(item)))
    await table.update(row, { set: { texts: Object.fromEntries(left), ...(kept && { breaks: kept }) } })
    changed += gone.length + rewritten
  }
  return changed + (await forgetItemRows(table, batch, verdict))
}

/** An expression has 4 KB: so many items at a time. */
const DROPPED_AT_ONCE = 50

async function dropAnswers(table: Pick<Table, 'update'>, batch: string, chunk: string, items: readonly string[]) {
  for (let from = 0; from < items.length; from += DROPPED_AT_ONCE) {
    const names = items.slice(from, from + DROPPED_AT_ONCE)
    await table.update(answersKey(batch, chunk), { drop: { of: 'items', names }, when: 'attribute_exists(pk)' })
  }
}

/** No annotator is asked about the batch from now on. */
export async function removeOpen(table: Pick<Table, 'update'>, batch: string): Promise<void> {
  await table.update(OPEN, { deleteFrom: { batches: new Set([batch]) } })
}

export const readDeskBatch = (table: Pick<Table, 'get'>, batch: string): Promise<BatchRow | undefined> =>
  deskBatchRow.read(table, { batch })

/** The batch, for a request that changes its items: a batch with a row for each item gets rows for chunks first. */
export async function batchForChange(
  table: Pick<Table, 'get' | 'getMany' | 'create' | 'update'>,
  batch: string,
): Promise<BatchRow | undefined> {
  const row = await readDeskBatch(table, batch)
  if (!row || isInChunks(row)) return row
  const { rows, closed, expiresAt } = await upgradeItemRows(table, row)
  const written = await writeChunks(table, batch, byItem(rows), closed, expiresAt)
  const states = new Map(rows.map(({ item, state }) => [item, state]))
  const complete = written.itemsOf.flatMap(({ name, items }) =>
    items.every((item) => states.get(item)?.complete) ? [name] : [],
  )
  const { chunks, firsts } = written
  await table.update(deskBatchRow.key({ batch }), {
    set: { chunks, firsts, ...(complete.length > 0 ? { complete: new Set(complete) } : {}) },
    remove: complete.length > 0 ? [] : ['complete'],
    when: 'attribute_exists(pk) AND attribute_not_exists(#firsts)',
  })
  return readDeskBatch(table, batch)
}

/** The chunk of each of these items; items that the batch cannot have are left out. */
export async function chunksOf(
  table: Pick<Table, 'getMany'>,
  row: BatchRow,
  items: readonly string[],
): Promise<Map<string, string>> {
  const [only, ...others] = row.chunks
  const chunkOf =
    others.length === 0
      ? () => only
      : row.inTurn
        ? await placesOf(table, row, items)
        : (item: string) => chunkByItem(row, item)
  return new Map(
    items.flatMap((item) => {
      const chunk = chunkOf(item)
      return chunk === undefined ? [] : [[item, chunk] as const]
    }),
  )
}

async function placesOf(table: Pick<Table, 'getMany'>, { batch }: BatchRow, items: readonly string[]) {
  const rows = await table.getMany([...new Set(items.map(partOf))].map((part) => deskPlacesRow.key({ batch, part })))
  const places = new Map(rows.flatMap((row) => Object.entries(deskPlacesRow.parse(row).places)))
  return (item: string) => places.get(item)
}

function chunkByItem({ chunks, firsts = [] }: BatchRow, item: string): string | undefined {
  const after = firsts.findIndex((first) => first > item)
  return chunks[(after === -1 ? firsts.length : after) - 1]
}

const isInChunks = ({ inTurn, firsts }: BatchRow): boolean => inTurn === true || firsts !== undefined
const partOf = (item: string): string => item.slice(0, 1)

/** Chunks of a batch, sorted by name; by default all of them. */
export async function readChunks(
  table: Pick<Table, 'getMany'>,
  row: BatchRow,
  wanted: readonly string[] = row.chunks,
): Promise<Chunk[]> {
  if (!isInChunks(row)) return [inMemory(await readItemRows(table, row))]
  const rows = await table.getMany(wanted.map((name) => answersKey(row.batch, name)))
  return rows.map(chunkFrom).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A chunk with the texts of its items, in the lines of their authors. */
export async function readChunkWithTexts(
  table: Pick<Table, 'getMany'>,
  { batch }: BatchRow,
  name: string,
): Promise<{ chunk: Chunk; texts: ReadonlyMap<string, string> } | undefined> {
  const rows = await table.getMany([answersKey(batch, name), textsKey(batch, name)])
  const answers = rows.find(({ sk }) => sk === answersKey(batch, name).sk)
  const texts = rows.find(({ sk }) => sk === textsKey(batch, name).sk)
  if (!answers || !texts) return undefined
  return { chunk: chunkFrom(answers), texts: textsFrom(texts) }
}

function textsFrom(row: Item): Map<string, string> {
  const { texts, breaks = {} } = deskTextsRow.parse(row)
  return new Map(Object.entries(texts).map(([item, text]) => [item, withLineBreaks(text, breaks[item])]))
}

/** Attempts under contention before a request gives up. */
const ATTEMPTS = 50

/**
 * Change items of a chunk: `change` returns the items that differ, by id. It is called again on the newest items when
 * another request changed one of these in between. Returns the chunk after the change. CONFLICT after 50 attempts.
 */
export async function changeChunk(
  table: Pick<Table, 'get' | 'update'>,
  batch: string,
  chunk: Chunk,
  change: (items: Chunk['items']) => ReadonlyMap<string, ChunkItem>,
): Promise<Chunk> {
  let current = chunk
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const changed = change(current.items)
    if (changed.size === 0) return current
    const next = [...changed].map(([item, state]) => [item, { ...state, version: state.version + 1 }] as const)
    const written = await table.update(answersKey(batch, chunk.name), {
      entries: {
        of: 'items',
        set: storedItems(new Map(next)),
        versions: Object.fromEntries([...changed].map(([item, { version }]) => [item, version])),
      },
      when: '#closed = :closed',
      values: { closed: current.closed },
    })
    if (written) return chunkFrom(written)
    const fresh = await table.get(answersKey(batch, chunk.name))
    if (!fresh) {
      throw new BellwetherError('NOT_FOUND', `batch ${batch}: chunk ${chunk.name} was deleted; the batch has expired`)
    }
    current = chunkFrom(fresh)
  }
  throw new BellwetherError(
    'CONFLICT',
    `batch ${batch}: gave up changing chunk ${chunk.name} after ${ATTEMPTS} attempts; send the request again`,
  )
}

/** Close every chunk, so that an answer either counts or is refused to its annotator. Returns the final items. */
export async function closeChunks(
  table: Pick<Table, 'update'>,
  { batch, chunks }: BatchRow,
): Promise<Map<string, ChunkItem>> {
  const items = new Map<string, ChunkItem>()
  for (const name of chunks) {
    const closed = await table.update(answersKey(batch, name), {
      set: { closed: true },
      when: 'attribute_exists(pk)',
    })
    for (const [item, state] of closed ? chunkFrom(closed).items : []) items.set(item, state)
  }
  return items
}

/**
 * Count a chunk as complete, or as incomplete again. Returns whether every chunk of the batch is complete. Another request
 * may change the chunk between this one's write of answers and its count. So the chunk is read again after the count, and
 * counted again where it differs: the request that counts last has read the newest chunk.
 */
export async function countChunk(
  table: Pick<Table, 'get' | 'update'>,
  batch: string,
  chunk: string,
  complete: boolean,
): Promise<boolean> {
  const member = { complete: new Set([chunk]) }
  let counted = complete
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const written = await table.update(deskBatchRow.key({ batch }), {
      ...(counted ? { add: member } : { deleteFrom: member }),
      when: 'attribute_exists(pk)',
    })
    if (!written) return false
    const newest = await table.get(answersKey(batch, chunk))
    if (!newest || isWhole(chunkFrom(newest)) === counted) {
      const row = deskBatchRow.parse(written)
      return row.chunks.every((name) => row.complete.has(name))
    }
    counted = !counted
  }
  return false
}

export const isWhole = ({ items }: Pick<Chunk, 'items'>): boolean =>
  [...items.values()].every(({ complete }) => complete)

/**
 * Whether these annotators cannot answer more of the chunks. `complete` is as of an item's last answer: an annotator who
 * was invited then may have left since. A closed item takes no answer any more, whoever is invited: an invocation that
 * crashed while it settled the batch left it so.
 */
export const isAnswered = (chunks: readonly Pick<Chunk, 'items'>[], annotators: readonly string[]): boolean =>
  chunks.every(({ items }) =>
    [...items.values()].every((item) => item.closed || item.complete || isComplete(item, annotators)),
  )

/** The progress of a batch at the desk. */
export interface DeskProgress {
  items: number
  complete: number
  /** Items that each annotator answered or skipped. */
  answered: ReadonlyMap<string, number>
}

/** The progress of a batch; undefined where it is not at the desk. */
export async function readProgress(
  table: Pick<Table, 'get' | 'getMany'>,
  batch: string,
): Promise<DeskProgress | undefined> {
  const row = await readDeskBatch(table, batch)
  if (!row) return undefined
  const items = (await readChunks(table, row)).flatMap((chunk) => [...chunk.items.values()])
  const answered = new Map<string, number>()
  for (const { answers } of items) {
    for (const name of Object.keys(answers)) answered.set(name, (answered.get(name) ?? 0) + 1)
  }
  return { items: row.items, complete: items.filter(({ complete }) => complete).length, answered }
}

/** An item of a batch. */
export interface DeskItemName {
  batch: string
  item: string
}

/** How long a day's row is kept, in seconds: longer than that day lasts in any time zone. */
const DAY_KEPT = 3 * 86_400

/** Count answers on the day that they are given, each item once. Returns the annotator's number on that day. */
export async function countToday(
  table: Pick<Table, 'update'>,
  annotator: string,
  answered: readonly DeskItemName[],
  now: Date,
): Promise<number> {
  const row = await table.update(deskDayRow.key(dayOf(annotator, now)), {
    set: { expiresAt: Math.ceil(now.getTime() / 1000) + DAY_KEPT },
    add: { answered: new Set(answered.map(({ batch, item }) => `${batch}/${item}`)) },
  })
  return row ? deskDayRow.parse(row).answered.size : 0
}

/** What an annotator answered on the UTC day that `now` is in, in no order. */
export async function answeredToday(table: Pick<Table, 'get'>, annotator: string, now: Date): Promise<DeskItemName[]> {
  const row = await deskDayRow.read(table, dayOf(annotator, now))
  return [...(row?.answered ?? [])].map((name) => {
    const [batch = '', item = ''] = name.split('/')
    return { batch, item }
  })
}

const dayOf = (annotator: string, now: Date) => ({ date: now.toISOString().slice(0, 10), annotator })
const answersKey = (batch: string, chunk: string) => deskAnswersRow.key({ batch, chunk })
const textsKey = (batch: string, chunk: string) => deskTextsRow.key({ batch, chunk })

interface ItemToWrite {
  item: string
  source: string
  breaks?: LineBreaks | undefined
  state: ChunkItem
}

/** Write items in chunks, in order. Existing rows stay. */
async function writeChunks(
  table: Pick<Table, 'create'>,
  batch: string,
  items: readonly ItemToWrite[],
  closed: boolean,
  expiresAt: number,
) {
  const chunks = inChunks(items).map((within, i) => ({ name: String(i).padStart(4, '0'), within }))
  for (const { name, within } of chunks) {
    const texts = Object.fromEntries(within.map(({ item, source }) => [item, source]))
    const breaks = within.flatMap(({ item, breaks: of }): [string, number[]][] => (of ? [[item, [...of]]] : []))
    const lines = breaks.length > 0 ? { breaks: Object.fromEntries(breaks) } : {}
    await table.create({ ...textsKey(batch, name), texts, ...lines, expiresAt })
    const states = storedItems(new Map(within.map(({ item, state }) => [item, state])))
    await table.create({ ...answersKey(batch, name), closed, items: states, expiresAt })
  }
  return {
    chunks: chunks.map(({ name }) => name),
    firsts: chunks.map(({ within }) => within[0]?.item ?? ''),
    itemsOf: chunks.map(({ name, within }) => ({ name, items: within.map(({ item }) => item) })),
  }
}

/** Record the chunk of each item, where there are several chunks. */
async function writePlaces(
  table: Pick<Table, 'create'>,
  batch: string,
  chunks: readonly { name: string; items: readonly string[] }[],
  expiresAt: number,
): Promise<void> {
  if (chunks.length < 2) return
  const parts = new Map<string, Record<string, string>>()
  for (const { name, items } of chunks) {
    for (const item of items) parts.set(partOf(item), { ...parts.get(partOf(item)), [item]: name })
  }
  for (const [part, places] of parts) await table.create({ ...deskPlacesRow.key({ batch, part }), places, expiresAt })
}

/** The order of batches of older releases. */
const byItem = <T extends { item: string }>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => (a.item < b.item ? -1 : 1))

function inChunks(items: readonly ItemToWrite[]): ItemToWrite[][] {
  const chunks: ItemToWrite[][] = []
  let bytes = 0
  for (const one of items) {
    const size = Buffer.byteLength(one.source) + BREAK_BYTES * (one.breaks?.length ?? 0)
    const last = chunks.at(-1)
    if (last && last.length < CHUNK && bytes + size <= TEXT_BYTES) {
      last.push(one)
      bytes += size
    } else {
      chunks.push([one])
      bytes = size
    }
  }
  return chunks
}

/** Whether an item is closed is recorded once for its chunk. */
const storedItems = (items: ReadonlyMap<string, ChunkItem>) =>
  Object.fromEntries(
    [...items].map(([item, { wanted, most, turn, before, claims, answers, complete, version }]) => [
      item,
      {
        wanted,
        most,
        ...(turn === undefined ? {} : { turn }),
        ...(before ? { before } : {}),
        claims,
        answers,
        complete,
        version,
      },
    ]),
  )

function chunkFrom(row: Item): Chunk {
  const { closed, items } = deskAnswersRow.parse(row)
  return {
    name: deskAnswersRow.partsOf(row).chunk,
    closed,
    items: new Map(Object.entries(items).map(([item, state]) => [item, { ...state, closed }])),
  }
}

/** Item rows as one chunk, for reading only. */
const inMemory = (rows: readonly { item: string; state: ChunkItem }[]): Chunk => ({
  name: '',
  closed: false,
  items: new Map(rows.map(({ item, state }) => [item, state])),
})
