import type { Answer } from './worker-response'

/**
 * One label of several answers: that of most, among equals the first of the categories. Confidence is the share of the
 * answers that agree, and 0 for a single answer, as Ground Truth has it.
 */
export function consolidate(
  answers: readonly Answer[],
  categories: readonly string[],
): { label: string; confidence: number } | undefined {
  const votes = categories.map((label) => ({ label, count: answers.filter((one) => one.label === label).length }))
  const best = votes.reduce((first, one) => (one.count > first.count ? one : first), { label: '', count: 0 })
  if (best.count === 0) return undefined
  const confidence = answers.length === 1 ? 0 : Math.round((best.count / answers.length) * 100) / 100
  return { label: best.label, confidence }
}
