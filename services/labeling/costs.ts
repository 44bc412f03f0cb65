import type { Settings } from '../../shared/settings'
import { evaluationTarget } from './draw'

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

/** How many judgements an item may get: at the desk, one more where an even number of them can end in a tie. */
export const judgementsAtMost = (asked: number, labeller: Labelling['labeller']): number =>
  labeller === 'desk' && asked % 2 === 0 ? asked + 1 : asked

/** What this many items and judgements cost; US dollars, whole micro-dollars. */
export function usdOf({ labeller, pricePerJudgementUsd, groundTruth }: Labelling, items: number, judgements: number) {
  const fee = labeller === 'ground-truth' ? (groundTruth?.feePerItemUsd ?? 0) : 0
  return Math.round((items * fee + judgements * pricePerJudgementUsd) * 1e6) / 1e6
}

/** The most that a batch of `items` can cost, whichever of them turn out to be for evaluation. */
export function costAtMost(labelling: Labelling, items: number): Cost {
  const asked = judgementsAsked(labelling)
  const evaluation = judgementsAtMost(asked.evaluation, labelling.labeller)
  const training = judgementsAtMost(asked.training, labelling.labeller)
  const dearer = Math.max(0, evaluation - training)
  const judgements = items * training + evaluationTarget(items, labelling.evaluationShare) * dearer
  return { judgements, usd: usdOf(labelling, items, judgements) }
}

/** The largest batch, up to `items`, that fits into what is left of the caps. */
export function largestWithin(labelling: Labelling, items: number, left: Cost): number {
  for (let fitting = items; fitting > 0; fitting--) {
    const { judgements, usd } = costAtMost(labelling, fitting)
    if (judgements <= left.judgements && usd <= left.usd + 1e-9) return fitting
  }
  return 0
}
