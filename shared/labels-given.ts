import { byBatch } from './batches'
import { keys, prefixes } from './keys'
import type { Objects } from './objects'
import type { SettledLine } from './records'
import { readSettled, type Rules } from './labels'

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
 * those the latest; of equal ones that of the last batch. Lines that cannot be used are left out: the formatter
 * counts them and keeps them aside.
 */
export async function readLabelsGiven(
  objects: Pick<Objects, 'list' | 'lines'>,
  rules: Rules,
): Promise<Map<string, GivenLabel>> {
  const standing = await readLinesGiven(objects, rules)
  return new Map([...standing].map(([item, { batch, line }]) => [item, labelOfLine(line, batch)]))
}

/** The line of the settled manifests that each of these labels stands in, and the batch it comes from. */
export async function readLinesGiven(
  objects: Pick<Objects, 'list' | 'lines'>,
  rules: Rules,
): Promise<Map<string, { batch: string; line: SettledLine }>> {
  const given = new Map<string, { batch: string; line: SettledLine }>()
  for (const [batch, key] of await settledManifests(objects)) {
    for await (const text of objects.lines(key)) {
      const line = text === '' ? undefined : readSettled(text, rules)
      if (!line || 'reason' in line) continue
      const before = given.get(line.item)
      if (!before || isOver(line, before.line)) given.set(line.item, { batch, line })
    }
  }
  return given
}

/** The settled manifests that are there: name of the batch and key, in the order of the batches. */
export async function settledManifests(objects: Pick<Objects, 'list'>): Promise<[batch: string, key: string][]> {
  const listed: string[] = []
  for await (const { key } of objects.list(prefixes.labeled)) listed.push(key)
  return manifestsAmong(listed)
}

/** Those of these keys that are of settled manifests, as `settledManifests` gives them. */
export const manifestsAmong = (listed: readonly string[]): [batch: string, key: string][] =>
  listed
    .flatMap((key): [string, string][] => {
      const batch = keys.settledManifest.match(key)?.batch
      return batch === undefined ? [] : [[batch, key]]
    })
    .sort(([a], [b]) => byBatch(a, b))

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
function isOver({ 'label-metadata': later }: SettledLine, { 'label-metadata': before }: SettledLine): boolean {
  const isOwners = later.adjudicated ?? false
  if (isOwners !== (before.adjudicated ?? false)) return isOwners
  return Date.parse(later['creation-date']) >= Date.parse(before['creation-date'])
}
