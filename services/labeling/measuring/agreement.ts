import type { JudgementErrorsRecord, JudgementsRecord, QualityRecord } from '../../../shared/records'
import { alphaWithInterval } from '../../../shared/statistics/alpha'
import { balancedAccuracy } from '../../../shared/statistics/balanced-accuracy'
import { type DawidSkene, dawidSkene, type Vote } from '../../../shared/statistics/dawid-skene'
import { type AssumedRate, judgementErrors } from '../../../shared/statistics/judgement-errors'
import { square } from '../../../shared/statistics/matrix'
import { type PairCounts, pairCounts } from '../../../shared/statistics/pair-counts'
import { independentJudgements } from './judged'
import type { Judgement } from '../labellers/labeller'

/** What the judgements so far say about the people who gave them. */
export interface Agreement extends Pick<QualityRecord, 'alpha' | 'selfAgreement' | 'annotators' | 'confused'> {
  /** Two independent judgements of each item that has them, by item. */
  pairs: [Judgement, Judgement][]
  /** How probable each category is, by item, where two people or more gave it a label. */
  posteriors: ReadonlyMap<string, readonly number[]>
  /** How often a judgement is wrong. */
  errors: JudgementErrorsRecord
}

/**
 * How far annotators agree beyond chance, from the first two independent judgements of each item alone. Third
 * judgements exist only where two disagree and would count the disagreement twice; gold and repeats were not drawn.
 * Each annotator's confusion is measured against the consensus of items that others judged too. `known` are the labels
 * of gold items; `assumed` is the error rate while nothing measures it. Independent of the order of records and of the
 * names of annotators and labels.
 */
export function agreementOf(
  records: readonly JudgementsRecord[],
  categories: readonly string[],
  known: ReadonlyMap<string, string> = new Map(),
  assumed?: AssumedRate,
): Agreement {
  const byItem = [...independentJudgements(records)].sort(([a], [b]) => (a < b ? -1 : 1))
  const pairs = byItem.flatMap(([, [first, second]]): [Judgement, Judgement][] =>
    first && second ? [[first, second]] : [],
  )
  const votes = byItem.flatMap(([, judgements]) => votesOf(judgements, categories))
  const consensus = dawidSkene(votes, categories.length)
  const confusions = confusionsOf(votes, consensus, categories.length)
  const counts = countsOf(records, byItem, categories, known)
  return {
    pairs,
    posteriors: consensus.posteriors,
    alpha: alphaWithInterval(pairs.map((pair) => pair.map(({ said }) => JSON.stringify(said)))),
    selfAgreement: selfAgreementOf(records),
    annotators: annotatorsOf(records, confusions, categories, known),
    confused: confusedOf(pairs),
    errors: { ...judgementErrors(counts, assumed), counts },
  }
}

/** What measures the error rate: double judgements, third judgements, hidden checks, and repeats of one annotator. */
function countsOf(
  records: readonly JudgementsRecord[],
  byItem: readonly (readonly [string, readonly Judgement[]])[],
  categories: readonly string[],
  known: ReadonlyMap<string, string>,
): PairCounts {
  const placeOf = ({ said }: Pick<Judgement, 'said'>) => ('label' in said ? categories.indexOf(said.label) : -1)
  const gold = noConfusion(categories.length)
  for (const judgement of judgementsIn(records)) {
    const label = known.get(judgement.item)
    if (judgement.purpose !== 'gold' || label === undefined) continue
    const [truth, said] = [categories.indexOf(label), placeOf(judgement)]
    // oxlint-disable-next-line typescript/no-non-null-assertion -- both are places of categories, and `gold` is square over these
    if (truth >= 0 && said >= 0) gold[truth]![said]! += 1
  }
  const repeats = repeatsIn(records)
    .map((pair) => pair.map(placeOf))
    .filter((pair) => pair.every((place) => place >= 0))
  return pairCounts(
    categories.length,
    byItem.map(([, judgements]) => judgements.map(placeOf)),
    { gold, repeats: { items: repeats.length, differing: repeats.filter(([a, b]) => a !== b).length } },
  )
}

/** Labels of the items to which two people or more gave a category; with one person there is nothing to compare. */
function votesOf(judgements: readonly Judgement[], categories: readonly string[]): Vote[] {
  const votes = judgements.flatMap(({ item, annotator, said }) => {
    const label = 'label' in said ? categories.indexOf(said.label) : -1
    return label === -1 ? [] : [{ item, annotator, label }]
  })
  return votes.length > 1 ? votes : []
}

type Confusion = number[][]

const noConfusion = (labels: number): Confusion => square(labels, () => 0)

/** For each annotator: a confusion matrix of consensus labels and given labels. */
function confusionsOf(votes: readonly Vote[], { posteriors }: DawidSkene, labels: number): Map<string, Confusion> {
  const confusions = new Map<string, Confusion>()
  for (const { item, annotator, label } of votes) {
    const rows = confusions.get(annotator) ?? noConfusion(labels)
    // oxlint-disable-next-line typescript/no-non-null-assertion -- both are places of labels, and `rows` is square over these
    for (const [truth, p] of (posteriors.get(item) ?? []).entries()) rows[truth]![label]! += p
    confusions.set(annotator, rows)
  }
  return confusions
}

function annotatorsOf(
  records: readonly JudgementsRecord[],
  confusions: ReadonlyMap<string, Confusion>,
  categories: readonly string[],
  known: ReadonlyMap<string, string>,
): QualityRecord['annotators'] {
  const all = judgementsIn(records)
  const repeats = repeatsIn(records)
  const names = [...new Set(all.map(({ annotator }) => annotator))].sort()
  return Object.fromEntries(
    names.map((name) => {
      const own = all.filter(({ annotator }) => annotator === name)
      const gold = own.filter(({ item, purpose }) => purpose === 'gold' && known.has(item))
      const again = repeats.filter(([first]) => first.annotator === name)
      const confusion = confusions.get(name) ?? noConfusion(categories.length)
      return [
        name,
        {
          judgements: own.length,
          reliability: rounded(balancedAccuracy(confusion)?.share ?? null),
          confusion: confusion.map((row) => row.map((count) => rounded(count) ?? 0)),
          gold: { items: gold.length, right: gold.filter(({ item, said }) => textOf(said) === known.get(item)).length },
          repeats: { items: again.length, same: again.filter(([a, b]) => textOf(a.said) === textOf(b.said)).length },
        },
      ]
    }),
  )
}

/** Of one annotator with itself: the first judgement, and the one when the item was shown again. */
function selfAgreementOf(records: readonly JudgementsRecord[]): QualityRecord['selfAgreement'] {
  const repeats = repeatsIn(records)
  return repeats.length === 0 ? null : alphaWithInterval(repeats.map((pair) => pair.map(({ said }) => textOf(said))))
}

/** Judgements of repeated items, each with the first judgement of the same annotator; by item. */
function repeatsIn(records: readonly JudgementsRecord[]): [Judgement, Judgement][] {
  const all = judgementsIn(records)
  const firsts = new Map<string, Judgement>()
  for (const judgement of all) {
    if (judgement.purpose === 'repeat') continue
    const key = keyOf(judgement)
    const before = firsts.get(key)
    if (!before || judgement.at < before.at) firsts.set(key, judgement)
  }
  return all
    .flatMap((judgement): [Judgement, Judgement][] => {
      const first = judgement.purpose === 'repeat' ? firsts.get(keyOf(judgement)) : undefined
      return first ? [[first, judgement]] : []
    })
    .sort(([, a], [, b]) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : a.at < b.at ? -1 : 1))
}

const keyOf = ({ item, annotator }: Judgement): string => `${item}\n${annotator}`

const judgementsIn = (records: readonly JudgementsRecord[]) =>
  records.flatMap(({ items }) =>
    items.flatMap(({ item, purpose, judgements }) => judgements.map((judgement) => ({ item, purpose, ...judgement }))),
  )

/** Pairs of answers that two judges of one item gave, the most frequent first. */
function confusedOf(pairs: readonly (readonly [Judgement, Judgement])[]): QualityRecord['confused'] {
  const counts = new Map<string, { labels: [string, string]; items: number }>()
  const involving = (label: string) => pairs.filter((pair) => pair.some(({ said }) => textOf(said) === label))
  for (const [first, second] of pairs) {
    const [a, b] = [textOf(first.said), textOf(second.said)].sort() as [string, string]
    if (a === b) continue
    const key = JSON.stringify([a, b])
    const count = counts.get(key) ?? { labels: [a, b], items: 0 }
    counts.set(key, { ...count, items: count.items + 1 })
  }
  return [...counts.values()]
    .map(({ labels, items }) => ({
      labels,
      items,
      of: new Set([...involving(labels[0]), ...involving(labels[1])]).size,
    }))
    .sort((a, b) => b.items - a.items || (a.labels.join('\n') < b.labels.join('\n') ? -1 : 1))
}

/** A label by its name, a flag by its own name. */
export const textOf = (said: Judgement['said']): string => ('label' in said ? said.label : `flag: ${said.flag}`)

/** Enough digits to read, and the same on every machine. */
const rounded = (number: number | null): number | null => (number === null ? null : Math.round(number * 1e4) / 1e4)
