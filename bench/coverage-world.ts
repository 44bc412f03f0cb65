import { doubtOf, greatest, joint, type Parts, TRAINING_FROM } from '../shared/statistics/design'
import type { Basis, Population, Sampled } from '../shared/statistics/difference'
import type { Scored } from '../shared/statistics/classifier-errors'
import { mulberry32 } from '../shared/statistics/random'
import { drawBottomK } from '../shared/statistics/sampling'
import { consensusOf, wrongLabel } from './judges'

/** How annotators err: the rate by true class, and whether all of them err on the same posts. */
export interface Mistakes {
  /** `[of the measured class, of the others]` */
  rates: readonly [number, number]
  /** A quarter of the posts have 80 % of the errors. */
  hard?: boolean
}

/** The properties of a cell's days. The measured class is the first. */
export interface Cell {
  name: string
  share: number
  posts: number
  copies: boolean
  classes: number
  mistakes: Mistakes
  /** `none`: no model is live. Otherwise how well the model separates the classes. */
  model: 'none' | 'poor' | 'fair' | 'good'
  /** Labels of each of the two draws of a day. */
  labels: number
  /** Items judged twice so far; without any the rate is assumed. */
  pairs: number
  /** One day, or seven; half of a day's messages are posted again on the next day. */
  days: 1 | 7
  basis: Basis
}

export interface Message {
  id: string
  size: number
  truth: number
  isHard: boolean
  scores: readonly number[]
  /** Permanent random numbers of the two draws. */
  u: number
  v: number
  /** The annotators' judgements of it: the same on every day. */
  single?: number
  agreed?: number | undefined
}

const APART = { none: 0, poor: 0.8, fair: 1.6, good: 2.6 }
const HARD_SHARE = 0.25
const HARD_ERRORS = 0.8
/** Labels of earlier days, by consensus. */
const WINDOW = 300

/** The random numbers and annotators of one cell; the same seed gives the same days. */
export function worldOf(cell: Cell, seed: number) {
  const random = mulberry32(seed)
  const { classes, mistakes } = cell
  const apart = APART[cell.model]
  const sharesAt = (share: number) =>
    Array.from({ length: classes }, (_, k) => (k === 0 ? share : ((1 - share) * otherShare(k, classes)) / 1))
  // The model was trained on slightly different days, which always had the class.
  const prior = sharesAt(Math.min(0.9, Math.max(0.05, cell.share * 1.2)))
  const logPrior = prior.map(Math.log)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

  const pick = (shares: readonly number[]) => {
    let left = random()
    for (let k = 0; k < classes; k++) {
      left -= shares[k]!
      if (left < 0) return k
    }
    return classes - 1
  }

  const scoresOf = (truth: number): number[] => {
    if (cell.model === 'none') return prior.map(() => 1 / classes)
    const logits = logPrior.map((value, k) => value + apart * (normal() + (k === truth ? apart : 0)))
    const most = Math.max(...logits)
    const powers = logits.map((value) => Math.exp(value - most))
    const total = powers.reduce((sum, power) => sum + power, 0)
    return powers.map((power) => power / total)
  }

  const say = (truth: number, isHard: boolean): number => {
    const mean = mistakes.rates[truth === 0 ? 0 : 1]
    const rate = mistakes.hard
      ? Math.min(0.5, (mean * (isHard ? HARD_ERRORS : 1 - HARD_ERRORS)) / (isHard ? HARD_SHARE : 1 - HARD_SHARE))
      : mean
    return random() < rate ? wrongLabel(truth, classes, random) : truth
  }
  const consensus = (truth: number, isHard: boolean) => consensusOf(() => say(truth, isHard))

  let made = 0
  const message = (share: readonly number[], size: number): Message => {
    const truth = pick(share)
    const isHard = random() < HARD_SHARE
    return { id: String(made++), size, truth, isHard, scores: scoresOf(truth), u: random(), v: random() }
  }
  const sizeOf = (left: number) =>
    cell.copies && random() > 0.8 ? Math.min(left, 200, Math.floor(1 / (1 - random()))) : 1

  return {
    random,
    consensus,
    /** Messages of a day; those repeated from the day before come first. */
    day(share: number, before: readonly Message[]): Message[] {
      const shares = sharesAt(share)
      const messages: Message[] = []
      let posts = 0
      for (const one of before) {
        if (posts >= cell.posts / 2) break
        const size = sizeOf(cell.posts - posts)
        messages.push({ ...one, size })
        posts += size
      }
      while (posts < cell.posts) {
        const size = sizeOf(cell.posts - posts)
        messages.push(message(shares, size))
        posts += size
      }
      return messages
    },
    window(): Scored[] {
      if (cell.model === 'none') return []
      const shares = sharesAt(Math.min(0.9, Math.max(0.02, cell.share * (0.7 + 0.6 * random()))))
      const scored: Scored[] = []
      while (scored.length < WINDOW) {
        const truth = pick(shares)
        const { label } = consensus(truth, random() < HARD_SHARE)
        if (label !== undefined) scored.push({ label, scores: scoresOf(truth) })
      }
      return scored
    },
    /** Judgements so far by two annotators, and by a third for disputed items. */
    judged(): number[][] {
      const shares = sharesAt(Math.max(0.02, cell.share))
      return Array.from({ length: cell.pairs }, () => consensus(pick(shares), random() < HARD_SHARE).said)
    },
    label(one: Message, role: 'evaluation' | 'training'): number | undefined {
      if (role === 'training') return (one.single ??= say(one.truth, one.isHard))
      if (!('agreed' in one)) one.agreed = consensus(one.truth, one.isHard).label
      return one.agreed
    },
  }
}

/** The other classes have unequal shares, in falling order. */
function otherShare(k: number, classes: number): number {
  const total = ((classes - 1) * classes) / 2
  return (classes - k) / total
}

/** A day with its two draws. */
export interface DrawnDay {
  messages: readonly Message[]
  drawn: ReadonlyMap<string, 'evaluation' | 'training'>
  parts: ReadonlyMap<string, Parts>
}

/**
 * Draws evaluation messages by size, and training messages by size and doubt among the eligible ones. Messages with a
 * training label stay in the order and cost nothing: the target is the smallest with as many other messages as places.
 */
export function drawDay(
  messages: readonly Message[],
  { labels, model }: Pick<Cell, 'labels' | 'model'>,
  before: ReadonlyMap<string, 'evaluation' | 'training'>,
): DrawnDay {
  const byId = new Map(messages.map((one) => [one.id, one]))
  const evaluation = drawBottomK(messages, labels, (id) => byId.get(id)!.u)
  const isMember = new Set(evaluation.map(({ id }) => id))
  const measures = messages.map(({ id, size, scores }) => ({
    id,
    size: model === 'none' ? size : size * doubtOf(scores),
  }))
  const open = measures.filter(
    ({ id }) => byId.get(id)!.u >= TRAINING_FROM && !isMember.has(id) && before.get(id) !== 'evaluation',
  )
  const known = open.filter(({ id }) => before.get(id) === 'training').length
  const training = drawBottomK(open, labels + known, (id) => byId.get(id)!.v)
  const drawn = new Map<string, 'evaluation' | 'training'>([
    ...training.map(({ id }) => [id, 'training'] as const),
    ...evaluation.map(({ id }) => [id, 'evaluation'] as const),
  ])
  const sizes = messages.reduce((sum, { size }) => sum + size, 0)
  const [s, t] = [
    rateOf(evaluation, labels, sizes),
    rateOf(
      training,
      labels + known,
      open.reduce((sum, { size }) => sum + size, 0),
    ),
  ]
  const parts = new Map(
    messages.map(({ id, size }, i) => [
      id,
      { evaluation: Math.min(1, s * size), training: Math.min(1, t * measures[i]!.size) },
    ]),
  )
  return { messages, drawn, parts }
}

/** Inclusion probability for each unit of size below one. */
function rateOf(
  drawn: readonly { size: number; inclusionProbability: number }[],
  target: number,
  total: number,
): number {
  const chance = drawn.find(({ inclusionProbability }) => inclusionProbability < 1)
  return chance
    ? chance.inclusionProbability / chance.size
    : drawn.length > 0
      ? Number.POSITIVE_INFINITY
      : target / total
}

/** The samples of several days: each message has the maximum probability of its draws and the same label on every day. */
export function samplesOf(
  days: readonly DrawnDay[],
  label: (one: Message, role: 'evaluation' | 'training') => number | undefined,
): { sample: Sampled[]; messages: readonly Message[] }[] {
  const role = new Map<string, 'evaluation' | 'training'>()
  for (const { drawn } of days) for (const [id, one] of drawn) if (role.get(id) !== 'evaluation') role.set(id, one)
  const union = new Map<string, Parts>()
  for (const { parts } of days) {
    for (const [id, one] of parts) {
      const before = union.get(id)
      union.set(id, before ? greatest([before, one]) : one)
    }
  }
  const shared = new Map<string, Message>()
  return days.map(({ messages }) => ({
    messages,
    sample: messages.flatMap((one): Sampled[] => {
      const drawn = role.get(one.id)
      if (!drawn) return []
      const first = shared.get(one.id) ?? one
      shared.set(one.id, first)
      const said = label(first, drawn)
      if (said === undefined) return []
      return [
        {
          item: one.id,
          size: one.size,
          inclusionProbability: Math.min(1, joint(union.get(one.id)!)),
          label: said,
          judged: drawn === 'evaluation' ? 'consensus' : 'one',
          scores: one.scores,
        },
      ]
    }),
  }))
}

export function populationOf(messages: readonly Message[], basis: Basis, classes: number): Population {
  const means = Array.from({ length: classes }, () => 0)
  let total = 0
  for (const { size, scores } of messages) {
    const count = basis === 'posts' ? size : 1
    total += count
    for (let k = 0; k < classes; k++) means[k]! += count * scores[k]!
  }
  return { total, means: means.map((sum) => sum / total) }
}

export function truthOf(messages: readonly Message[], basis: Basis, classes: number): number[] {
  const sums = Array.from({ length: classes }, () => 0)
  let total = 0
  for (const { size, truth } of messages) {
    const count = basis === 'posts' ? size : 1
    total += count
    sums[truth]! += count
  }
  return sums.map((sum) => sum / total)
}
