import { byName } from '../../../shared/by-name'
import type { LabellerTerms, LabellingOptions } from '../../../shared/labellers'
import { judgementsAtMost, usdOf } from '../../../shared/labellers/costs'
import { type QualityRecord, type RefusedLine, type SettledLine, TEXT_CLASSIFICATION } from '../../../shared/records'
import type { Agreement } from './agreement'
import { type Consensus, consensusOf } from './consensus'
import { judgementsByItem, isForLabel, judgementRecordOf } from './judged'
import type { Answers, Judgement } from '../labellers/labeller'
import type { InputLine, PlannedItem, StoredPlan } from '../plan'
import { statusOf } from './status'

interface Settlement {
  lines: SettledLine[]
  refused: RefusedLine[]
  quality: QualityRecord
}

/** What is known besides the answers of the batch: from all batches of its schema version, including this one. */
export interface SoFar {
  batches: readonly string[]
  agreement: Agreement
  /** Each person's first judgement of an item, by item and time. */
  independent: ReadonlyMap<string, readonly Judgement[]>
  /** Objects billed in the month by other batches: the fee may depend on their number. */
  otherObjects: number
}

/**
 * One settled label for each answered item, by item id; every other item with its reason. An item that an earlier batch
 * could not decide, or left in doubt, keeps its earlier judgements. Gold and repeated items measure people and get no
 * label. Pure: depends on its arguments alone, not on the order of the answers.
 */
export function settlementOf(
  plan: StoredPlan,
  lines: readonly InputLine[],
  answers: Answers,
  { options, terms }: { options: LabellingOptions; terms: LabellerTerms<LabellingOptions> },
  { batches, agreement, independent, otherObjects }: SoFar,
): Settlement {
  const asked = new Map(lines.map((line) => [line.item, line]))
  const own = judgementsByItem(answers.judgements)
  const consolidated = new Map(answers.consolidated.map((one) => [one.item, one]))
  const unusable = new Map(answers.refused.flatMap((one) => (one.item === null ? [] : [[one.item, one]])))

  const settled = plan.items
    .filter(({ purpose }) => isForLabel(purpose) || purpose === 'relabel')
    .sort((a, b) => (a.item < b.item ? -1 : 1))
    .map((item) => {
      const weighed = isForLabel(item.purpose)
      const all = (weighed ? independent : own).get(item.item) ?? []
      // A label in doubt stays until somebody else judges the item.
      const judgements = item.purpose === 'confirm' && !all.some((one) => isOf(own, one)) ? [] : all
      const posterior = weighed ? agreement.posteriors.get(item.item) : undefined
      const ours = consensusOf(judgements, plan.categories, posterior)
      const undecided = ours.label === undefined && (ours.reason === 'unanswered' || ours.reason === 'disputed')
      // A label that Ground Truth derived from one judgement does not replace the earlier judgements.
      const theirs = item.purpose === 'confirm' ? undefined : consolidated.get(item.item)
      const consensus: Consensus = (undecided && theirs) || ours
      const { source = '', breaks } = asked.get(item.item) ?? {}
      return { item, judgements, consensus, source, breaks }
    })

  const labelled = settled.flatMap(({ item, judgements, consensus, source }) =>
    consensus.label === undefined ? [] : [lineOf(plan, terms, item, source, judgements, consensus)],
  )
  const left = settled.flatMap(({ item, judgements, consensus, source, breaks }) => {
    if (consensus.label !== undefined) return []
    const why = consensus.reason === 'unanswered' ? unusable.get(item.item) : undefined
    const { reason, found } = why ?? { reason: consensus.reason, found: '' }
    const atMost = judgementsAtMost(item.judgements)
    const again = item.purpose === 'label' && mayBeDecided(reason, judgements.length, atMost)
    const said = judgements.map(judgementRecordOf)
    const text = { source, ...(breaks && { breaks }) }
    return [{ item: item.item, reason, found, again, plan: item, ...text, judgements: said }]
  })
  const told = new Set(left.map(({ item }) => item))
  const repeated = repeatedJudges(plan, own, independent)
  const given = answers.judgements.length + (answers.setAside ?? 0)
  const { first, second } = answers.objects ?? { first: 0, second: 0 }
  const usd = (objects: number, count: number, before: number) => usdOf(terms, options, objects, count, before)
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
      ...(answers.objects ? { objects: first + second } : {}),
      // Other batches may have begun before the second job did.
      costUsd: sumOfUsd(usd(first, given, plan.before), usd(second, 0, otherObjects + first)),
      batches: [...batches],
      alpha: agreement.alpha,
      selfAgreement: agreement.selfAgreement,
      annotators: agreement.annotators,
      confused: agreement.confused,
      errors: agreement.errors,
      ...statusOf(agreement),
    },
  }
}

/** An annotator who judged an item in an earlier batch no longer judges it independently. */
function repeatedJudges(
  { items }: StoredPlan,
  own: ReadonlyMap<string, readonly Judgement[]>,
  independent: SoFar['independent'],
): { item: string; reason: string; found: string }[] {
  return items
    .filter(({ purpose }) => isForLabel(purpose))
    .flatMap(({ item }) => own.get(item) ?? [])
    .filter((one) => !isOf(independent, one))
    .map(({ item, annotator }) => ({ item, reason: 'repeated-judge', found: annotator }))
    .sort((a, b) => (a.item < b.item ? -1 : 1))
}

/** Whether the judgement is among these. */
const isOf = (judgements: ReadonlyMap<string, readonly Judgement[]>, { item, annotator, at }: Judgement): boolean =>
  judgements.get(item)?.some((one) => one.annotator === annotator && one.at === at) ?? false

/** An item that people could not decide gets no label, nor does one about which everybody was asked. */
const mayBeDecided = (reason: string, judgements: number, atMost: number): boolean =>
  reason !== 'flagged' && !(reason === 'disputed' && judgements >= atMost)

function lineOf(
  plan: StoredPlan,
  { kind }: Pick<LabellerTerms, 'kind'>,
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
    ...(item.draw && { draw: item.draw }),
    ...(item.scores && { scores: byName(plan.categories.map((name, i) => [name, item.scores?.[i] ?? 0])) }),
    label: plan.categories.indexOf(label),
    'label-metadata': {
      'class-name': label,
      confidence,
      'human-annotated': kind === 'human' ? 'yes' : 'no',
      'job-name': `labeling-job/${plan.job.toLowerCase()}`,
      'creation-date': at.replace(/Z$/, ''),
      type: TEXT_CLASSIFICATION,
      'schema-version': plan.schemaVersion,
      judgements: judgements.flatMap(({ annotator, said }) =>
        'label' in said ? [{ annotator, label: said.label }] : [],
      ),
    },
  }
}

/** Whole micro-dollars. */
const sumOfUsd = (a: number, b: number): number => Math.round((a + b) * 1e6) / 1e6

function countBy(values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const value of [...values].sort()) counts.set(value, (counts.get(value) ?? 0) + 1)
  return Object.fromEntries(counts)
}
