import type { Labels } from './snapshot'
import type { StandingLabel } from './standing'

/** The labels of the evaluation sample; with `upTo` only of posts of that UTC day or before. */
export const evaluationLabels = (labels: Labels['labels'], upTo?: string): StandingLabel[] =>
  [...labels.values()].filter(({ role, date }) => role === 'evaluation' && (upTo === undefined || date <= upTo))

/**
 * The evaluation window: of evaluation items the `size` whose posts are the newest, by the UTC day of the post and then
 * by item. Not by when the label was given: a corrected label, or one that was asked for again because it was in doubt,
 * would move its old post into the window, and the window would no longer be a sample of recent posts.
 */
export const evaluationWindow = <T extends { item: string; date: string }>(items: Iterable<T>, size: number): T[] =>
  [...items].sort((a, b) => order(b.date, a.date) || order(a.item, b.item)).slice(0, size)

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
