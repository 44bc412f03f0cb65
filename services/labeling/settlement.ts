import type { QualityRecord, SettledLine } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { type Consensus, consensusOf } from './consensus'
import { agreementOf } from './agreement'
import { judgementsAtMost, usdOf } from './costs'
import type { Answers, Judgement } from './labeller'
import type { InputLine, PlannedItem, RefusedLine, StoredPlan } from './plan'

export interface Settlement {
  lines: SettledLine[]
  refused: RefusedLine[]
  quality: QualityRecord
}

/**
 * One settled label for each item that was answered, by item id; every other item with its reason. A function of the
 * plan and the answers alone, in any order of theirs.
 */
export function settlementOf(
  plan: StoredPlan,
  lines: readonly InputLine[],
  answers: Answers,
  labelling: Settings['labelling'],
): Settlement {
  const sources = new Map(lines.map((line) => [line.item, line.source]))
  const byItem = new Map<string, Judgement[]>()
  for (const judgement of [...answers.judgements].sort(byTime)) {
    byItem.set(judgement.item, [...(byItem.get(judgement.item) ?? []), judgement])
  }
  const consolidated = new Map(answers.consolidated.map((one) => [one.item, one]))
  const unusable = new Map(answers.refused.flatMap((one) => (one.item === null ? [] : [[one.item, one]])))

  const settled = [...plan.items]
    .sort((a, b) => (a.item < b.item ? -1 : 1))
    .map((item) => {
      const judgements = byItem.get(item.item) ?? []
      const ours = consensusOf(judgements, plan.categories)
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
    const again = mayBeDecided(reason, judgements.length, judgementsAtMost(item.judgements, plan.labeller))
    const heard = judgements.map(({ annotator, said, at }) => ({ annotator, said, at }))
    return [{ item: item.item, reason, found, again, plan: item, source, judgements: heard }]
  })
  const told = new Set(left.map(({ item }) => item))
  const given = answers.judgements.length
  return {
    lines: labelled,
    refused: [...left, ...answers.refused.filter(({ item }) => item === null || !told.has(item))],
    quality: {
      batch: plan.batch,
      date: plan.date,
      schemaVersion: plan.schemaVersion,
      categories: plan.categories,
      items: plan.items.length,
      labelled: labelled.length,
      failed: countBy(left.map(({ reason }) => reason)),
      refused: countBy(answers.refused.map(({ reason }) => reason)),
      judgements: given,
      costUsd: usdOf({ ...labelling, labeller: plan.labeller }, plan.items.length, given, plan.before),
      batches: [plan.batch],
      alpha: agreementOf([...byItem.values()]),
      selfAgreement: null,
      annotators: {},
      confused: [],
      status: 'unmeasured',
      reasons: ['agreement is not measured yet'],
    },
  }
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

const byTime = (a: Judgement, b: Judgement): number =>
  a.at === b.at ? (a.annotator < b.annotator ? -1 : 1) : a.at < b.at ? -1 : 1

function countBy(values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const value of [...values].sort()) counts.set(value, (counts.get(value) ?? 0) + 1)
  return Object.fromEntries(counts)
}
