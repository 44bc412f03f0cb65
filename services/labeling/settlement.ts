import type { QualityRecord, SettledLine } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import type { Agreement } from './agreement'
import { type Consensus, consensusOf } from './consensus'
import { judgementsAtMost, usdOf } from './costs'
import { inOrder } from './judged'
import type { Answers, Judgement } from './labeller'
import type { InputLine, PlannedItem, RefusedLine, StoredPlan } from './plan'
import { statusOf } from './status'

export interface Settlement {
  lines: SettledLine[]
  refused: RefusedLine[]
  quality: QualityRecord
}

/** What is known beside the answers of the batch: from all batches of its schema version, with this one. */
export interface SoFar {
  batches: readonly string[]
  agreement: Agreement
  /** What each person said of an item first, by item and time. */
  independent: ReadonlyMap<string, readonly Judgement[]>
}

/**
 * One settled label for each item that was answered, by item id; every other item with its reason. An item that an
 * earlier batch could not decide keeps what was said of it there. Gold and repeated items measure people and get no
 * label. A function of what it is given alone, in any order of the answers.
 */
export function settlementOf(
  plan: StoredPlan,
  lines: readonly InputLine[],
  answers: Answers,
  labelling: Settings['labelling'],
  { batches, agreement, independent }: SoFar,
): Settlement {
  const sources = new Map(lines.map((line) => [line.item, line.source]))
  const own = inOrder(answers.judgements)
  const consolidated = new Map(answers.consolidated.map((one) => [one.item, one]))
  const unusable = new Map(answers.refused.flatMap((one) => (one.item === null ? [] : [[one.item, one]])))

  const settled = plan.items
    .filter(({ purpose }) => purpose === 'label' || purpose === 'relabel')
    .sort((a, b) => (a.item < b.item ? -1 : 1))
    .map((item) => {
      const first = item.purpose === 'label'
      const judgements = (first ? independent : own).get(item.item) ?? []
      const posterior = first ? agreement.posteriors.get(item.item) : undefined
      const ours = consensusOf(judgements, plan.categories, posterior)
      const undecided = ours.label === undefined && (ours.reason === 'unanswered' || ours.reason === 'disputed')
      const consensus: Consensus = (undecided && consolidated.get(item.item)) || ours
      return { item, judgements, consensus, source: sources.get(item.item) ?? '' }
    })

  const labelled = settled.flatMap(({ item, judgements, consensus, source }) =>
    consensus.label === undefined ? [] : [lineOf(plan, item, source, judgements, consensus)],
  )
  const left = settled.flatMap(({ item, judgements, consensus, source }) => {
    if (consensus.label !== undefined) return []
    const why = consensus.reason === 'unanswered' ? unusable.get(item.item) : undefined
    const { reason, found } = why ?? { reason: consensus.reason, found: '' }
    const atMost = judgementsAtMost(item.judgements)
    const again = item.purpose === 'label' && mayBeDecided(reason, judgements.length, atMost)
    const said = judgements.map(({ annotator, said: answer, at }) => ({ annotator, said: answer, at }))
    return [{ item: item.item, reason, found, again, plan: item, source, judgements: said }]
  })
  const told = new Set(left.map(({ item }) => item))
  const repeated = repeatedJudges(plan, own, independent)
  const given = answers.judgements.length
  return {
    lines: labelled,
    refused: [...left, ...repeated, ...answers.refused.filter(({ item }) => item === null || !told.has(item))],
    quality: {
      batch: plan.batch,
      date: plan.date,
      schemaVersion: plan.schemaVersion,
      categories: plan.categories,
      items: plan.items.length,
      labelled: labelled.length,
      failed: countBy(left.map(({ reason }) => reason)),
      refused: countBy([...repeated, ...answers.refused].map(({ reason }) => reason)),
      judgements: given,
      costUsd: usdOf(
        { ...labelling, labeller: plan.labeller },
        plan.items.length + (answers.thirds ?? 0),
        given,
        plan.before,
      ),
      batches: [...batches],
      alpha: agreement.alpha,
      selfAgreement: agreement.selfAgreement,
      annotators: agreement.annotators,
      confused: agreement.confused,
      ...statusOf(agreement, labelling.minimumAlpha),
    },
  }
}

/** Who judged an item in an earlier batch says nothing independent of it now. */
function repeatedJudges(
  { items }: StoredPlan,
  own: ReadonlyMap<string, readonly Judgement[]>,
  independent: SoFar['independent'],
): { item: string; reason: string; found: string }[] {
  return items
    .filter(({ purpose }) => purpose === 'label')
    .flatMap(({ item }) => own.get(item) ?? [])
    .filter(
      ({ item, annotator, at }) => !independent.get(item)?.some((one) => one.annotator === annotator && one.at === at),
    )
    .map(({ item, annotator }) => ({ item, reason: 'repeated-judge', found: annotator }))
    .sort((a, b) => (a.item < b.item ? -1 : 1))
}

/** Not what people said can have no label, nor what all who may be asked were asked about. */
const mayBeDecided = (reason: string, judgements: number, atMost: number): boolean =>
  reason !== 'flagged' && !(reason === 'disputed' && judgements >= atMost)

function lineOf(
  plan: StoredPlan,
  item: PlannedItem,
  source: string,
  judgements: readonly Judgement[],
  { label, confidence, at }: { label: string; confidence: number; at: string },
): SettledLine {
  return {
    source,
    item: item.item,
    'post-id': item.post,
    role: item.role,
    hashtags: item.hashtags,
    date: item.date,
    size: item.size,
    'inclusion-probability': item.inclusionProbability,
    label: plan.categories.indexOf(label),
    'label-metadata': {
      'class-name': label,
      confidence,
      'human-annotated': 'yes',
      'job-name': `labeling-job/${plan.job.toLowerCase()}`,
      'creation-date': at.replace(/Z$/, ''),
      type: 'groundtruth/text-classification',
      'schema-version': plan.schemaVersion,
      judgements: judgements.flatMap(({ annotator, said }) =>
        'label' in said ? [{ annotator, label: said.label }] : [],
      ),
    },
  }
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const value of [...values].sort()) counts.set(value, (counts.get(value) ?? 0) + 1)
  return Object.fromEntries(counts)
}
