import type { AgreementRecord, ConfusionRecord } from '../records'
import type { JudgementErrors } from '../statistics/judgement-errors'
import { wilson } from '../statistics/wilson'

/** A labelled post: indices of the label that people gave and of the second predictor's label, if any. */
export interface HeardItem {
  label: number
  opinion: number | undefined
}

/** How many of the most confused pairs of labels are reported. */
const MOST_CONFUSED = 3
/** With fewer posts that two people judged, people's agreement is not reported. */
const LEAST_PAIRS = 30

/** The fraction of its answers that agree with people's labels; undefined without answers. */
export function agreementIn(window: readonly HeardItem[]): AgreementRecord | null {
  const answered = window.filter(({ opinion }) => opinion !== undefined)
  return agreementOf(answered.filter(({ label, opinion }) => label === opinion).length, answered.length)
}

/** The fraction of posts that two people judge alike; undefined if too few were judged twice. */
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

/** Its labels where people gave another label, the most frequent pairs first. */
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
