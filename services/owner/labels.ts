import { isOfADay } from '../../shared/batches'
import { concurrently } from '../../shared/concurrently'
import { keys, prefixes } from '../../shared/keys'
import type { Labels, LabelStore, StandingLabel } from '../../shared/labels'
import { findJson, type Objects } from '../../shared/objects'
import { judgementsRecord, type LeftOver, refusedLine } from '../../shared/records'
import { majorityVote } from '../../shared/statistics/majority'
import type { Dispute, Flagged, Said, ShownLabel } from './shown'

/** The current state of the labels. */
export interface KnownLabels {
  labels: Labels
  /** Items that ended without a label though people judged them, by item: the latest. */
  left: Map<string, { batch: string; one: LeftOver }>
}

/** The parsed refused lines of a batch, by their ETag. */
interface LeftBy {
  etag: string | undefined
  found: readonly LeftOver[]
}

/**
 * Reads the state of the labels: the snapshot, and the items that each batch left without a label. A batch is read again only
 * if a deletion rewrote it: a warm function must not show a deleted post or the notes about it.
 */
export function knownReader(objects: Pick<Objects, 'read' | 'list'>, store: LabelStore): () => Promise<KnownLabels> {
  const leftBy = new Map<string, LeftBy>()
  let kept: KnownLabels | undefined
  return async () => {
    const [labels, etags] = await Promise.all([store.read(), etagsOfRefused(objects)])
    const asked = labels.batches.map(({ batch }) => batch).filter(isOfADay)
    const isNew = (batch: string) => !leftBy.has(batch) || leftBy.get(batch)?.etag !== etags.get(batch)
    const news = asked.filter(isNew)
    if (kept?.labels === labels && news.length === 0) return kept
    await concurrently(news, 8, async (batch) => void leftBy.set(batch, await leftOversOf(objects, batch)))
    const left: KnownLabels['left'] = new Map()
    for (const batch of asked) {
      for (const one of leftBy.get(batch)?.found ?? [])
        if (!labels.labels.has(one.item) && !labels.neither.has(one.item)) left.set(one.item, { batch, one })
    }
    kept = { labels, left }
    return kept
  }
}

/** The ETags of the refused lines of all batches, by batch. */
async function etagsOfRefused(objects: Pick<Objects, 'list'>): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for await (const { key, etag } of objects.list(prefixes.labeled)) {
    const batch = keys.settledRefused.match(key)?.batch
    if (batch !== undefined) found.set(batch, etag)
  }
  return found
}

/** The items that people judged in a batch without settling them. */
async function leftOversOf(objects: Pick<Objects, 'read'>, batch: string): Promise<LeftBy> {
  const stored = await objects.read(keys.settledRefused({ batch }))
  const lines = stored?.body.toString('utf8').split('\n') ?? []
  const found = lines.flatMap((line) => {
    const one = leftOverOf(line)
    return one && one.judgements.length > 0 ? [one] : []
  })
  return { etag: stored?.etag, found }
}

/** Items whose majority vote is a tie, newest first. */
export function disputesOf({ labels, left }: KnownLabels): Dispute[] {
  const labelled = [...labels.labels.values()].flatMap((standing): Dispute[] => {
    const { item, text, textExpired, role, batch, date, label, judgements, adjudicated } = standing
    if (adjudicated || textExpired || judgements.length < 2 || hasMost(judgements.map((one) => one.label))) return []
    return [{ item, text, role, batch, date, label, judgements: judgements.map(saidOf) }]
  })
  const without = [...left.values()].flatMap(({ batch, one }): Dispute[] => {
    return one.reason === 'disputed' ? [{ ...leftShown(batch, one), label: null }] : []
  })
  return [...labelled, ...without].sort(newestFirst)
}

/** Flagged items without a label, newest first. */
export function flagsOf({ left }: KnownLabels): Flagged[] {
  const flagged = [...left.values()].flatMap(({ batch, one }): Flagged[] => {
    if (one.reason !== 'flagged') return []
    const flags = one.judgements.flatMap(({ said }) => ('flag' in said ? [said.flag] : []))
    const [flag] = majorityVote(flags).leading
    return flag === undefined ? [] : [{ ...leftShown(batch, one), post: one.plan.post, flag }]
  })
  return flagged.sort(newestFirst)
}

const leftShown = (batch: string, { item, source, plan, judgements }: LeftOver) => ({
  item,
  text: source,
  role: plan.role,
  batch,
  date: plan.date,
  judgements: judgements.map(toldOf),
})

const toldOf = ({ annotator, said, note }: LeftOver['judgements'][number]): Said => ({
  annotator,
  label: 'label' in said ? said.label : null,
  flag: 'flag' in said ? said.flag : null,
  note: note ?? null,
})

const newestFirst = (a: { date: string; item: string }, b: { date: string; item: string }): number =>
  order(b.date, a.date) || order(a.item, b.item)

/** Labelled posts with notes by annotators of these batches, the newest batch first. */
export async function notedOf(
  objects: Pick<Objects, 'read'>,
  { labels }: KnownLabels,
  batches: readonly string[],
): Promise<ShownLabel[]> {
  const read = await concurrently([...batches].reverse(), 8, async (batch) => {
    return (await findJson(objects, keys.judgements({ batch }), judgementsRecord))?.items ?? []
  })
  return read.flat().flatMap(({ item, judgements }) => {
    const standing = labels.labels.get(item)
    const noted = judgements.filter(({ note }) => note !== undefined)
    return standing && noted.length > 0 ? [{ ...shown(standing), judgements: judgements.map(toldOf) }] : []
  })
}

/** The owner's decisions, latest first. */
export function decisionsOf({ labels }: KnownLabels, most: number): { found: ShownLabel[]; more: number } {
  const decided = [...labels.labels.values(), ...labels.neither.values()].filter((one) => one.adjudicated).map(shown)
  const sorted = decided.sort((a, b) => order(b.at, a.at) || order(a.item, b.item))
  return { found: sorted.slice(0, most), more: Math.max(0, sorted.length - most) }
}

/** Labels whose text contains all these words, or that have this id; latest first. */
export function findLabels(
  { labels }: KnownLabels,
  words: string,
  most: number,
): { found: ShownLabel[]; more: number } {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const found = [...labels.labels.values()].filter(({ item, text }) => {
    const lowered = text.toLowerCase()
    return wanted.length > 0 && (wanted[0] === item || wanted.every((word) => lowered.includes(word)))
  })
  const sorted = found.map(shown).sort((a, b) => order(b.at, a.at) || order(a.item, b.item))
  return { found: sorted.slice(0, most), more: Math.max(0, sorted.length - most) }
}

const shown = ({
  item,
  text,
  label,
  neither,
  role,
  batch,
  at,
  confidence,
  adjudicated,
  judgements,
}: StandingLabel): ShownLabel => ({
  item,
  text,
  label: neither ? null : label,
  role,
  batch,
  at,
  confidence,
  adjudicated,
  judgements: judgements.map(saidOf),
})

const saidOf = ({ annotator, label }: { annotator: string; label: string }): Said => ({
  annotator,
  label,
  flag: null,
  note: null,
})

function leftOverOf(line: string): LeftOver | undefined {
  const parsed = refusedLine.safeParse(line === '' ? undefined : JSON.parse(line))
  return parsed.success && 'plan' in parsed.data ? parsed.data : undefined
}

/** Whether the majority vote has a single winner. */
const hasMost = (labels: readonly string[]): boolean => majorityVote(labels).leading.length === 1

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
