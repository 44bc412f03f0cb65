import type { AnsweredItem, ShownItem } from '../../services/desk/shown'
import type { Given } from '../../shared/state/desk-item'

/** An answer as it is sent. Of two answers to an item, the higher revision counts. */
export type Sent = { batch: string; item: string; revision: number; note?: string | undefined } & Given

/** The posts that an annotator has yet to answer, and those that are answered. Each step returns a new value. */
export interface DeskWork {
  /** Posts to be answered; the first is on the screen. */
  ahead: readonly ShownItem[]
  /** Posts that were answered, the latest last. */
  past: readonly AnsweredItem[]
  /** The place in `past` of the post that is shown again. */
  at?: number
}

/** How many answered posts the page keeps. */
const REMEMBERED = 50

export const NO_WORK: DeskWork = { ahead: [], past: [] }

/** The post on the screen, or nothing where all is done. */
export const current = ({ ahead, past, at }: DeskWork): ShownItem | AnsweredItem | undefined =>
  at === undefined ? ahead[0] : past[at]

export const deskPlaceOf = ({ batch, item }: Pick<ShownItem, 'batch' | 'item'>): string => `${batch}/${item}`

/** Put newly fetched posts behind those that are there. What is known, or waits to be sent, is not shown twice. */
export function add(work: DeskWork, items: readonly ShownItem[], waiting: ReadonlySet<string> = new Set()): DeskWork {
  const known = new Set([...work.ahead, ...work.past].map(deskPlaceOf))
  const fresh = items.filter((one) => !known.has(deskPlaceOf(one)) && !waiting.has(deskPlaceOf(one)))
  return fresh.length === 0 ? work : { ...work, ahead: [...work.ahead, ...fresh] }
}

/** After a long pause, keep only the posts that the desk handed out again: the others may be somebody else's by now. */
export function renew(work: DeskWork, items: readonly ShownItem[]): DeskWork {
  const handed = new Set(items.map(deskPlaceOf))
  return { ...work, ahead: work.ahead.filter((one) => handed.has(deskPlaceOf(one))) }
}

/** Put what was answered before this page was opened into the past; the latest comes first in `items`. */
export function recall(work: DeskWork, items: readonly AnsweredItem[]): DeskWork {
  const known = new Set([...work.ahead, ...work.past].map(deskPlaceOf))
  const older = items.filter((one) => !known.has(deskPlaceOf(one))).toReversed()
  return { ...work, past: [...older, ...work.past], ...(work.at === undefined ? {} : { at: work.at + older.length }) }
}

/** Answer the post on the screen and go on to the next. `sent` is the answer to send; nothing where it did not change. */
export function give(work: DeskWork, given: Given, note?: string): { work: DeskWork; sent?: Sent } {
  const { ahead, past, at } = work
  if (at === undefined) {
    const [first, ...rest] = ahead
    if (!first) return { work }
    const answered = noted({ ...first, given, revision: 1 }, note)
    return { work: { ahead: rest, past: [...past, answered].slice(-REMEMBERED) }, sent: sentOf(answered) }
  }
  const before = past[at]
  if (!before) return { work: { ahead, past } }
  const answered = noted({ ...before, given, revision: before.revision + 1 }, note)
  const isSame = JSON.stringify(before.given) === JSON.stringify(given) && before.note === answered.note
  if (isSame) return { work: { ahead, past } }
  return { work: { ahead, past: past.with(at, answered) }, sent: sentOf(answered) }
}

/** The answer with its note. A skip has none: nobody would read it. */
function noted(answered: AnsweredItem, note: string | undefined): AnsweredItem {
  const { note: _, ...rest } = answered
  return note === undefined || note === '' || 'skip' in rest.given ? rest : { ...rest, note }
}

/** Show an answered post again, by its place. */
export function lookAt({ ahead, past }: DeskWork, place: string): DeskWork {
  const at = past.findIndex((one) => deskPlaceOf(one) === place)
  return at < 0 ? { ahead, past } : { ahead, past, at }
}

/** Take over an answer that was given in another tab, unless a later one is known. */
export function hear(work: DeskWork, { batch, item, revision, note, ...given }: Sent): DeskWork {
  const place = deskPlaceOf({ batch, item })
  const before = work.past.find((one) => deskPlaceOf(one) === place)
  if (before)
    return before.revision >= revision
      ? work
      : { ...work, past: work.past.map((one) => (one === before ? noted({ ...one, given, revision }, note) : one)) }
  const shown = work.ahead.find((one) => deskPlaceOf(one) === place)
  if (!shown) return work
  return {
    ...work,
    ahead: work.ahead.filter((one) => one !== shown),
    past: [...work.past, noted({ ...shown, given, revision }, note)],
  }
}

/** Replace the answers of this page by those that the desk has. */
export function agree(work: DeskWork, items: readonly AnsweredItem[]): DeskWork {
  const told = new Map(items.map((one) => [deskPlaceOf(one), one]))
  return { ...work, past: work.past.map((one) => told.get(deskPlaceOf(one)) ?? one) }
}

/** Show the answered post before the one on the screen. */
export function back(work: DeskWork): DeskWork {
  const at = (work.at ?? work.past.length) - 1
  return at < 0 ? work : { ...work, at }
}

/** Go from an earlier answer towards the first unanswered post. */
export function forward({ ahead, past, at }: DeskWork): DeskWork {
  const next = (at ?? past.length) + 1
  return next < past.length ? { ahead, past, at: next } : { ahead, past }
}

/** Forget a post whose answer the desk refused. */
export function forget(work: DeskWork, place: string): DeskWork {
  const now = current(work)
  const past = work.past.filter((one) => deskPlaceOf(one) !== place)
  const ahead = work.ahead.filter((one) => deskPlaceOf(one) !== place)
  const at = work.at === undefined || !now ? -1 : past.findIndex((one) => deskPlaceOf(one) === deskPlaceOf(now))
  return at < 0 ? { ahead, past } : { ahead, past, at }
}

const sentOf = ({ batch, item, revision, given, note }: AnsweredItem): Sent => ({
  batch,
  item,
  revision,
  ...given,
  ...(note === undefined ? {} : { note }),
})
