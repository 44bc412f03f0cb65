import { byBatch, isOfADay } from '../batches'
import { type SettledLine, TEXT_CLASSIFICATION } from '../records'
import type { JudgedBy } from '../statistics/corrections'
import type { Parts } from '../statistics/design'

/** The current label of an item, with everything that any reader needs to know about the item. */
export interface StandingLabel {
  item: string
  /** Id of the post that annotators saw. */
  post: string
  /** The text that annotators saw. */
  text: string
  /** The text was removed after `retention.days`, and is empty. Absent otherwise. */
  textExpired?: true
  /** Name of the category. */
  label: string
  role: SettledLine['role']
  hashtags: readonly string[]
  /** UTC day of the post. */
  date: string
  size: number
  /** Probability of being drawn in either role; null where unknown, as for imported labels. */
  inclusionProbability: number | null
  /** The probabilities of the two draws; absent in lines of older releases. */
  draw?: Parts
  /** Probability of each category by the model that was live when the item was first seen; `keptScores` reads them. */
  scores?: Readonly<Record<string, number>>
  /** What the batch that first asked for the item settled. Absent where no batch did, as for imported labels. */
  planned?: PlannedJudgement
  /** Name of the batch whose manifest has the line. */
  batch: string
  /** When the label was given: an instant as the manifest writes it, in UTC where it has no zone. */
  at: string
  confidence: number
  /** Decided by the owner. */
  adjudicated: boolean
  /** The owner decided that no category fits; `label` is empty. Absent otherwise. */
  neither?: true
  /** Every judgement, in the names of `schemaVersion`. */
  judgements: readonly { annotator: string; label: string }[]
  /** Of the line: an earlier version than the configuration's where `labels.from` maps it. */
  schemaVersion: number
  /** `human-annotated` and `job-name` of the line. */
  humanAnnotated: string
  job: string
  /** Some lines of the item are for training and others for evaluation. Absent otherwise. */
  twoRoles?: true
}

/**
 * The label that people gave when a draw asked them, whatever was decided later: by one judgement, or by majority vote.
 */
export interface PlannedJudgement {
  label: string
  kind: 'one' | 'consensus'
  batch: string
}

/** A label as it counts in a share: its source, the batch that gave it and, unless another label replaced it, when. */
interface CountedLabel {
  label: string
  judged: JudgedBy
  batch: string
  at?: string
}

/** The label of an item that counts in a share: the owner's, or the one that annotators gave when a draw asked them. */
export function countedLabel(standing: StandingLabel | undefined): CountedLabel | undefined {
  if (!standing) return undefined
  const { adjudicated, planned, label, batch, at } = standing
  if (adjudicated) return { label, judged: 'owner', batch, at }
  if (!planned) return undefined
  return { label: planned.label, judged: planned.kind, batch: planned.batch, ...(planned.batch === batch && { at }) }
}

/** The label that a line of a batch gives its item. */
export const standingOf = (line: SettledLine, batch: string): StandingLabel => {
  const { 'label-metadata': metadata } = line
  return {
    item: line.item,
    post: line['post-id'],
    text: line.source,
    ...(line['text-expired'] && { textExpired: true }),
    label: metadata['class-name'],
    role: line.role,
    hashtags: line.hashtags,
    date: line.date,
    size: line.size,
    inclusionProbability: line['inclusion-probability'],
    ...(line.draw && { draw: line.draw }),
    ...(line.scores && { scores: line.scores }),
    ...(isOfADay(batch) && !metadata.adjudicated && { planned: plannedBy(metadata, batch) }),
    batch,
    at: metadata['creation-date'],
    confidence: metadata.confidence,
    adjudicated: metadata.adjudicated ?? false,
    ...(metadata.neither && { neither: true }),
    judgements: metadata.judgements,
    schemaVersion: metadata['schema-version'],
    humanAnnotated: metadata['human-annotated'],
    job: metadata['job-name'],
  }
}

const plannedBy = (metadata: SettledLine['label-metadata'], batch: string): PlannedJudgement => ({
  label: metadata['class-name'],
  kind: metadata.judgements.length > 1 ? 'consensus' : 'one',
  batch,
})

/**
 * The kept scores of a label in the order of the categories; undefined where there are none, or of other categories.
 */
export function keptScores({ scores }: Pick<StandingLabel, 'scores'>, labels: readonly string[]): number[] | undefined {
  if (!scores || Object.keys(scores).length !== labels.length) return undefined
  const inOrder = labels.map((label) => (Object.hasOwn(scores, label) ? scores[label] : undefined))
  return inOrder.every((score) => score !== undefined) ? inOrder : undefined
}

/** The line of a settled manifest that gives this label, for a list of categories that has its name. */
export const settledLineOf = (label: StandingLabel, categories: readonly string[]): SettledLine => ({
  source: label.text,
  item: label.item,
  'post-id': label.post,
  role: label.role,
  hashtags: [...label.hashtags],
  date: label.date,
  size: label.size,
  'inclusion-probability': label.inclusionProbability,
  ...(label.draw && { draw: label.draw }),
  ...(label.scores && { scores: { ...label.scores } }),
  ...(label.textExpired && { 'text-expired': true }),
  label: categories.indexOf(label.label),
  'label-metadata': {
    'class-name': label.label,
    confidence: label.confidence,
    'human-annotated': label.humanAnnotated,
    'job-name': label.job,
    'creation-date': label.at,
    type: TEXT_CLASSIFICATION,
    'schema-version': label.schemaVersion,
    judgements: label.judgements.map(({ annotator, label: name }) => ({ annotator, label: name })),
    ...(label.adjudicated ? { adjudicated: true } : {}),
  },
})

/**
 * Precedence of two labels of one item: the owner's decision before the annotators', then the later one, then that of
 * the later batch, then the later line. The planned judgement is that of the earlier batch, and comes with its draw and
 * scores. The order of arrival does not matter, except for lines of one batch.
 */
export function precedence(before: StandingLabel | undefined, next: StandingLabel): StandingLabel {
  if (!before) return next
  const winner = standsOver(next, before) ? next : before
  const twoRoles = before.twoRoles || next.twoRoles || before.role !== next.role
  const asked = firstAsked(before, next)
  if ((!asked || asked === winner) && (!twoRoles || winner.twoRoles)) return winner
  return { ...winner, ...(asked && designOf(asked)), ...(twoRoles ? { twoRoles } : {}) }
}

/** The label with the planned judgement of the earlier batch; of one batch the later line. */
function firstAsked(before: StandingLabel, next: StandingLabel): StandingLabel | undefined {
  if (!before.planned || !next.planned) return before.planned ? before : next.planned && next
  return byBatch(next.planned.batch, before.planned.batch) <= 0 ? next : before
}

const designOf = ({ inclusionProbability, draw, scores, planned }: StandingLabel): Partial<StandingLabel> => ({
  inclusionProbability,
  ...(draw && { draw }),
  ...(scores && { scores }),
  ...(planned && { planned }),
})

function standsOver(next: StandingLabel, before: StandingLabel): boolean {
  if (next.adjudicated !== before.adjudicated) return next.adjudicated
  const later = instantOf(next.at) - instantOf(before.at)
  return later === 0 ? byBatch(next.batch, before.batch) >= 0 : later > 0
}

/** Milliseconds since 1970. A time without a zone is UTC; an invalid time counts as the beginning of its day. */
function instantOf(at: string): number {
  const day = at.slice(0, 10)
  const ms = Date.parse(at === day || /(?:z|[+-]\d\d:?\d\d)$/i.test(at.slice(10)) ? at : `${at}Z`)
  return Number.isNaN(ms) ? Date.parse(day) : ms
}
