import type { Labels } from './snapshot'
import type { StandingLabel } from './standing'

/** The labels of the evaluation sample; with `upTo` only of posts of that UTC day or before. */
export const evaluationLabels = (labels: Labels['labels'], upTo?: string): StandingLabel[] =>
  [...labels.values()].filter(({ role, date }) => role === 'evaluation' && (upTo === undefined || date <= upTo))

/**
 * The evaluation window: the `size` evaluation items with the newest posts, by the UTC day of the post and then by
 * item. The time of the label does not count. A corrected label, or a label that was in doubt and asked about again,
 * would move its old post into the window, which would then no longer be a sample of recent posts.
 */
export const evaluationWindow = <T extends { item: string; date: string }>(items: Iterable<T>, size: number): T[] =>
  [...items].sort((a, b) => order(b.date, a.date) || order(a.item, b.item)).slice(0, size)

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
