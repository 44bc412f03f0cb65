import { byBatch } from '../batches'
import type { SettledLine } from '../records'

/** The label that stands for an item, with all that any reader needs to know about the item. */
export interface StandingLabel {
  item: string
  /** Id of the post that annotators saw. */
  post: string
  /** The text that annotators saw. */
  text: string
  /** Name of the category. */
  label: string
  role: SettledLine['role']
  hashtags: readonly string[]
  /** UTC day of the post. */
  date: string
  size: number
  inclusionProbability: number | null
  /** Name of the batch whose manifest has the line. */
  batch: string
  /** When the label was given: an instant as the manifest writes it, in UTC where it names no zone. */
  at: string
  confidence: number
  /** Decided by the owner. */
  adjudicated: boolean
  /** What each judge said, in the names of `schemaVersion`. */
  judgements: readonly { annotator: string; label: string }[]
  /** Of the line: an earlier version than the configuration's where `labels.from` maps it. */
  schemaVersion: number
  /** `human-annotated` and `job-name` of the line. */
  humanAnnotated: string
  job: string
  /** Some lines of the item are for training and others for evaluation. Absent otherwise. */
  twoRoles?: true
}

/** The label that a line of a batch gives its item. */
export const standingOf = (line: SettledLine, batch: string): StandingLabel => {
  const { 'label-metadata': metadata } = line
  return {
    item: line.item,
    post: line['post-id'],
    text: line.source,
    label: metadata['class-name'],
    role: line.role,
    hashtags: line.hashtags,
    date: line.date,
    size: line.size,
    inclusionProbability: line['inclusion-probability'],
    batch,
    at: metadata['creation-date'],
    confidence: metadata.confidence,
    adjudicated: metadata.adjudicated ?? false,
    judgements: metadata.judgements,
    schemaVersion: metadata['schema-version'],
    humanAnnotated: metadata['human-annotated'],
    job: metadata['job-name'],
  }
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
  label: categories.indexOf(label.label),
  'label-metadata': {
    'class-name': label.label,
    confidence: label.confidence,
    'human-annotated': label.humanAnnotated,
    'job-name': label.job,
    'creation-date': label.at,
    type: 'groundtruth/text-classification',
    'schema-version': label.schemaVersion,
    judgements: label.judgements.map(({ annotator, label: name }) => ({ annotator, label: name })),
    ...(label.adjudicated ? { adjudicated: true } : {}),
  },
})

/**
 * Which of two labels of one item stands: the owner's decision over what annotators said, then the later one, then that
 * of the later batch, then the later line. The order in which labels arrive does not matter, except of lines of one batch.
 */
export function precedence(before: StandingLabel | undefined, next: StandingLabel): StandingLabel {
  if (!before) return next
  const winner = standsOver(next, before) ? next : before
  const twoRoles = before.twoRoles || next.twoRoles || before.role !== next.role
  return twoRoles && !winner.twoRoles ? { ...winner, twoRoles: true } : winner
}

function standsOver(next: StandingLabel, before: StandingLabel): boolean {
  if (next.adjudicated !== before.adjudicated) return next.adjudicated
  const later = instantOf(next.at) - instantOf(before.at)
  return later === 0 ? byBatch(next.batch, before.batch) >= 0 : later > 0
}

/** Milliseconds since 1970. A time without a zone is UTC; one that is no time counts as the beginning of its day. */
function instantOf(at: string): number {
  const day = at.slice(0, 10)
  const ms = Date.parse(at === day || /(?:z|[+-]\d\d:?\d\d)$/i.test(at.slice(10)) ? at : `${at}Z`)
  return Number.isNaN(ms) ? Date.parse(day) : ms
}
