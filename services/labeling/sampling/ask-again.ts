import type { StandingLabel } from '../../../shared/labels'
import type { Purpose } from '../../../shared/records'
import type { Settings } from '../../../shared/settings'
import { permanentRandom } from '../../../shared/text/cascade'
import type { JudgementsAsked } from '../../../shared/labellers'
import { judgementsAtMost } from '../../../shared/labellers/costs'
import { doubtfulLabels } from './doubtful'
import { batchName } from '../../../shared/batches'
import { daysBetween } from '../../../shared/utc-day'

/** A labelled item that is shown once more: the purpose, and its label. */
export interface AskedAgain {
  purpose: Exclude<Purpose, 'label'>
  label: StandingLabel
  judgements: number
}

/** A less probable label is in doubt. */
const CONFIDENT_FROM = 0.7
/** Days. The batch does not wait for an annotator without a judgement for longer than this. */
const LATELY = 7

/**
 * Items that are shown again in a batch of `items`, and how many of its `places` for training they take:
 *
 * - gold: items that the owner decided, to measure each annotator;
 * - repeat: where all labels are one annotator's, some of theirs of earlier days;
 * - confirm: labels whose probability by two or more people is below CONFIDENT_FROM, in both roles; one judgement of
 *   somebody else is weighed with theirs;
 * - relabel: training labels that a model which did not learn from them doubts; two judgements and a third, so that one
 *   mistake does not replace another. Never an evaluation item: asking again only where the model disagrees would favour
 *   the model.
 *
 * The last two share one part of the batch, at most a tenth, and never take an item of `askedBefore`. The choice depends
 * only on the batch's name and the labels so far, in any order.
 */
export async function itemsToAskAgain(
  given: ReadonlyMap<string, StandingLabel>,
  { batch, date }: { batch: string; date: string },
  { labelling, labels, asked }: Pick<Settings, 'labelling' | 'labels'> & { asked: JudgementsAsked },
  items: number,
  places: number,
  askedBefore: ReadonlySet<string> = new Set(),
): Promise<{ again: AskedAgain[]; taken: number }> {
  const once = asked.measuring
  const twice = asked.evaluation
  // A place is booked at the most that a training item can cost.
  const placesOf = (judgements: number) => Math.ceil(judgementsAtMost(judgements) / judgementsAtMost(asked.training))

  // A text that was removed after `retention.days` cannot be shown.
  const all = [...given.values()].filter(({ textExpired }) => !textExpired)
  const again: AskedAgain[] = []
  const seen = new Set<string>()
  let taken = 0
  const take = (
    purpose: AskedAgain['purpose'],
    candidates: readonly StandingLabel[],
    share: number,
    judgements: number,
  ): void => {
    let left = Math.round(share / placesOf(judgements))
    for (const label of candidates) {
      if (left === 0 || taken + placesOf(judgements) > places / 2) break
      if (seen.has(label.item)) continue
      seen.add(label.item)
      again.push({ purpose, label, judgements })
      taken += placesOf(judgements)
      left--
    }
  }
  const gold = all.filter(({ adjudicated }) => adjudicated)
  take('gold', shuffled(batch + labelling.salt, gold), labelling.goldShare * items, once)
  take('repeat', shuffled(batch + labelling.salt, repeatable(all, date)), labelling.repeatShare * items, once)
  const before = taken
  const share = labelling.relabelShare * items
  const isNew = ({ item }: StandingLabel): boolean => !askedBefore.has(item)
  take('confirm', inDoubt(all, date).filter(isNew), share, once)
  take('relabel', (await doubted(all, labels)).filter(isNew), share - (taken - before), twice)
  return { again, taken }
}

const isAsked = ({ batch }: StandingLabel): boolean => batchName.safeParse(batch).success
const judgesOf = ({ judgements }: StandingLabel): string[] => judgements.map(({ annotator }) => annotator)

/** What a single annotator labelled in batches of earlier days; empty where several did. */
function repeatable(labels: readonly StandingLabel[], date: string): StandingLabel[] {
  const own = labels.filter((label) => isAsked(label) && !label.adjudicated)
  if (new Set(own.flatMap(judgesOf)).size !== 1) return []
  return own.filter(({ batch }) => batch.slice(0, 10) < date)
}

/**
 * Items that people judged and left in doubt, the least probable labels first, where an active annotator did not judge
 * it yet. Confidence 0 means that one person was asked, and says nothing about the label.
 */
function inDoubt(labels: readonly StandingLabel[], date: string): StandingLabel[] {
  const own = labels.filter(isAsked)
  const lately = new Set(own.filter(({ at }) => daysBetween(at.slice(0, 10), date) <= LATELY).flatMap(judgesOf))
  return own
    .filter(
      ({ adjudicated, confidence, judgements }) => !adjudicated && judgements.length > 1 && confidence < CONFIDENT_FROM,
    )
    .filter((label) => [...lately].some((name) => !judgesOf(label).includes(name)))
    .sort((a, b) => a.confidence - b.confidence || (a.item < b.item ? -1 : 1))
}

/** An item that was judged twice has been asked about enough. */
async function doubted(labels: readonly StandingLabel[], { categories }: Settings['labels']): Promise<StandingLabel[]> {
  const training = new Map(labels.flatMap((label) => (label.role === 'training' ? [[label.item, label] as const] : [])))
  const doubtful = await doubtfulLabels(
    [...training.values()],
    categories.map(({ name }) => name),
  )
  return doubtful
    .map((item) => {
      const label = training.get(item)
      if (!label) throw new Error(`doubtful label of ${item}: it is not among the training labels`)
      return label
    })
    .filter(({ adjudicated, judgements }) => !adjudicated && judgements.length < 2)
}

/** In an order that depends on the salt. */
const shuffled = (salt: string, labels: readonly StandingLabel[]): StandingLabel[] =>
  [...labels].sort(
    (a, b) => permanentRandom(a.item, salt) - permanentRandom(b.item, salt) || (a.item < b.item ? -1 : 1),
  )
