import { createHash } from 'node:crypto'
import { cascadeId } from '../../shared/text/cascade'
import type { FilePost } from './posts'

/** A simulated person: what this annotator says of an item, or nothing when there is nothing to say. */
export type Judge = (annotator: string, item: string) => string | undefined

/**
 * People who know the label of a cascade (that of most of its rows) and err at a rate, each on their own: whether an
 * annotator errs on an item, and to which label, is a function of the seed, so that a replay can be repeated.
 */
export function knowingJudge(
  posts: readonly FilePost[],
  labels: readonly string[],
  mistakes: number,
  seed: number,
): Judge {
  const truth = majorities(posts)
  return (annotator, item) => {
    const known = truth.get(item)
    if (known === undefined || uniform(seed, 'errs', annotator, item) >= mistakes) return known
    const others = labels.filter((label) => label !== known)
    return others[Math.floor(uniform(seed, 'to', annotator, item) * others.length)] ?? known
  }
}

/** Each labelled row of the file as one person's judgement of its cascade, used once. */
export function rowJudge(posts: readonly FilePost[]): Judge {
  const rows = new Map<string, string[]>()
  for (const { text, label } of posts) {
    if (label === undefined) continue
    const id = cascadeId(text)
    rows.set(id, [...(rows.get(id) ?? []), label])
  }
  return (_, item) => rows.get(item)?.shift()
}

/** The label of each cascade: that of most of its rows, the first in the alphabet among equals. */
export function majorities(posts: readonly FilePost[]): Map<string, string> {
  const counts = new Map<string, Map<string, number>>()
  for (const { text, label } of posts) {
    if (label === undefined) continue
    const id = cascadeId(text)
    const votes = counts.get(id) ?? new Map<string, number>()
    counts.set(id, votes.set(label, (votes.get(label) ?? 0) + 1))
  }
  const first = (votes: Map<string, number>) => [...votes].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]![0]
  return new Map([...counts].map(([id, votes]) => [id, first(votes)]))
}

/** A number in [0, 1) that only depends on what it is asked for. */
const uniform = (seed: number, ...what: string[]): number =>
  createHash('sha256')
    .update([seed, ...what].join('\n'))
    .digest()
    .readUInt32BE() /
  2 ** 32
