import { type SettledLine, TEXT_CLASSIFICATION } from '../../shared/records'
import { shownText } from '../../shared/text'
import { majorityVote } from '../../shared/statistics/majority'
import type { CheckedEntry, Format, FilePlace, EntryReason, RefusedEntry, EntryRules } from './entry'
import { refused } from './entry'

/** Lines of a settled manifest, and where in the file each comes from. */
interface Joined {
  lines: { line: SettledLine; places: FilePlace[] }[]
  refused: RefusedEntry[]
}

/** What is known here of posts. */
interface Knowledge {
  /** The texts of the labelled items. */
  texts: ReadonlyMap<string, string>
  /** The cascade of a text. */
  identify: (text: string) => string
}

/**
 * Join the entries of a file into one line for each cascade. The id is the one that a collected post of this text has.
 * Sorted by id.
 */
export function join(
  entries: readonly CheckedEntry[],
  { texts, identify }: Knowledge,
  batch: string,
  rules: EntryRules,
  names: Format['fields'],
): Joined {
  const groups = new Map<string, CheckedEntry[]>()
  const joined: Joined = { lines: [], refused: [] }
  for (const entry of entries) {
    const item = itemOf(entry, { texts, identify })
    if (item === undefined) joined.refused.push(refused(entry.place, names.item, 'unknown-item', entry.item))
    else groups.set(item, [...(groups.get(item) ?? []), entry])
  }
  for (const [item, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const verdict = verdictOf(group, rules.now)
    if ('reason' in verdict) {
      const found = group.map(({ label, judgements }) => label ?? judgements.map((one) => one.label).join(', '))
      const { reason } = verdict
      joined.refused.push(...group.map(({ place }) => refused(place, names.label, reason, found.join(', '))))
      continue
    }
    const text = group.find((entry) => entry.text !== undefined)?.text ?? texts.get(item) ?? ''
    const line = lineOf(item, text, group, verdict, batch, rules)
    joined.lines.push({ line, places: group.map(({ place }) => place) })
  }
  return joined
}

/** An id in the file counts if it is known here; otherwise the text has its own. */
function itemOf({ item, text }: CheckedEntry, { texts, identify }: Knowledge): string | undefined {
  if (item !== undefined && texts.has(item)) return item
  return text === undefined ? undefined : identify(text)
}

interface Verdict {
  label: string
  confidence: number
  at: string | undefined
  adjudicated: boolean
  judgements: { annotator: string; label: string }[]
}

/** The label of a group: its latest settled label, or the majority of its judgements. */
function verdictOf(group: readonly CheckedEntry[], now: Date): Verdict | { reason: EntryReason } {
  const judgements = latestJudgements(group, now)
  const latest = latestOf(group)
  const settled = group.filter(({ label }) => label !== undefined)
  const last = settled.filter(({ labelledAt }) => (labelledAt ?? '') === (latestOf(settled) ?? ''))
  if (new Set(last.map(({ label }) => label)).size > 1) return { reason: 'two-labels' }
  const chosen = last[0]
  const label = chosen?.label ?? mostFrequent(judgements.map((one) => one.label))
  if (label === undefined) return { reason: 'disputed' }
  const agreeing = judgements.filter((one) => one.label === label).length
  return {
    label,
    // Where only one person was asked it is 0, as in Ground Truth.
    confidence: chosen?.confidence ?? (judgements.length > 1 ? agreeing / judgements.length : 0),
    at: chosen ? chosen.labelledAt : latest,
    adjudicated: chosen?.adjudicated ?? false,
    judgements,
  }
}

/** Each annotator's latest judgement; of equally old ones the later in the file. */
function latestJudgements(group: readonly CheckedEntry[], now: Date): Verdict['judgements'] {
  const latest = new Map<string, { annotator: string; label: string; at: string }>()
  for (const { judgements, labelledAt } of group) {
    for (const { annotator, label, at: own } of judgements) {
      // A label without a date is dated now.
      const at = own ?? labelledAt ?? now.toISOString()
      const before = latest.get(annotator)
      if (!before || before.at <= at) latest.set(annotator, { annotator, label, at })
    }
  }
  return [...latest.values()].map(({ annotator, label }) => ({ annotator, label }))
}

const latestOf = (group: readonly CheckedEntry[]): string | undefined =>
  group
    .flatMap(({ labelledAt }) => labelledAt ?? [])
    .sort()
    .at(-1)

function mostFrequent(labels: readonly string[]): string | undefined {
  const { leading } = majorityVote(labels)
  return leading.length === 1 ? leading[0] : undefined
}

function lineOf(
  item: string,
  text: string,
  group: readonly CheckedEntry[],
  { label, confidence, at, adjudicated, judgements }: Verdict,
  batch: string,
  { categories, schemaVersion, now }: EntryRules,
): SettledLine {
  const given = at ?? now.toISOString().slice(0, -1)
  return {
    source: shownText(text),
    item,
    'post-id': group.find(({ post }) => post !== undefined)?.post ?? '',
    role: 'training',
    hashtags: [...new Set(group.flatMap(({ hashtags }) => hashtags))],
    date: group.find(({ date }) => date !== undefined)?.date ?? given.slice(0, 10),
    size: Math.max(...group.map(({ size }) => size ?? 1)),
    'inclusion-probability': null,
    label: categories.indexOf(label),
    'label-metadata': {
      'class-name': label,
      confidence,
      'human-annotated': 'yes',
      'job-name': `labeling-job/${batch}`,
      'creation-date': given,
      type: TEXT_CLASSIFICATION,
      'schema-version': schemaVersion,
      judgements,
      ...(adjudicated ? { adjudicated } : {}),
    },
  }
}
