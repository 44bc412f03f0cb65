import type { Purpose, SettledLine } from '../../../shared/records'
import type { Settings } from '../../../shared/settings'
import { permanentRandom } from '../../../shared/text/cascade'
import type { JudgementsAsked } from '../../../shared/labellers'
import { judgementsAtMost } from '../../../shared/labellers/costs'
import { doubtfulLabels } from './doubtful'
import { batchName } from '../../../shared/batches'

/** An item that has a label and is shown once more: what it is for, and where its label stands. */
export interface AskedAgain {
  purpose: Exclude<Purpose, 'label'>
  line: SettledLine
  judgements: number
}

/** A label that is less probable is in doubt. */
const CONFIDENT_FROM = 0.7
/** Days. An annotator who gave nothing for longer is not waited for. */
const LATELY = 7

type Given = ReadonlyMap<string, { batch: string; line: SettledLine }>

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
export function itemsToAskAgain(
  given: Given,
  { batch, date }: { batch: string; date: string },
  { labelling, labels, asked }: Pick<Settings, 'labelling' | 'labels'> & { asked: JudgementsAsked },
  items: number,
  places: number,
  askedBefore: ReadonlySet<string> = new Set(),
): { again: AskedAgain[]; taken: number } {
  const once = asked.measuring
  const twice = asked.evaluation
  // What is booked for a place is what a training item can take at most.
  const placesOf = (judgements: number) => Math.ceil(judgementsAtMost(judgements) / judgementsAtMost(asked.training))

  const lines = [...given.values()]
  const again: AskedAgain[] = []
  const seen = new Set<string>()
  let taken = 0
  const take = (purpose: AskedAgain['purpose'], candidates: SettledLine[], share: number, judgements: number): void => {
    let left = Math.round(share / placesOf(judgements))
    for (const line of candidates) {
      if (left === 0 || taken + placesOf(judgements) > places / 2) break
      if (seen.has(line.item)) continue
      seen.add(line.item)
      again.push({ purpose, line, judgements })
      taken += placesOf(judgements)
      left--
    }
  }
  take('gold', shuffled(batch, goldOf(lines)), labelling.goldShare * items, once)
  take('repeat', shuffled(batch, repeatable(lines, date)), labelling.repeatShare * items, once)
  const before = taken
  const share = labelling.relabelShare * items
  const isNew = ({ item }: SettledLine): boolean => !askedBefore.has(item)
  take('confirm', inDoubt(lines, date).filter(isNew), share, once)
  take('relabel', doubted(lines, labels).filter(isNew), share - (taken - before), twice)
  return { again, taken }
}

const goldOf = (lines: readonly { line: SettledLine }[]): SettledLine[] =>
  lines.flatMap(({ line }) => (line['label-metadata'].adjudicated ? [line] : []))

/** What a single annotator labelled in batches of days before; nothing where several did. */
function repeatable(lines: readonly { batch: string; line: SettledLine }[], date: string): SettledLine[] {
  const own = lines.filter(
    ({ batch, line }) => batchName.safeParse(batch).success && !line['label-metadata'].adjudicated,
  )
  const names = new Set(own.flatMap(({ line }) => line['label-metadata'].judgements.map(({ annotator }) => annotator)))
  if (names.size !== 1) return []
  return own.flatMap(({ batch, line }) => (batch.slice(0, 10) < date ? [line] : []))
}

/**
 * What people judged and left in doubt, the least probable labels first, where somebody who was at work lately did not
 * judge it. Confidence 0 says that one person was asked, and nothing of the label.
 */
function inDoubt(lines: readonly { batch: string; line: SettledLine }[], date: string): SettledLine[] {
  const own = lines.filter(({ batch }) => batchName.safeParse(batch).success).map(({ line }) => line)
  const judgesOf = ({ 'label-metadata': { judgements } }: SettledLine) => judgements.map(({ annotator }) => annotator)
  const lately = new Set(own.filter((line) => daysBetween(labelledOn(line), date) <= LATELY).flatMap(judgesOf))
  return own
    .filter(({ 'label-metadata': { adjudicated, confidence, judgements } }) => {
      return !adjudicated && judgements.length > 1 && confidence < CONFIDENT_FROM
    })
    .filter((line) => [...lately].some((name) => !judgesOf(line).includes(name)))
    .sort((a, b) => confidenceOf(a) - confidenceOf(b) || (a.item < b.item ? -1 : 1))
}

const confidenceOf = ({ 'label-metadata': { confidence } }: SettledLine): number => confidence
const labelledOn = (line: SettledLine): string => line['label-metadata']['creation-date'].slice(0, 10)
const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000

/** What was judged twice has been asked about enough. */
function doubted(lines: readonly { line: SettledLine }[], { categories }: Settings['labels']): SettledLine[] {
  const training = new Map(lines.flatMap(({ line }) => (line.role === 'training' ? [[line.item, line] as const] : [])))
  const doubtful = doubtfulLabels(
    [...training.values()].map((line) => ({
      item: line.item,
      label: line['label-metadata']['class-name'],
      text: line.source,
    })),
    categories.map(({ name }) => name),
  )
  return doubtful
    .map((item) => training.get(item)!)
    .filter(({ 'label-metadata': { adjudicated, judgements } }) => !adjudicated && judgements.length < 2)
}

/** In an order that is another for each batch. */
const shuffled = (batch: string, lines: readonly SettledLine[]): SettledLine[] =>
  [...lines].sort(
    (a, b) => permanentRandom(a.item, batch) - permanentRandom(b.item, batch) || (a.item < b.item ? -1 : 1),
  )
