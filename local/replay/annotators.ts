import { createHash } from 'node:crypto'
import { makeCascadeIndex } from '../../shared/cascades/cascade-index'
import { majorityVote } from '../../shared/statistics/majority'
import { cascadeId } from '../../shared/text/cascade'
import type { FilePost } from './posts'

/** A simulated annotator: the label for an item; undefined if the annotator has none. */
export type Judge = (annotator: string, item: string) => string | undefined

/**
 * Simulated annotators who know the label of a cascade (the majority label of its rows) and make independent mistakes at a given rate.
 * Where labels tie, each annotator says either with the same probability. Deterministic by the seed, so that a replay
 * can be repeated.
 */
export function knowingJudge(
  posts: readonly FilePost[],
  labels: readonly string[],
  mistakes: number,
  seed: number,
): Judge {
  const leading = leadingLabels(posts)
  return (annotator, item) => {
    const tied = leading.get(item)
    const known = tied && tied[Math.floor(uniform(seed, 'ties', annotator, item) * tied.length)]
    if (known === undefined || uniform(seed, 'errs', annotator, item) >= mistakes) return known
    const others = labels.filter((label) => label !== known)
    return others[Math.floor(uniform(seed, 'to', annotator, item) * others.length)] ?? known
  }
}

/** Each labelled row of the file as one person's judgement of its cascade, used once. */
export function rowJudge(posts: readonly FilePost[]): Judge {
  const { cascadeOf, labelsOf } = labelledCascades(posts)
  return (_, item) => labelsOf(cascadeOf(item)).shift()
}

/**
 * The label of each message by the id of its exact form: that of most rows of its cascade, or each of several that tie,
 * sorted. A message without a labelled row is left out.
 */
export function leadingLabels(posts: readonly FilePost[]): Map<string, readonly string[]> {
  const { ids, cascadeOf, labelsOf } = labelledCascades(posts)
  return new Map(
    ids.flatMap((id) => {
      const { leading } = majorityVote(labelsOf(cascadeOf(id)))
      return leading.length > 0 ? [[id, leading.toSorted()] as const] : []
    }),
  )
}

/**
 * The labels of the rows of each cascade, including near copies; the desk asks about the exact form of one of its rows.
 */
function labelledCascades(posts: readonly FilePost[]) {
  const index = makeCascadeIndex()
  const cascades = new Map<string, string>()
  const labels = new Map<string, string[]>()
  for (const { text, label } of posts) {
    const cascade = index.identify(text)
    cascades.set(cascadeId(text), cascade)
    const given = labels.get(cascade) ?? []
    labels.set(cascade, given)
    if (label !== undefined) given.push(label)
  }
  const cascadeOf = (item: string) => cascades.get(item) ?? item
  return { ids: [...cascades.keys()], cascadeOf, labelsOf: (cascade: string) => labels.get(cascade) ?? [] }
}

/** A number in [0, 1) that depends only on its arguments. */
const uniform = (seed: number, ...what: string[]): number =>
  createHash('sha256')
    .update([seed, ...what].join('\n'))
    .digest()
    .readUInt32BE() /
  2 ** 32
