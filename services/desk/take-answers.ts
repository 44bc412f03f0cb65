import { z } from 'zod'
import { batchAnswered } from '../../events'
import type { Publish } from '../../shared/bus'
import { concurrently } from '../../shared/concurrently'
import type { Table } from '../../shared/table'
import { answer, type Asked, FLAGS, type Given, isComplete, type Refusal } from '../../shared/state/desk-item'
import {
  type BatchRow,
  changeItem,
  countAnswers,
  countItem,
  countToday,
  type ItemRow,
  type Place,
  readBatch,
  readItem,
} from '../../shared/state/desk'

interface Ports {
  table: Pick<Table, 'get' | 'update'>
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
  })
  .refine(({ label, flag, skip }) => [label, flag, skip].filter((one) => one !== undefined).length === 1, {
    message: 'give one of label, flag and skip',
  })
type Sent = z.infer<typeof sent>

type Reason = Refusal | 'invalid' | 'unknown-batch' | 'unknown-item' | 'unknown-label'

/** What became of an answer that was sent. */
export interface Taken {
  batch: string | null
  item: string | null
  result: 'kept' | 'refused'
  reason?: Reason
  message?: string
}

interface Kept {
  batch: string
  before: Asked
  row: ItemRow
}

/** What became of each answer, in their order, and how many items the annotator has answered today. */
export interface Receipt {
  answers: Taken[]
  today?: number
}

/**
 * Keep answers, each on its own: what is wrong is refused by name, the rest stands. An answer that comes again changes
 * nothing. Their times have the order in which they came. When nothing is left to be answered in a batch, says so, every
 * time. Rows are read and written by their keys, side by side where they do not wait for each other: a person waits for
 * this.
 */
export const takeAnswers =
  ({ table, publish }: Ports) =>
  async (annotator: string, list: readonly unknown[], invited: readonly string[], now: Date): Promise<Receipt> => {
    const readOnce = once((name: string) => readBatch(table, name))
    const at = (place: number) => new Date(now.getTime() + place)
    const results = await concurrently(list, 16, (one, place) => keep(table, readOnce, annotator, one, at(place)))
    const kept = results.flatMap((result) => ('row' in result ? [result] : []))
    const batches = [...new Set(kept.map(({ batch }) => batch))]
    const [today] = await Promise.all([
      kept.length > 0 ? countToday(table, annotator, kept.map(placeOf), now) : undefined,
      ...batches.map(async (batch) => {
        const within = kept.filter((one) => one.batch === batch)
        const [whole] = await Promise.all([
          concurrently(within, 8, (one) => count(table, one, invited)),
          countAnswers(
            table,
            batch,
            annotator,
            within.map(({ row }) => row.item),
          ),
        ])
        if (whole.some(Boolean)) await publish(batchAnswered, { batch })
      }),
    ])
    const answers = results.map((result): Taken => ('row' in result ? { ...placeOf(result), result: 'kept' } : result))
    return { answers, ...(today === undefined ? {} : { today }) }
  }

const placeOf = ({ batch, row }: Kept): Place => ({ batch, item: row.item })

/** Each answer of a request asks for its batch; it is read once. */
function once<T>(read: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>()
  return (name) => {
    const reading = asked.get(name) ?? read(name)
    asked.set(name, reading)
    return reading
  }
}

async function keep(
  table: Ports['table'],
  readOnce: (batch: string) => Promise<BatchRow | undefined>,
  annotator: string,
  input: unknown,
  now: Date,
): Promise<Kept | Taken> {
  const parsed = sent.safeParse(input)
  if (!parsed.success) return refused(null, null, 'invalid', z.prettifyError(parsed.error))
  const { batch, item, revision } = parsed.data
  const given = givenOf(parsed.data)
  const [about, found] = await Promise.all([readOnce(batch), readItem(table, batch, item)])
  if (!about) return refused(batch, item, 'unknown-batch', `there is no batch ${batch}`)
  if ('label' in given && !about.categories.some(({ name }) => name === given.label)) {
    return refused(batch, item, 'unknown-label', `"${given.label}" is not a category of batch ${batch}`)
  }
  if (!found) return refused(batch, item, 'unknown-item', `batch ${batch} does not ask about ${item}`)

  let before: Asked = found
  const row = await changeItem(table, found, batch, (asked) => {
    before = asked
    return answer(asked, annotator, { given, revision, at: now.toISOString() }, now.getTime())
  })
  return typeof row === 'string' ? refused(batch, item, row, MESSAGES[row]) : { batch, before, row }
}

/** Count the item where its completeness may have changed. Answers whether its batch is complete. */
async function count(table: Ports['table'], { batch, before, row }: Kept, invited: readonly string[]) {
  const complete = isComplete(row, invited)
  return (complete || isComplete(before, invited)) && countItem(table, batch, row, complete)
}

function givenOf({ label, flag }: Sent): Given {
  if (label !== undefined) return { label }
  return flag === undefined ? { skip: true } : { flag }
}

const refused = (batch: string | null, item: string | null, reason: Reason, message: string): Taken => ({
  batch,
  item,
  result: 'refused',
  reason,
  message,
})

const MESSAGES: Record<Refusal, string> = {
  closed: 'the batch is closed',
  'not-asked': 'this item was not given to you',
  enough: 'others have answered this item in the meantime',
  older: 'a later answer of yours stands',
}
