import type { Settings } from '../../shared/settings'
import { evaluationTarget } from './sampling/draw'

export type Labelling = Settings['labelling']

export interface Cost {
  judgements: number
  usd: number
}

/** How many judgements an item of a role is asked for. A Ground Truth job has one number for all its items. */
export function judgementsAsked(labelling: Labelling): { evaluation: number; training: number } {
  const { evaluationJudgements: evaluation, trainingJudgements: training } = labelling
  if (labelling.labeller === 'desk') return { evaluation, training }
  const most = Math.max(evaluation, training)
  return { evaluation: most, training: most }
}

/** How many judgements an item may get: one more where an even number of them can end in a tie. */
export const judgementsAtMost = (asked: number): number => (asked % 2 === 0 ? asked + 1 : asked)

/**
 * How many objects Ground Truth may bill for this many items: one that is disputed goes into a second job, but for those
 * of them that only measure people.
 */
export const objectsAtMost = (labelling: Labelling, items: number, measuring = 0): number =>
  judgementsAsked(labelling).evaluation % 2 === 0 ? 2 * items - measuring : items

/** What one judgement costs; US dollars. People at the desk may be paid by the hour. */
export const priceOf = ({ labeller, pricePerJudgementUsd, hourlyWageUsd, secondsPerJudgement }: Labelling): number =>
  pricePerJudgementUsd + (labeller === 'desk' ? (hourlyWageUsd * secondsPerJudgement) / 3600 : 0)

/**
 * What this many items and judgements cost; US dollars, whole micro-dollars. Ground Truth's fee for an item falls with
 * the number of items `before` it in the month; one that goes through two jobs is two items.
 */
export function usdOf(labelling: Labelling, items: number, judgements: number, before = 0): number {
  const fees = labelling.labeller === 'ground-truth' ? feesOf(labelling.groundTruth, items, before) : 0
  return Math.round((fees + judgements * priceOf(labelling)) * 1e6) / 1e6
}

function feesOf(groundTruth: Labelling['groundTruth'], items: number, before: number): number {
  if (!groundTruth) return 0
  const tiers = [{ above: 0, feePerItemUsd: groundTruth.feePerItemUsd }, ...groundTruth.feeTiers]
  return tiers.reduce((sum, { above, feePerItemUsd }, i) => {
    const end = Math.min(before + items, tiers[i + 1]?.above ?? Infinity)
    return sum + Math.max(0, end - Math.max(before, above)) * feePerItemUsd
  }, 0)
}

/** How long people are at it; whole minutes, of all of them together. */
export const minutesOf = ({ secondsPerJudgement }: Labelling, judgements: number): number =>
  Math.ceil((judgements * secondsPerJudgement) / 60)

/** The most that a batch of `items` can cost, whichever of them turn out to be for evaluation. */
export function costAtMost(labelling: Labelling, items: number, before = 0): Cost {
  const asked = judgementsAsked(labelling)
  const evaluation = judgementsAtMost(asked.evaluation)
  const training = judgementsAtMost(asked.training)
  const dearer = Math.max(0, evaluation - training)
  const judgements = items * training + evaluationTarget(items, labelling.evaluationShare) * dearer
  return { judgements, usd: usdOf(labelling, objectsAtMost(labelling, items), judgements, before) }
}

/** The largest batch, up to `items`, that fits into what is left of the caps. */
export function largestWithin(labelling: Labelling, items: number, left: Cost, before = 0): number {
  for (let fitting = items; fitting > 0; fitting--) {
    const { judgements, usd } = costAtMost(labelling, fitting, before)
    if (judgements <= left.judgements && usd <= left.usd + 1e-9) return fitting
  }
  return 0
}
