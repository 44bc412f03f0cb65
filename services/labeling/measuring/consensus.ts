import { majorityVote } from '../../../shared/statistics/majority'
import type { Judgement } from '../labellers/labeller'

/** The result of the judgements of one item. */
export type Consensus =
  | { label: string; confidence: number; at: string }
  | { label?: never; reason: 'unanswered' | 'disputed' | 'flagged' | 'unknown-class' }

/** How probable each category is, given who said what. */
type Posterior = readonly number[] | undefined

/**
 * The label of an item: the most probable of the labels that annotators gave. `disputed`: two answers tie, and one more
 * judgement decides. Confidence is that probability. Without one, it is the share of annotators who gave the label, and
 * 0 where only one was asked, as in Ground Truth. `at` is the time of the last judgement.
 */
export function consensusOf(
  judgements: readonly Judgement[],
  categories: readonly string[],
  posterior?: Posterior,
): Consensus {
  if (judgements.length === 0) return { reason: 'unanswered' }
  const { leading, count } = majorityVote(judgements.map(({ said }) => JSON.stringify(said)))
  if (leading.length > 1) return { reason: 'disputed' }

  const winner = judgements.find(({ said }) => JSON.stringify(said) === leading[0])?.said
  if (!winner || 'flag' in winner) return { reason: 'flagged' }
  if (!categories.includes(winner.label)) return { reason: 'unknown-class' }
  const at = judgements.map((judgement) => judgement.at).reduce((last, time) => (time > last ? time : last))
  if (!posterior || judgements.length === 1) {
    return { label: winner.label, confidence: judgements.length === 1 ? 0 : count / judgements.length, at }
  }
  // A label that nobody gave cannot win; among equally probable labels, the majority vote does.
  const given = categories.filter((name) => judgements.some(({ said }) => 'label' in said && said.label === name))
  const probability = (name: string): number => posterior[categories.indexOf(name)] ?? 0
  const label = given.reduce((best, name) => (probability(name) > probability(best) ? name : best), winner.label)
  return { label, confidence: Math.min(1, probability(label)), at }
}
