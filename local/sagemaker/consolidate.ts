import { majorityVote } from '../../shared/statistics/majority'
import type { Answer } from './worker-response'

/**
 * One label of several answers: that of most, among equals the first of the categories. Confidence is the share of the
 * answers that agree, and 0 for a single answer, as Ground Truth has it.
 */
export function consolidate(
  answers: readonly Answer[],
  categories: readonly string[],
): { label: string; confidence: number } | undefined {
  const { leading, count } = majorityVote(
    answers.map(({ label }) => label).filter((label) => categories.includes(label)),
  )
  const label = categories.find((category) => leading.includes(category))
  if (label === undefined) return undefined
  const confidence = answers.length === 1 ? 0 : Math.round((count / answers.length) * 100) / 100
  return { label, confidence }
}
