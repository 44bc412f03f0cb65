import type { Answer } from './worker-response'

/**
 * The majority vote over several answers; ties go to the first category. Confidence is the share of the
 * answers that agree, and 0 for a single answer, as in Ground Truth.
 */
export function consolidate(
  answers: readonly Answer[],
  categories: readonly string[],
): { label: string; confidence: number } | undefined {
  const votes = categories.map((category) => answers.filter(({ label }) => label === category).length)
  const count = Math.max(0, ...votes)
  const label = categories[votes.indexOf(count)]
  if (count === 0 || label === undefined) return undefined
  const confidence = answers.length === 1 ? 0 : Math.round((count / answers.length) * 100) / 100
  return { label, confidence }
}
