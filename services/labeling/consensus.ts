import type { Judgement } from './labeller'

/** What the judgements of one item come to. */
export type Consensus =
  | { label: string; confidence: number; at: string }
  | { label?: never; reason: 'unanswered' | 'disputed' | 'flagged' | 'unknown-class' }

/**
 * The label that more people gave than any other; `disputed` where two were given equally often. Confidence is the share
 * of those who gave it, and 0 where only one was asked, as Ground Truth has it. `at` is the time of the last judgement.
 */
export function consensusOf(judgements: readonly Judgement[], categories: readonly string[]): Consensus {
  if (judgements.length === 0) return { reason: 'unanswered' }
  const votes = new Map<string, number>()
  for (const { said } of judgements) votes.set(JSON.stringify(said), (votes.get(JSON.stringify(said)) ?? 0) + 1)
  const most = Math.max(...votes.values())
  const leading = [...votes].filter(([, count]) => count === most)
  if (leading.length > 1) return { reason: 'disputed' }

  const winner = judgements.find(({ said }) => JSON.stringify(said) === leading[0]?.[0])?.said
  if (!winner || 'flag' in winner) return { reason: 'flagged' }
  if (!categories.includes(winner.label)) return { reason: 'unknown-class' }
  return {
    label: winner.label,
    confidence: judgements.length === 1 ? 0 : most / judgements.length,
    at:
      judgements
        .map(({ at }) => at)
        .sort()
        .at(-1) ?? '',
  }
}
