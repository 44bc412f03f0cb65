import type { StandingLabel } from '../../../shared/labels'
import type { Purpose } from '../../../shared/records'
import type { Settings } from '../../../shared/settings'
import { permanentRandom } from '../../../shared/text/cascade'
import type { JudgementsAsked } from '../../../shared/labellers'
import { judgementsAtMost } from '../../../shared/labellers/costs'
import { doubtfulLabels } from './doubtful'
import { batchName } from '../../../shared/batches'
import { daysBetween } from '../../../shared/utc-day'

/** An item that has a label and is shown once more: what it is for, and its label. */
export interface AskedAgain {
  purpose: Exclude<Purpose, 'label'>
  label: StandingLabel
  judgements: number
}

/** A label that is less probable is in doubt. */
const CONFIDENT_FROM = 0.7
/** Days. An annotator who gave nothing for longer is not waited for. */
const LATELY = 7

/**
 * Items that come back in a batch of `items`, and what they take of its `places` for training:
 * - gold: what the owner decided, to measure each annotator by;
 * - repeat: where all labels are one annotator's, some of theirs of earlier days;
 * - confirm: labels that are less probable than CONFIDENT_FROM by what two people or more said, in both roles; with one
 *   judgement of somebody else, weighed with theirs;
 * - relabel: labels for training that a model which did not learn from them doubts; with two judgements and a third, so
 *   that one mistake does not replace another. Never an evaluation item: to ask again only where the model disagrees
 *   would favour the model.
 * The last two share one part of the batch, at most a tenth, and never take an item of `askedBefore`. Which, is a function
 * of the batch's name and the labels so far, in any order.
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
  // What is booked for a place is what a training item can take at most.
  const placesOf = (judgements: number) => Math.ceil(judgementsAtMost(judgements) / judgementsAtMost(asked.training))

  // Nobody can be shown a text that was removed after `retention.days`.
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

/** What a single annotator labelled in batches of days before; nothing where several did. */
function repeatable(labels: readonly StandingLabel[], date: string): StandingLabel[] {
  const own = labels.filter((label) => isAsked(label) && !label.adjudicated)
  if (new Set(own.flatMap(judgesOf)).size !== 1) return []
  return own.filter(({ batch }) => batch.slice(0, 10) < date)
}

/**
 * What people judged and left in doubt, the least probable labels first, where somebody who was at work lately did not
 * judge it. Confidence 0 says that one person was asked, and nothing of the label.
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

/** What was judged twice has been asked about enough. */
async function doubted(labels: readonly StandingLabel[], { categories }: Settings['labels']): Promise<StandingLabel[]> {
  const training = new Map(labels.flatMap((label) => (label.role === 'training' ? [[label.item, label] as const] : [])))
  const doubtful = await doubtfulLabels(
    [...training.values()],
    categories.map(({ name }) => name),
  )
  return doubtful
    .map((item) => training.get(item)!)
    .filter(({ adjudicated, judgements }) => !adjudicated && judgements.length < 2)
}

/** In an order that is another for each salt. */
const shuffled = (salt: string, labels: readonly StandingLabel[]): StandingLabel[] =>
  [...labels].sort(
    (a, b) => permanentRandom(a.item, salt) - permanentRandom(b.item, salt) || (a.item < b.item ? -1 : 1),
  )
