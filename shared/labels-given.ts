import { keys, prefixes } from './keys'
import type { Objects } from './objects'
import type { SettledLine } from './records'
import { readSettled, type Rules } from './settled'

/** The label that an item has now. */
export interface GivenLabel {
  item: string
  /** Name of the category. */
  label: string
  role: SettledLine['role']
  /** The labelling batch that it comes from. */
  batch: string
  /** When it was given: an instant, as the manifest writes it. */
  at: string
  confidence: number
  /** Decided by the owner. */
  adjudicated: boolean
  /** The text that was shown. */
  text: string
  date: SettledLine['date']
  hashtags: readonly string[]
  size: number
  inclusionProbability: number | null
}

/**
 * All labels so far, by item. Of several of one item the owner's decision stands over what annotators said, and of
 * those the latest; of equal ones the last by name of batch. Lines that cannot be used are left out: the formatter
 * counts them and keeps them aside.
 */
export async function readLabelsGiven(
  objects: Pick<Objects, 'list' | 'lines'>,
  rules: Rules,
): Promise<Map<string, GivenLabel>> {
  const given = new Map<string, GivenLabel>()
  for (const [batch, key] of await settledManifests(objects)) {
    for await (const line of objects.lines(key)) {
      const read = line === '' ? undefined : readSettled(line, rules)
      if (!read || 'reason' in read) continue
      const label = labelOfLine(read, batch)
      const before = given.get(label.item)
      if (!before || isOver(label, before)) given.set(label.item, label)
    }
  }
  return given
}

/** The settled manifests that are there: name of the batch and key, in the order of the names. */
export async function settledManifests(objects: Pick<Objects, 'list'>): Promise<[batch: string, key: string][]> {
  const found: [string, string][] = []
  for await (const { key } of objects.list(prefixes.labeled)) {
    const batch = keys.settledManifest.match(key)?.batch
    if (batch !== undefined) found.push([batch, key])
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1))
}

const labelOfLine = (line: SettledLine, batch: string): GivenLabel => ({
  item: line.item,
  label: line['label-metadata']['class-name'],
  role: line.role,
  batch,
  at: line['label-metadata']['creation-date'],
  confidence: line['label-metadata'].confidence,
  adjudicated: line['label-metadata'].adjudicated ?? false,
  text: line.source,
  date: line.date,
  hashtags: line.hashtags,
  size: line.size,
  inclusionProbability: line['inclusion-probability'],
})

/** Does a label that is read later stand over the one before? */
const isOver = (later: GivenLabel, before: GivenLabel): boolean =>
  later.adjudicated === before.adjudicated ? Date.parse(later.at) >= Date.parse(before.at) : later.adjudicated
