import { book, roomWithin, closeBooking, spent } from '../../shared/state/ledger'
import { BellwetherError } from '../../shared/errors'
import type { LabellerTerms, LabellingOptions } from '../../shared/labellers'
import { costAtMost, type LabellingCost, largestWithin } from '../../shared/labellers/costs'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { type Allotment, type OpenBatch, pinAllotment, unpinAllotment } from '../../shared/state/open-batches'

type Ledger = Pick<Table, 'get' | 'update'>
type Terms = LabellerTerms<LabellingOptions>
type Budget = Pick<Settings, 'caps' | 'labelling'>

/** The limit of a ledger that only counts, or whose month has no cap: more than any month books. */
const NO_LIMIT = 1e9

/**
 * Book the most that a batch can cost against the caps of its day and month, and its items against the labeller's
 * capacity. Idempotent: the batch row stores the amounts before they are booked, so a retry books the same. CONFLICT
 * where another batch booked in between; the next attempt plans again.
 */
export async function allot(
  table: Ledger,
  budget: Budget,
  terms: Terms,
  { batch, date, wanted, allotment: kept }: OpenBatch,
): Promise<Allotment> {
  const { labeller, evaluationShare } = budget.labelling
  const pinned =
    kept ??
    (await pinAllotment(table, batch, { ...(await affordable(table, budget, terms, date, wanted)), evaluationShare }))
  for (const booking of bookingsOf(budget, terms, pinned)) {
    if (booking.amount === 0) continue
    const broken = await book(table, booking, date, tokenOf(batch), booking.amount)
    if (!broken) continue
    await giveBack(table, { batch, date, labeller }, terms, bookedFor(terms, budget.labelling, pinned), NOTHING_BOOKED)
    await unpinAllotment(table, batch)
    throw new BellwetherError(
      'CONFLICT',
      `${booking.cap}, ${broken.period}: another batch booked it before batch ${batch}; the next attempt plans again`,
    )
  }
  return pinned
}

/** What a batch holds in the ledgers. */
export interface Booked extends LabellingCost {
  /** Objects that the labeller bills, if it bills any. */
  objects?: number | undefined
  /** Items, if the labeller takes only so many a day. */
  items?: number | undefined
}

export const NOTHING_BOOKED: Booked = { judgements: 0, usd: 0, objects: 0, items: 0 }

/** The bookings for an allotment. */
export const bookedFor = (terms: Terms, options: LabellingOptions, { items, judgements, usd }: Allotment): Booked => ({
  judgements,
  usd,
  ...(terms.fee ? { objects: items } : {}),
  ...(Number.isFinite(terms.itemsPerDay(options)) ? { items } : {}),
})

function bookingsOf({ caps, labelling }: Budget, terms: Terms, allotment: Allotment) {
  const { judgements, usd, objects = 0, items = 0 } = bookedFor(terms, labelling, allotment)
  const { labeller } = labelling
  return [
    { kind: 'judgements', cap: 'caps.judgements', ...caps.judgements, amount: judgements },
    { kind: 'labelUsd', cap: 'caps.labelUsd', ...caps.labelUsd, amount: usd },
    ...(terms.fee
      ? [{ kind: terms.fee.ledger, cap: terms.fee.ledger, perDay: NO_LIMIT, perMonth: NO_LIMIT, amount: objects }]
      : []),
    {
      kind: itemsLedger(labeller),
      cap: capacityOf(labeller),
      perDay: terms.itemsPerDay(labelling),
      perMonth: NO_LIMIT,
      amount: items,
    },
  ]
}

/**
 * Close the bookings of a batch when its use is known. More objects may be used than were booked: those of a second job
 * are counted when it has ended.
 */
export async function giveBack(
  table: Pick<Table, 'update'>,
  { batch, date, labeller }: Pick<OpenBatch, 'batch' | 'date'> & { labeller: string },
  { fee }: Pick<Terms, 'fee'>,
  booked: Booked,
  used: Booked,
): Promise<void> {
  const close = (kind: string, amount: number, spentOfIt: number) =>
    closeBooking(table, kind, date, tokenOf(batch), amount, spentOfIt)
  await close('judgements', booked.judgements, used.judgements)
  await close('labelUsd', booked.usd, used.usd)
  if (fee && booked.objects !== undefined) await close(fee.ledger, booked.objects, used.objects ?? booked.objects)
  if (booked.items !== undefined) await close(itemsLedger(labeller), booked.items, used.items ?? booked.items)
}

/** Objects that the labeller bills in the month of a day, by all batches; 0 where it bills none. */
export const objectsOf = async (table: Pick<Table, 'get'>, { fee }: Pick<Terms, 'fee'>, date: string) =>
  fee ? spent(table, fee.ledger, date.slice(0, 7)) : 0

const tokenOf = (batch: string): string => `batch ${batch}`
const itemsLedger = (labeller: string): string => `labelItems#${labeller}`
const capacityOf = (labeller: string): string => `items a day of labeller ${labeller}`

/** What a batch of the day may have within the caps and the labeller's capacity. Books nothing. */
export async function affordable(
  table: Pick<Table, 'get'>,
  { caps, labelling }: Budget,
  terms: Terms,
  date: string,
  wanted = labelling.itemsPerDay,
): Promise<Allotment> {
  const [judgements, dollars, capacity, before] = await Promise.all([
    roomWithin(table, { kind: 'judgements', ...caps.judgements }, date),
    roomWithin(table, { kind: 'labelUsd', ...caps.labelUsd }, date),
    capacityLeft(table, labelling, terms, date),
    objectsOf(table, terms, date),
  ])
  const most = Math.max(0, Math.min(wanted, capacity.left))
  const items = largestWithin(terms, labelling, most, { judgements: judgements.left, usd: dollars.left }, before)
  const whole = costAtMost(terms, labelling, most, before)
  const held = items === most ? capacity : whole.judgements > judgements.left ? judgements : dollars
  const { cap, limit, period } = held
  return {
    items,
    ...costAtMost(terms, labelling, items, before),
    before,
    reached: items < wanted ? { cap, limit, period } : null,
  }
}

async function capacityLeft(table: Pick<Table, 'get'>, labelling: Settings['labelling'], terms: Terms, date: string) {
  const limit = terms.itemsPerDay(labelling)
  const { labeller } = labelling
  const left = Number.isFinite(limit) ? Math.floor(limit - (await spent(table, itemsLedger(labeller), date))) : limit
  return { cap: capacityOf(labeller), limit, period: date, left }
}
