import type { Basis } from '../../shared/statistics/difference'

/** Posts counted by message, in bounded memory however many there are. */
export interface Tally {
  classes: number
  posts: number
  /** Sums of the scores of all posts, by class. */
  scores: number[]
  /** How many posts the model gives each class to. */
  answers: number[]
  /** Messages one by one, by id: all of them, or those whose id lies below `below`. */
  kept: Map<string, Message>
  /** A share of all ids in (0, 1]. */
  below: number
}

/** The posts of one message. */
export interface Message {
  posts: number
  /** Sums of the scores of its posts, by class. */
  scores: number[]
}

/**
 * Messages that are kept one by one: some 40 MB. Of more, those with the smallest ids are, which as hashes are a random
 * sample of all: a mean over 100,000 of them is off by a third of a point at most.
 */
export const MOST_KEPT = 200_000

export const emptyTally = (classes: number): Tally => ({
  classes,
  posts: 0,
  scores: zeros(classes),
  answers: zeros(classes),
  kept: new Map(),
  below: 1,
})

/** Count one post. Before there is a model it has no scores. */
export function addPost(
  tally: Tally,
  message: string,
  scores: readonly number[] | undefined,
  mostKept = MOST_KEPT,
): void {
  tally.posts += 1
  if (scores) {
    tally.answers[likeliest(scores)]! += 1
    addUp(tally.scores, scores)
  }
  if (tally.below < 1 && placeOf(message) >= tally.below) return
  const one = tally.kept.get(message) ?? { posts: 0, scores: zeros(tally.classes) }
  one.posts += 1
  if (scores) addUp(one.scores, scores)
  tally.kept.set(message, one)
  while (tally.kept.size > mostKept) halve(tally)
}

/** All posts of several tallies, not to be added to; a message that several have is one. */
export function merged(tallies: readonly Tally[], classes: number, mostKept = MOST_KEPT): Tally {
  const counted = tallies.filter(({ posts }) => posts > 0)
  // What one has alone is not held twice.
  if (counted.length === 1 && counted[0]!.kept.size <= mostKept) return counted[0]!
  const all = emptyTally(classes)
  all.below = Math.min(1, ...tallies.map(({ below }) => below))
  for (const { posts, scores, answers, kept } of tallies) {
    all.posts += posts
    addUp(all.scores, scores)
    addUp(all.answers, answers)
    for (const [id, message] of kept) {
      if (all.below < 1 && placeOf(id) >= all.below) continue
      const one = all.kept.get(id) ?? { posts: 0, scores: zeros(classes) }
      one.posts += message.posts
      addUp(one.scores, message.scores)
      all.kept.set(id, one)
      while (all.kept.size > mostKept) halve(all)
    }
  }
  return all
}

/** Distinct messages; an estimate where not all are kept. */
export const messagesOf = ({ kept, below }: Tally): number => Math.round(kept.size / below)

/** Mean score of each class over the posts, or over the messages, each of which counts once. */
export function meansOf(tally: Tally, basis: Basis): number[] {
  if (basis === 'posts') return tally.scores.map((sum) => sum / Math.max(1, tally.posts))
  const means = zeros(tally.classes)
  for (const message of tally.kept.values()) addUp(means, scoresOf(message))
  return means.map((sum) => sum / Math.max(1, tally.kept.size))
}

/** Share of each class among the answers of the model: what counting would say. */
export function countedShares(tally: Tally, basis: Basis): number[] {
  if (basis === 'posts') return tally.answers.map((count) => count / Math.max(1, tally.posts))
  const counts = zeros(tally.classes)
  for (const { scores } of tally.kept.values()) counts[likeliest(scores)]! += 1
  return counts.map((count) => count / Math.max(1, tally.kept.size))
}

/** Covariance of the mean scores, messages being independent of each other: Σ w²(s−q)(s−q)ᵀ with w the part of a message. */
export function covarianceOf(tally: Tally, basis: Basis): number[][] {
  const means = meansOf(tally, basis)
  const covariance = means.map(() => zeros(tally.classes))
  const total = basis === 'posts' ? tally.posts * Math.sqrt(tally.below) : tally.kept.size
  for (const message of tally.kept.values()) {
    const weight = ((basis === 'posts' ? message.posts : 1) / total) ** 2
    const off = scoresOf(message).map((score, k) => score - means[k]!)
    for (const [a, row] of covariance.entries()) for (const b of row.keys()) row[b]! += weight * off[a]! * off[b]!
  }
  return covariance
}

/** Mean scores of the posts of a message. */
export const scoresOf = ({ posts, scores }: Message): number[] => scores.map((sum) => sum / posts)

function halve(tally: Tally): void {
  tally.below /= 2
  for (const id of tally.kept.keys()) if (placeOf(id) >= tally.below) tally.kept.delete(id)
}

/** Where an id lies in [0, 1): ids are hexadecimal digits of a hash. */
const placeOf = (id: string): number => Number.parseInt(id.slice(0, 8), 16) / 2 ** 32

const likeliest = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores))
const zeros = (length: number): number[] => Array.from({ length }, () => 0)

function addUp(to: number[], from: readonly number[]): void {
  for (const [k, value] of from.entries()) to[k]! += value
}
