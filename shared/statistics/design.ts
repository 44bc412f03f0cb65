import { permanentRandom } from '../text/cascade'
import { clip } from './numbers'

/** A cascade with a lower permanent random number is never drawn for training, so it stays free for an evaluation draw. */
export const TRAINING_FROM = 0.3

/** The probabilities with which the two draws of a hashtag's day take a cascade. */
export interface Parts {
  evaluation: number
  /** Conditional on the cascade being open to training. */
  training: number
}

/** A cascade of a draw, as stored in a plan. */
export interface Member {
  item: string
  size: number
  inclusionProbability: number
  measure?: number | undefined
  evaluation?: number | undefined
  training?: number | undefined
  drawn?: 'evaluation' | 'training' | 'before' | undefined
}

/** The two draws of a hashtag's day, as stored in a plan. Plans of older releases have only the evaluation draw. */
export interface PlannedDraw {
  target: number
  /** The total size. */
  posts: number
  training?: { target: number; measure: number } | undefined
  members: readonly Member[]
}

/** How many cascades each draw takes. */
export type DrawTargets = Parts

/** The permanent random number that decides the evaluation draw. The salt is empty but for replays. */
export const evaluationRandom = (item: string, salt = ''): number => permanentRandom(item, `split-v1${salt}`)

/** The permanent random number that decides the training draw. */
export const trainingRandom = (item: string, salt = ''): number => permanentRandom(item, `training-v1${salt}`)

/** Whether a cascade's random number leaves it to training, where no evaluation draw took it. */
export const isOpenToTraining = (item: string, salt = ''): boolean => evaluationRandom(item, salt) >= TRAINING_FROM

/** The probability that one of the two draws takes a cascade: it is open to training by the same number that decides evaluation. */
export const joint = (parts: Parts): number => Math.min(1, parts.evaluation + trainingProbability(parts))

/** The probability that a cascade is drawn for training. */
export const trainingProbability = ({ evaluation, training }: Parts): number =>
  Math.min(1 - TRAINING_FROM, 1 - evaluation) * training

/**
 * The probabilities over several draws of one cascade. Each compares the same random number with its own probability, so
 * that the union has the greatest of them.
 */
export const greatest = (parts: Iterable<Parts>): Parts => {
  const union = { evaluation: 0, training: 0 }
  for (const { evaluation, training } of parts) {
    union.evaluation = Math.max(union.evaluation, evaluation)
    union.training = Math.max(union.training, training)
  }
  return union
}

/**
 * The part of the training measure that does not depend on the model, and how fast the rest falls with the margin. Flatter
 * than what teaches a model most: the labels also count in a share, where a wrong label does more harm the more posts it represents.
 */
const SURE = 0.3
const STEEPNESS = 1.5

/** Weight of a message in the training draw, in (0, 1]: greater when its two greatest scores are closer. */
export function doubtOf(scores: readonly number[]): number {
  const [first = 0, second = 0] = [...scores].sort((a, b) => b - a)
  return SURE + (1 - SURE) * (1 - clip(first - second)) ** STEEPNESS
}

/** How many cascades of each draw were answered: drawn by it, and with a label that the draw asked for. */
export function answeredTargets({ members }: PlannedDraw, isAnswered: (item: string) => boolean): DrawTargets {
  const count = (role: 'evaluation' | 'training') =>
    members.filter(({ item, drawn = 'evaluation' }) => drawn === role && isAnswered(item)).length
  return { evaluation: count('evaluation'), training: count('training') }
}

/**
 * The probabilities of a cascade, by its size and its training measure, in a draw that takes `targets` in place of what
 * was planned, and no more than that. For any cascade of the hashtag's day, a member or not.
 */
export function partsAt(draw: PlannedDraw, targets: DrawTargets): (unit: { size: number; measure?: number }) => Parts {
  const drawn = (role: Member['drawn']) => draw.members.filter((member) => (member.drawn ?? 'evaluation') === role)
  const evaluation = rateOf(
    drawn('evaluation').map(({ size }) => size),
    draw.posts,
    targets.evaluation,
  )
  const training = rateOf(
    drawn('training').map(({ measure }) => measure ?? 0),
    draw.training?.measure ?? 0,
    targets.training,
  )
  return ({ size, measure = 0 }) => ({
    evaluation: Math.min(1, evaluation * size),
    training: measure > 0 ? Math.min(1, training * measure) : 0,
  })
}

/** The probabilities of each member of a draw, for the number of answered cascades in place of the target. */
export function answeredParts(draw: PlannedDraw, isAnswered: (item: string) => boolean): Map<string, Parts> {
  const at = partsAt(draw, answeredTargets(draw, isAnswered))
  return new Map(
    draw.members.map(({ item, size, measure }) => [item, at({ size, ...(measure === undefined ? {} : { measure }) })]),
  )
}

/** What is left of a total by rounding. */
const NOTHING = 1e-9

/**
 * The inclusion probability per unit of size in a draw of `target` units, where it is less than one. `drawn` are sizes
 * of drawn units: those that are taken for certain are among them, and so are those of any smaller target.
 */
export function rateOf(drawn: readonly number[], total: number, target: number): number {
  let left = target
  let rest = total
  for (const size of [...drawn].sort((a, b) => b - a)) {
    if (left <= 0 || left * size < rest) break
    left -= 1
    rest -= size
  }
  if (target <= 0) return 0
  return rest <= NOTHING * total ? Number.POSITIVE_INFINITY : left / rest
}
