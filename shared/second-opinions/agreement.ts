import type { AgreementRecord, ConfusionRecord } from '../records'
import type { JudgementErrors } from '../statistics/judgement-errors'
import { wilson } from '../statistics/wilson'

/** A labelled post: the places of what people said, and of what a second predictor said, if it did. */
export interface HeardItem {
  label: number
  opinion: number | undefined
}

/** Of the pairs of labels that it takes for each other so many are named. */
const MOST_CONFUSED = 3
/** Fewer posts that two people judged say too little of how far people agree. */
const LEAST_PAIRS = 30

/** Of the posts that it answered, the part of which it says what people said; nothing of no answers. */
export function agreementIn(window: readonly HeardItem[]): AgreementRecord | null {
  const answered = window.filter(({ opinion }) => opinion !== undefined)
  return agreementOf(answered.filter(({ label, opinion }) => label === opinion).length, answered.length)
}

/** The part of posts that two people judge alike; nothing where too few were judged twice. */
export const agreementOfPeople = ({
  source,
  items,
  differing,
}: Pick<JudgementErrors, 'source' | 'items' | 'differing'>): AgreementRecord | null =>
  source === 'pairs' && items >= LEAST_PAIRS ? agreementOf(items - differing, items) : null

function agreementOf(agreeing: number, items: number): AgreementRecord | null {
  if (items === 0) return null
  const share = agreeing / items
  return { items, share, ...wilson(share, items) }
}

/** Which labels it says where people said another, the most frequent first. */
export function confusedIn(window: readonly HeardItem[], labels: readonly string[]): ConfusionRecord[] {
  const pairs = labels.flatMap((label, truth) => {
    const own = window.filter((one) => one.label === truth && one.opinion !== undefined)
    return labels.flatMap((said, place) => {
      const items = own.filter(({ opinion }) => opinion === place).length
      return place === truth || items === 0 ? [] : [{ label, said, items, of: own.length }]
    })
  })
  return pairs.sort((a, b) => b.items - a.items || a.of - b.of).slice(0, MOST_CONFUSED)
}
