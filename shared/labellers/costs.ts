import type { LabellerTerms, LabellingOptions } from './index'

type Terms = LabellerTerms<LabellingOptions>

export interface LabellingCost {
  judgements: number
  usd: number
}

/** How many items of a batch are for evaluation. */
export const evaluationTarget = (items: number, share: number): number => Math.round(items * share)

/** How many judgements an item may get: one more where an even number of them can end in a tie. */
export const judgementsAtMost = (asked: number): number => (asked % 2 === 0 ? asked + 1 : asked)

/**
 * How many objects may be billed for `items`, of which `measuring` only measure annotators; 0 where nothing is billed.
 */
export const objectsAtMost = ({ fee }: Terms, options: LabellingOptions, items: number, measuring = 0): number =>
  fee?.objectsAtMost(options, items, measuring) ?? 0

/** The cost of billed objects and judgements, after `before` objects in the month; US dollars, whole micro-dollars. */
export function usdOf(
  { fee, judgementUsd }: Terms,
  options: LabellingOptions,
  objects: number,
  judgements: number,
  before = 0,
): number {
  const fees = fee?.usd(options, objects, before) ?? 0
  return Math.round((fees + judgements * judgementUsd(options)) * 1e6) / 1e6
}

/** Working time of all annotators together, in whole minutes. */
export const minutesOf = ({ secondsPerJudgement }: LabellingOptions, judgements: number): number =>
  Math.ceil((judgements * secondsPerJudgement) / 60)

/** The most that a batch of `items` can cost, whichever of them turn out to be for evaluation. */
export function costAtMost(terms: Terms, options: LabellingOptions, items: number, before = 0): LabellingCost {
  const asked = terms.judgementsAsked(options)
  const evaluation = judgementsAtMost(asked.evaluation)
  const training = judgementsAtMost(asked.training)
  const dearer = Math.max(0, evaluation - training)
  const judgements = items * training + evaluationTarget(items, options.evaluationShare) * dearer
  return { judgements, usd: usdOf(terms, options, objectsAtMost(terms, options, items), judgements, before) }
}

/** The largest batch, up to `items`, that fits into what is left of the caps. */
export function largestWithin(
  terms: Terms,
  options: LabellingOptions,
  items: number,
  left: LabellingCost,
  before = 0,
): number {
  for (let fitting = items; fitting > 0; fitting--) {
    const { judgements, usd } = costAtMost(terms, options, fitting, before)
    if (judgements <= left.judgements && usd <= left.usd + 1e-9) return fitting
  }
  return 0
}
