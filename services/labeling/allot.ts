import { book, settle, spent } from '../../shared/state/ledger'
import { BellwetherError } from '../../shared/errors'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { type Allotment, type OpenBatch, pinAllotment, unpinAllotment } from '../../shared/state/open-batches'
import { costAtMost, type Cost, largestWithin } from './costs'

type Ledger = Pick<Table, 'get' | 'update'>
type Kind = 'judgements' | 'labelUsd'

/** Objects of Ground Truth are counted for its fee and have no cap: this many are booked in no month. */
const NO_LIMIT = 1e9
const OBJECTS = 'labelObjects'

/**
 * Book the most that a batch can cost against the caps of its day and month, once; the batch is made smaller until it
 * fits. What is booked is kept with the batch first, so that a retry neither books again nor draws another number.
 */
export async function allot(
  table: Ledger,
  { caps, labelling }: Pick<Settings, 'caps' | 'labelling'>,
  { batch, date, wanted, allotment: kept }: OpenBatch,
): Promise<Allotment> {
  const { evaluationShare } = labelling
  const pinned =
    kept ??
    (await pinAllotment(table, batch, {
      ...(await affordable(table, { caps, labelling }, date, wanted)),
      evaluationShare,
    }))
  const amounts = amountsOf(pinned)
  for (const kind of ['judgements', 'labelUsd'] as const) {
    if (amounts[kind] === 0) continue
    const broken = await book(table, { kind, ...caps[kind] }, date, tokenOf(batch), amounts[kind])
    if (!broken) continue
    // Somebody booked since we looked: look again with the next try.
    await giveBack(table, { batch, date }, pinned, NOTHING)
    await unpinAllotment(table, batch)
    throw new BellwetherError(
      'CONFLICT',
      `caps.${kind}.${broken.period} was booked by somebody else for batch ${batch}`,
    )
  }
  if (labelling.labeller === 'ground-truth') {
    const objects = { kind: OBJECTS, perDay: NO_LIMIT, perMonth: NO_LIMIT }
    await book(table, objects, date, tokenOf(batch), pinned.items)
  }
  return pinned
}

/** What a batch takes of the ledgers. */
interface Taken extends Cost {
  /** Of Ground Truth, where it is the labeller. */
  objects?: number | undefined
}

export const NOTHING: Taken = { judgements: 0, usd: 0, objects: 0 }

/**
 * Close the booking of a batch when it is known what was used of it. Of objects more may be used than were booked: those
 * of a second job are counted when it ended.
 */
export async function giveBack(
  table: Pick<Table, 'update'>,
  { batch, date }: Pick<OpenBatch, 'batch' | 'date'>,
  booked: Taken,
  used: Taken,
): Promise<void> {
  await settle(table, 'judgements', date, tokenOf(batch), booked.judgements, used.judgements)
  await settle(table, 'labelUsd', date, tokenOf(batch), booked.usd, used.usd)
  if (booked.objects === undefined) return
  await settle(table, OBJECTS, date, tokenOf(batch), booked.objects, used.objects ?? booked.objects)
}

/** Objects of Ground Truth in the month of a day, by all batches. */
export const objectsOf = (table: Pick<Table, 'get'>, date: string): Promise<number> =>
  spent(table, OBJECTS, date.slice(0, 7))

const tokenOf = (batch: string): string => `batch ${batch}`
const amountsOf = ({ judgements, usd }: Cost): Record<Kind, number> => ({ judgements, labelUsd: usd })

/** What a batch of the day may have, as far as caps leave it; nothing is booked by asking. */
export async function affordable(
  table: Pick<Table, 'get'>,
  { caps, labelling }: Pick<Settings, 'caps' | 'labelling'>,
  date: string,
  wanted = labelling.itemsPerDay,
): Promise<Allotment> {
  const judgements = await tightest(table, caps, 'judgements', date)
  const dollars = await tightest(table, caps, 'labelUsd', date)
  const before = await objectsOf(table, date)
  const items = largestWithin(labelling, wanted, { judgements: judgements.left, usd: dollars.left }, before)
  const whole = costAtMost(labelling, wanted, before)
  const { cap, limit, period } = whole.judgements > judgements.left ? judgements : dollars
  return {
    items,
    ...costAtMost(labelling, items, before),
    before,
    reached: items < wanted ? { cap, limit, period } : null,
  }
}

/** Of a cap by the day and one by the month, the one that leaves less. */
async function tightest(table: Pick<Table, 'get'>, caps: Settings['caps'], kind: Kind, date: string) {
  const { perDay, perMonth } = caps[kind]
  const month = date.slice(0, 7)
  const day = {
    cap: `caps.${kind}.perDay`,
    limit: perDay,
    period: date,
    left: perDay - (await spent(table, kind, date)),
  }
  const left = perMonth - (await spent(table, kind, month))
  return left < day.left ? { cap: `caps.${kind}.perMonth`, limit: perMonth, period: month, left } : day
}
