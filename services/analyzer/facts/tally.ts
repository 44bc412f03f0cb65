import { likeliest } from '../../../shared/engines/classifier'
import type { Basis } from '../../../shared/statistics/difference'
import { zeros } from '../../../shared/statistics/numbers'
import { zip } from '../../../shared/zip'

/** Posts counted by message, in bounded memory however many there are. */
export interface Tally {
  classes: number
  posts: number
  /** Posts whose message has scores. */
  scored: number
  /** Sums of the scores of these posts, by class. */
  scores: number[]
  /** How many of these posts the model assigns to each class. */
  answers: number[]
  /** Messages kept individually, by id: all of them, or those with an id below `below`. */
  kept: Map<string, Message>
  /** Other messages that people are asked about, and that are therefore needed individually. */
  aside: Map<string, Message>
  /** A fraction of all ids, in (0, 1]. */
  below: number
}

/** The posts of one message. */
export interface Message {
  posts: number
  /** Its kept scores by class, from the model that was live when its first day was planned. Undefined if none was. */
  scores: readonly number[] | undefined
}

/**
 * Maximum number of messages kept individually: some 40 MB. Of more, those with the smallest ids are kept; ids are hashes, so this is a random
 * sample of all: a mean over 100,000 of them is off by a third of a point at most.
 */
export const MOST_KEPT = 200_000

export const emptyTally = (classes: number): Tally => ({
  classes,
  posts: 0,
  scored: 0,
  scores: zeros(classes),
  answers: zeros(classes),
  kept: new Map(),
  aside: new Map(),
  below: 1,
})

/** How many messages are kept individually, and which others are kept as well. */
interface Keeping {
  most: number
  isAsked: (message: string) => boolean
}

const KEEPING: Keeping = { most: MOST_KEPT, isAsked: () => false }

/** Count one post of a message with these kept scores, if it has any. */
export function addPost(
  tally: Tally,
  message: string,
  scores: readonly number[] | undefined,
  keeping: Partial<Keeping> = {},
): void {
  const { most, isAsked } = { ...KEEPING, ...keeping }
  tally.posts += 1
  if (scores) {
    tally.scored += 1
    countAnswer(tally.answers, scores)
    addUp(tally.scores, scores)
  }
  const isKept = isBelow(tally.below, message)
  if (!isKept && !isAsked(message)) return
  addMessage(isKept ? tally.kept : tally.aside, message, { posts: 1, scores })
  while (tally.kept.size > most) halve(tally, isAsked)
}

/**
 * The posts of several tallies together, read-only; a message in several of them counts as one. Sums are taken tally by tally and
 * messages are in the order of their ids, so that the same tallies give the same digits.
 */
export function mergedTallies(tallies: readonly Tally[], classes: number, mostKept = MOST_KEPT): Tally {
  const counted = tallies.filter(({ posts }) => posts > 0)
  // A message of one tally alone is not copied.
  const [only, another] = counted
  if (only && !another && only.kept.size <= mostKept) return only
  const all = emptyTally(classes)
  all.below = Math.min(1, ...tallies.map(({ below }) => below))
  for (const { posts, scored, scores, answers, kept } of tallies) {
    all.posts += posts
    all.scored += scored
    addUp(all.scores, scores)
    addUp(all.answers, answers)
    for (const [id, message] of kept) {
      if (!isBelow(all.below, id)) continue
      addMessage(all.kept, id, message)
      while (all.kept.size > mostKept) halve(all, KEEPING.isAsked)
    }
  }
  return { ...all, kept: byId(all.kept) }
}

/** The posts of a message in several tallies together; undefined if none has it. */
export function messageIn(tallies: readonly Tally[], id: string): Message | undefined {
  const found = new Map<string, Message>()
  for (const { kept, aside } of tallies) {
    const message = kept.get(id) ?? aside.get(id)
    if (message) addMessage(found, id, message)
  }
  return found.get(id)
}

/** Put a message back into the map that held it. */
export function keepMessage({ kept, aside, below }: Tally, id: string, message: Message): void {
  const among = isBelow(below, id) ? kept : aside
  among.set(id, message)
}

/** The tally with its messages in the order of their ids. */
export const orderedById = (tally: Tally): Tally => ({ ...tally, kept: byId(tally.kept), aside: byId(tally.aside) })

/** Number of distinct messages; an estimate if not all are kept. */
export const messagesOf = ({ kept, below }: Tally): number => Math.round(kept.size / below)

/**
 * Mean score of each class over the posts, or over the messages, each counted once. Those without scores count
 * as evenly split. This is the same in the population and in the sample, so it cancels out.
 */
export function meansOf(tally: Tally, basis: Basis): number[] {
  const { posts, scored, classes, kept } = tally
  if (basis === 'posts') {
    return tally.scores.map((sum) => (sum + (posts - scored) / classes) / Math.max(1, posts))
  }
  const means = zeros(classes)
  for (const message of kept.values()) addUp(means, scoresOf(message, classes))
  return means.map((sum) => sum / Math.max(1, kept.size))
}

/**
 * Mean scores after individually kept messages change theirs: `changeOf` gives the scores of each changed message before and
 * after. `means` are the mean scores without the changes.
 */
export function meansWith(
  tally: Tally,
  basis: Basis,
  changeOf: (id: string, message: Message) => { before: readonly number[]; after: readonly number[] } | undefined,
  means = meansOf(tally, basis),
): number[] {
  const changes = zeros(tally.classes)
  for (const [id, message] of tally.kept) {
    const change = changeOf(id, message)
    if (!change) continue
    const count = basis === 'posts' ? message.posts : 1
    // oxlint-disable-next-line typescript/no-non-null-assertion -- all three have a number for each class of the model
    for (const [k, after] of change.after.entries()) changes[k]! += count * (after - change.before[k]!)
  }
  // If not all messages are kept, only the kept ones change.
  const total = basis === 'posts' ? tally.posts : tally.kept.size / tally.below
  return zip(means, changes).map(([mean, change]) => mean + change / Math.max(1, total))
}

/** The tally without the posts of some messages. Messages that are not kept individually cannot be removed. */
export function withoutMessages(tally: Tally, ids: ReadonlySet<string>): Tally {
  const found = [...ids].flatMap((id) => {
    const message = tally.kept.get(id) ?? tally.aside.get(id)
    return message ? [{ id, ...message }] : []
  })
  if (found.length === 0) return tally
  const rest: Tally = {
    ...tally,
    scores: [...tally.scores],
    answers: [...tally.answers],
    kept: new Map(tally.kept),
    aside: new Map(tally.aside),
  }
  for (const { id, posts, scores } of found) {
    rest.kept.delete(id)
    rest.aside.delete(id)
    rest.posts -= posts
    if (!scores) continue
    rest.scored -= posts
    countAnswer(rest.answers, scores, -posts)
    addUp(rest.scores, scores, -posts)
  }
  return rest
}

/** Scores of a message, evenly split where it has none. */
export const scoresOf = ({ scores }: Message, classes: number): readonly number[] => scores ?? evenly(classes)

/** The share of the posts, or of the messages, that have scores. */
export function scoredShare({ posts, scored, kept }: Tally, basis: Basis): number {
  if (basis === 'posts') return scored / Math.max(1, posts)
  let messages = 0
  for (const { scores } of kept.values()) if (scores) messages += 1
  return messages / Math.max(1, kept.size)
}

/** Share of each class among the model's predictions for the posts or messages with scores: classify-and-count. */
export function countedShares(tally: Tally, basis: Basis): number[] {
  const counts = zeros(tally.classes)
  if (basis === 'posts') addUp(counts, tally.answers)
  else for (const { scores } of tally.kept.values()) if (scores) countAnswer(counts, scores)
  const all = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => count / Math.max(1, all))
}

/** Covariance of the mean scores, messages being independent of each other: Σ w²(s−q)(s−q)ᵀ with w the weight of a message. */
export function covarianceOf(tally: Tally, basis: Basis): number[][] {
  const means = meansOf(tally, basis)
  const covariance = means.map(() => zeros(tally.classes))
  const total = basis === 'posts' ? tally.posts * Math.sqrt(tally.below) : tally.kept.size
  for (const message of tally.kept.values()) {
    const weight = ((basis === 'posts' ? message.posts : 1) / total) ** 2
    // oxlint-disable-next-line typescript/no-non-null-assertion -- both have a number for each class of the model
    const off = scoresOf(message, tally.classes).map((score, k) => score - means[k]!)
    // oxlint-disable-next-line typescript/no-non-null-assertion -- the matrix has a row for each class of the model
    for (const [k, row] of covariance.entries()) addUp(row, off, weight * off[k]!)
  }
  return covariance
}

function halve(tally: Tally, isAsked: Keeping['isAsked']): void {
  tally.below /= 2
  for (const [id, message] of tally.kept) {
    if (isBelow(tally.below, id)) continue
    tally.kept.delete(id)
    if (isAsked(id)) tally.aside.set(id, message)
  }
}

/** Whether an id is in this fraction of all ids. */
export const isBelow = (below: number, id: string): boolean => below === 1 || placeOf(id) < below

/** The position of an id in [0, 1): ids are hexadecimal digits of a hash. */
const placeOf = (id: string): number => Number.parseInt(id.slice(0, 8), 16) / 2 ** 32

const byId = (messages: ReadonlyMap<string, Message>): Map<string, Message> =>
  new Map([...messages].sort(([a], [b]) => (a < b ? -1 : 1)))

export const evenly = (classes: number): number[] => Array.from({ length: classes }, () => 1 / classes)

/** Count a message once more; its first scores stay. */
function addMessage(to: Map<string, Message>, id: string, { posts, scores }: Message): void {
  const before = to.get(id)
  to.set(id, { posts: posts + (before?.posts ?? 0), scores: before?.scores ?? scores })
}

function addUp(to: number[], from: readonly number[], times = 1): void {
  // oxlint-disable-next-line typescript/no-non-null-assertion -- both have a number for each class of the model
  for (let k = 0; k < to.length; k++) to[k]! += times * from[k]!
}

/** Count posts for the class with the greatest score. */
function countAnswer(counts: number[], scores: readonly number[], posts = 1): void {
  // oxlint-disable-next-line typescript/no-non-null-assertion -- both have a number for each class of the model
  counts[likeliest(scores)]! += posts
}
