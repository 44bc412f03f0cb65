import { byBatch } from '../../shared/batches'
import { readLinesGiven } from '../../shared/labels-given'
import { keys, prefixes } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { type LeftOver, refusedLine, type SettledLine } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { rulesOf } from '../../shared/labels'
import type { Dispute, Said, ShownLabel } from './shown'

type Reading = Pick<Objects, 'list' | 'lines'>

/** All that is known of the labels now. */
export interface Known {
  /** Names of the settled batches, in their order. */
  batches: string[]
  given: Map<string, { batch: string; line: SettledLine }>
  /** Items that ended without a label though people judged them, by item: the latest. */
  left: Map<string, { batch: string; one: LeftOver }>
}

/** Reads what is known of the labels. A manifest never changes, so as long as none came, what was read before holds. */
export function knownReader(objects: Reading, settings: Pick<Settings, 'labels'>): () => Promise<Known> {
  let kept: { keys: string; known: Known } | undefined
  return async () => {
    const found: string[] = []
    for await (const { key } of objects.list(prefixes.labeled)) found.push(key)
    const names = found.sort().join('\n')
    if (kept?.keys !== names) kept = { keys: names, known: await readKnown(objects, settings, found) }
    return kept.known
  }
}

async function readKnown(
  objects: Reading,
  { labels }: Pick<Settings, 'labels'>,
  found: readonly string[],
): Promise<Known> {
  const given = await readLinesGiven(objects, rulesOf(labels))
  const left: Known['left'] = new Map()
  for (const batch of batchesOf(found, keys.settledRefused)) {
    for await (const line of objects.lines(keys.settledRefused({ batch }))) {
      const one = leftOverOf(line)
      if (one && one.judgements.length > 0 && !given.has(one.item)) left.set(one.item, { batch, one })
    }
  }
  return { batches: batchesOf(found, keys.settledManifest), given, left }
}

const batchesOf = (
  found: readonly string[],
  kind: typeof keys.settledManifest | typeof keys.settledRefused,
): string[] => found.flatMap((key) => kind.match(key)?.batch ?? []).sort(byBatch)

/** What the annotators could not settle, the newest first: no label has more voices than every other. */
export function disputesOf({ given, left }: Known): Dispute[] {
  const labelled = [...given.values()].flatMap(({ batch, line }): Dispute[] => {
    const { judgements, adjudicated, 'class-name': label } = line['label-metadata']
    if (adjudicated || judgements.length < 2 || hasMost(judgements.map((one) => one.label))) return []
    const { item, source: text, role, date } = line
    return [{ item, text, role, batch, date, label, judgements: judgements.map(saidOf) }]
  })
  const without = [...left.values()].flatMap(({ batch, one }): Dispute[] => {
    const judgements = one.judgements.map(({ annotator, said }) => ({
      annotator,
      label: 'label' in said ? said.label : null,
      flag: 'flag' in said ? said.flag : null,
    }))
    if (one.reason !== 'disputed') return []
    const { role, date } = one.plan
    return [{ item: one.item, text: one.source, role, batch, date, label: null, judgements }]
  })
  return [...labelled, ...without].sort((a, b) => order(b.date, a.date) || order(a.item, b.item))
}

/** Labels whose text has all these words in it, or whose id it is; the latest first. */
export function findLabels({ given }: Known, words: string, most: number): { found: ShownLabel[]; more: number } {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const found = [...given.values()].filter(({ line }) => {
    const text = line.source.toLowerCase()
    return wanted.length > 0 && (wanted[0] === line.item || wanted.every((word) => text.includes(word)))
  })
  const sorted = found.map(shown).sort((a, b) => order(b.at, a.at) || order(a.item, b.item))
  return { found: sorted.slice(0, most), more: Math.max(0, sorted.length - most) }
}

export const shown = ({ batch, line }: { batch: string; line: SettledLine }): ShownLabel => ({
  item: line.item,
  text: line.source,
  label: line['label-metadata']['class-name'],
  role: line.role,
  batch,
  at: line['label-metadata']['creation-date'],
  confidence: line['label-metadata'].confidence,
  adjudicated: line['label-metadata'].adjudicated ?? false,
  judgements: line['label-metadata'].judgements.map(saidOf),
})

const saidOf = ({ annotator, label }: { annotator: string; label: string }): Said => ({ annotator, label, flag: null })

function leftOverOf(line: string): LeftOver | undefined {
  const parsed = refusedLine.safeParse(line === '' ? undefined : JSON.parse(line))
  return parsed.success && 'plan' in parsed.data ? parsed.data : undefined
}

/** Is there a label that more people gave than any other? */
function hasMost(labels: readonly string[]): boolean {
  const votes = new Map<string, number>()
  for (const label of labels) votes.set(label, (votes.get(label) ?? 0) + 1)
  const [first = 0, second = 0] = [...votes.values()].sort((a, b) => b - a)
  return first > second
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
