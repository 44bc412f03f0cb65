import { z } from 'zod'
import { batchAnswered } from '../../events'
import type { Publish } from '../../shared/bus'
import { concurrently } from '../../shared/concurrently'
import {
  type BatchRow,
  changeChunk,
  type Chunk,
  type ChunkItem,
  chunksOf,
  countChunk,
  countToday,
  type DeskItemName,
  isWhole,
  batchForChange,
  readChunks,
} from '../../shared/state/desk'
import {
  type AnswerRefusal,
  type DeskAnswer,
  withAnswer,
  FLAGS,
  type Given,
  isComplete,
  LONGEST_NOTE,
} from '../../shared/state/desk-item'
import type { Table } from '../../shared/table'
import { midnightOf } from '../../shared/utc-day'
import type { Receipt, RefusalReason, Taken } from './shown'

interface Ports {
  table: Pick<Table, 'get' | 'getMany' | 'create' | 'update'>
  publish: Publish
}

const sent = z
  .strictObject({
    batch: z.string().regex(/^[0-9-]{1,32}$/),
    item: z.string().regex(/^[0-9a-f]{1,64}$/),
    revision: z.int().min(0).max(1_000_000),
    label: z.string().optional(),
    flag: z.enum(FLAGS).optional(),
    skip: z.literal(true).optional(),
    note: z.string().max(LONGEST_NOTE).optional(),
  })
  .refine(({ label, flag, skip }) => [label, flag, skip].filter((one) => one !== undefined).length === 1, {
    message: 'give one of label, flag and skip',
  })
  .refine(({ skip, note }) => skip === undefined || note === undefined, {
    message: 'a skip has no note: the owner reads notes of labels and flags',
  })
type Sent = z.infer<typeof sent>

/** An answer to an item of a batch, with its index in the request. */
interface Answering extends DeskItemName {
  place: number
  answer: DeskAnswer
}

/**
 * Store the answers of a request independently: invalid ones are refused by name, the others are stored. Idempotent. Each
 * chunk is read and written once, however many of its items were answered: the annotator waits for this. Publishes
 * BatchAnswered whenever no item of a batch is left to answer.
 */
export const takeAnswers =
  ({ table, publish }: Ports) =>
  async (annotator: string, list: readonly unknown[], invited: readonly string[], now: Date): Promise<Receipt> => {
    const results: (Taken | Answering)[] = list.map((input, place) => read(input, place, now))
    const names = [...new Set(results.flatMap((one) => ('answer' in one ? [one.batch] : [])))]
    const done = await concurrently(names, 4, async (name) => {
      const answering = results.flatMap((one) => ('answer' in one && one.batch === name ? [one] : []))
      return takeForBatch(table, annotator, name, answering, invited, now)
    })
    const taken = new Map(done.flatMap(({ outcomes }) => [...outcomes]))
    // oxlint-disable-next-line typescript/no-non-null-assertion -- every answer is of one of `names`, and each has its outcomes
    const answers = results.map((one) => ('answer' in one ? taken.get(one.place)! : one))

    const givenToday = done.flatMap((one) => one.givenToday)
    const [today] = await Promise.all([
      givenToday.length > 0 ? countToday(table, annotator, givenToday, now) : undefined,
      ...done.map(async ({ batch, touched }) => {
        const whole = await concurrently(touched, 4, ({ chunk, complete }) => countChunk(table, batch, chunk, complete))
        if (whole.some(Boolean)) await publish(batchAnswered, { batch })
      }),
    ])
    return { answers, ...(today === undefined ? {} : { today }) }
  }

/** Control characters other than a line break. */
const CONTROL = /[^\P{Cc}\n]+/gu

/** A parsed answer, or why it is refused. The times of answers keep the order of the request. */
function read(input: unknown, place: number, now: Date): Taken | Answering {
  const parsed = sent.safeParse(input)
  if (!parsed.success) return refused(null, null, 'invalid', z.prettifyError(parsed.error))
  const { batch, item, revision } = parsed.data
  const at = new Date(now.getTime() + place).toISOString()
  const note = parsed.data.note?.replaceAll(CONTROL, ' ').toWellFormed().trim()
  return { place, batch, item, answer: { given: givenOf(parsed.data), revision, at, ...(note ? { note } : {}) } }
}

/** The results of the answers to a batch by their indices, and the chunks to count as complete or as incomplete. */
interface TakenForBatch {
  batch: string
  outcomes: Map<number, Taken>
  touched: { chunk: string; complete: boolean }[]
  /** Items whose stored answer is of today: a repeated answer of yesterday counts on its own day. */
  givenToday: DeskItemName[]
}

async function takeForBatch(
  table: Ports['table'],
  annotator: string,
  name: string,
  answering: readonly Answering[],
  invited: readonly string[],
  now: Date,
): Promise<TakenForBatch> {
  const batch = await batchForChange(table, name)
  const outcomes = new Map<number, Taken>()
  const touched: TakenForBatch['touched'] = []
  const givenToday: DeskItemName[] = []
  const byChunk = new Map<string, Answering[]>()
  const places = batch && (await chunksOf(table, batch, [...new Set(answering.map(({ item }) => item))]))
  for (const one of answering) {
    const { place, item, answer: given } = one
    const chunk = places?.get(item)
    const refusal = !batch
      ? refused(name, item, 'unknown-batch', `there is no batch ${name}`)
      : isOther(batch, given.given)
        ? refused(name, item, 'unknown-label', `"${given.given.label}" is not a category of batch ${name}`)
        : chunk === undefined
          ? unknownItem(one)
          : undefined
    if (refusal) outcomes.set(place, refusal)
    else if (chunk !== undefined) byChunk.set(chunk, [...(byChunk.get(chunk) ?? []), one])
  }
  const chunks = batch && byChunk.size > 0 ? await readChunks(table, batch, [...byChunk.keys()]) : []
  // DynamoDB deletes the rows of an expired batch one after the other.
  const expired = [...byChunk].filter(([chunk]) => !chunks.some((one) => one.name === chunk))
  for (const one of expired.flatMap(([, of]) => of)) outcomes.set(one.place, unknownItem(one))
  await concurrently(chunks, 4, async (chunk) => {
    let applied: Applied | undefined
    const after = await changeChunk(table, name, chunk, (items) => {
      applied = apply(items, annotator, byChunk.get(chunk.name) ?? [], invited, now.getTime())
      return applied.changed
    })
    for (const [place, outcome] of applied?.outcomes ?? []) outcomes.set(place, outcome)
    givenToday.push(...(applied?.givenToday ?? []))
    const kept = [...(applied?.outcomes.values() ?? [])].some(({ result }) => result === 'kept')
    const complete = isWhole(after)
    if (kept && (complete || applied?.reopened || batch?.complete.has(chunk.name))) {
      touched.push({ chunk: chunk.name, complete })
    }
  })
  return { batch: name, outcomes, touched, givenToday }
}

const isOther = ({ categories }: BatchRow, given: Given): given is { label: string } =>
  'label' in given && !categories.some(({ name }) => name === given.label)

interface Applied {
  outcomes: Map<number, Taken>
  changed: Map<string, ChunkItem>
  /** Whether a complete item became incomplete again. */
  reopened: boolean
  givenToday: DeskItemName[]
}

/** Apply answers to the items of a chunk, one after the other. */
function apply(
  items: Chunk['items'],
  annotator: string,
  answering: readonly Answering[],
  invited: readonly string[],
  nowMs: number,
): Applied {
  const outcomes: Applied['outcomes'] = new Map()
  const changed: Applied['changed'] = new Map()
  const givenToday: Applied['givenToday'] = []
  let reopened = false
  for (const one of answering) {
    const { batch, item, place } = one
    const before = changed.get(item) ?? items.get(item)
    if (!before) {
      outcomes.set(place, unknownItem(one))
      continue
    }
    const after = withAnswer(before, annotator, one.answer, nowMs)
    if (typeof after === 'string') {
      outcomes.set(place, refused(batch, item, after, MESSAGES[after]))
      continue
    }
    const complete = after.closed ? after.complete : isComplete(after, invited)
    if (after !== before || complete !== before.complete) changed.set(item, { ...after, complete })
    reopened ||= before.complete && !complete
    outcomes.set(place, { batch, item, result: 'kept' })
    const { at } = after.answers[annotator] ?? one.answer
    if (Date.parse(at) >= midnightOf(nowMs)) givenToday.push({ batch, item })
  }
  return { outcomes, changed, reopened, givenToday }
}

const unknownItem = ({ batch, item }: DeskItemName): Taken =>
  refused(batch, item, 'unknown-item', `batch ${batch} does not ask about ${item}`)

function givenOf({ label, flag }: Sent): Given {
  if (label !== undefined) return { label }
  return flag === undefined ? { skip: true } : { flag }
}

const refused = (batch: string | null, item: string | null, reason: RefusalReason, message: string): Taken => ({
  batch,
  item,
  result: 'refused',
  reason,
  message,
})

const MESSAGES: Record<AnswerRefusal, string> = {
  closed: 'the batch is closed',
  'not-asked': 'this item was not given to you',
  enough: 'others have answered this item in the meantime',
  older: 'you have given a later answer to this item',
}
