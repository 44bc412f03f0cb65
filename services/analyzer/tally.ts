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
  /** Of the others those that are asked about, and so are needed one by one. */
  aside: Map<string, Message>
  /** A share of all ids in (0, 1]. */
  below: number
}

/** The posts of one message. */
export interface Message {
  posts: number
  /** Sums of the scores of its posts, by class. */
  scores: number[]
  /** How many of its posts the model gives each class to. */
  answers: number[]
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
  aside: new Map(),
  below: 1,
})

/** How many messages are kept one by one, and which of the others are kept as well. */
export interface Keeping {
  most: number
  isAsked: (message: string) => boolean
}

const KEEPING: Keeping = { most: MOST_KEPT, isAsked: () => false }

/** Count one post. Before there is a model it has no scores. */
export function addPost(
  tally: Tally,
  message: string,
  scores: readonly number[] | undefined,
  keeping: Partial<Keeping> = {},
): void {
  const { most, isAsked } = { ...KEEPING, ...keeping }
  tally.posts += 1
  if (scores) {
    tally.answers[likeliest(scores)]! += 1
    addUp(tally.scores, scores)
  }
  const isKept = isBelow(tally.below, message)
  if (!isKept && !isAsked(message)) return
  const among = isKept ? tally.kept : tally.aside
  const one = among.get(message) ?? noPosts(tally.classes)
  one.posts += 1
  if (scores) {
    one.answers[likeliest(scores)]! += 1
    addUp(one.scores, scores)
  }
  among.set(message, one)
  while (tally.kept.size > most) halve(tally, isAsked)
}

/**
 * All posts of several tallies, not to be added to; a message that several have is one. Sums are taken tally by tally and
 * messages stand in the order of their ids, so that the same tallies give the same digits.
 */
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
      if (!isBelow(all.below, id)) continue
      const one = all.kept.get(id) ?? noPosts(classes)
      addMessage(one, message)
      all.kept.set(id, one)
      while (all.kept.size > mostKept) halve(all, KEEPING.isAsked)
    }
  }
  return { ...all, kept: byId(all.kept) }
}

/** The posts of a message in several tallies together; nothing where none has it. */
export function messageIn(tallies: readonly Tally[], id: string): Message | undefined {
  const found = tallies.flatMap(({ kept, aside }) => kept.get(id) ?? aside.get(id) ?? [])
  if (found.length === 0) return undefined
  const one = noPosts(found[0]!.scores.length)
  for (const message of found) addMessage(one, message)
  return one
}

/** The tally with other scores for each post of the messages that `scoresFor` names; for a tally whose posts have scores. */
export function rescored(tally: Tally, scoresFor: (id: string) => readonly number[] | undefined): Tally {
  const [scores, answers] = [[...tally.scores], [...tally.answers]]
  const changed = new Map<string, Message>()
  for (const [id, before] of byId(new Map([...tally.kept, ...tally.aside]))) {
    const other = scoresFor(id)
    if (!other) continue
    const after = {
      posts: before.posts,
      scores: other.map((score) => score * before.posts),
      answers: zeros(tally.classes),
    }
    after.answers[likeliest(other)] = before.posts
    for (const k of scores.keys()) {
      scores[k]! += after.scores[k]! - before.scores[k]!
      answers[k]! += after.answers[k]! - before.answers[k]!
    }
    changed.set(id, after)
  }
  if (changed.size === 0) return tally
  const replaced = (messages: Tally['kept']) =>
    new Map([...messages].map(([id, message]) => [id, changed.get(id) ?? message]))
  return { ...tally, scores, answers, kept: replaced(tally.kept), aside: replaced(tally.aside) }
}

/** The tally of posts that no model scored. */
export const unscored = (tally: Tally): Tally => {
  const none = (messages: Tally['kept']) =>
    new Map([...messages].map(([id, { posts }]) => [id, { ...noPosts(tally.classes), posts }]))
  const [scores, answers] = [zeros(tally.classes), zeros(tally.classes)]
  return { ...tally, scores, answers, kept: none(tally.kept), aside: none(tally.aside) }
}

/** Put a message back to where it was kept. */
export function keepMessage({ kept, aside, below }: Tally, id: string, message: Message): void {
  const among = isBelow(below, id) ? kept : aside
  among.set(id, message)
}

/** The tally with its messages in the order of their ids. */
export const inOrder = (tally: Tally): Tally => ({ ...tally, kept: byId(tally.kept), aside: byId(tally.aside) })

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

function halve(tally: Tally, isAsked: Keeping['isAsked']): void {
  tally.below /= 2
  for (const [id, message] of tally.kept) {
    if (isBelow(tally.below, id)) continue
    tally.kept.delete(id)
    if (isAsked(id)) tally.aside.set(id, message)
  }
}

const isBelow = (below: number, id: string): boolean => below === 1 || placeOf(id) < below

/** Where an id lies in [0, 1): ids are hexadecimal digits of a hash. */
const placeOf = (id: string): number => Number.parseInt(id.slice(0, 8), 16) / 2 ** 32

const byId = (messages: ReadonlyMap<string, Message>): Map<string, Message> =>
  new Map([...messages].sort(([a], [b]) => (a < b ? -1 : 1)))

const likeliest = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores))
const zeros = (length: number): number[] => Array.from({ length }, () => 0)
const noPosts = (classes: number): Message => ({ posts: 0, scores: zeros(classes), answers: zeros(classes) })

function addMessage(to: Message, { posts, scores, answers }: Message): void {
  to.posts += posts
  addUp(to.scores, scores)
  addUp(to.answers, answers)
}

function addUp(to: number[], from: readonly number[]): void {
  for (const [k, value] of from.entries()) to[k]! += value
}
