/**
 * The evaluation window: of evaluation items the `size` whose posts are the newest, by the UTC day of the post and then
 * by item. Not by when the label was given: a corrected label, or one that was asked for again because it was in doubt,
 * would move its old post into the window, and the window would no longer be a sample of recent posts.
 */
export const evaluationWindow = <T extends { item: string; date: string }>(items: Iterable<T>, size: number): T[] =>
  [...items].sort((a, b) => order(b.date, a.date) || order(a.item, b.item)).slice(0, size)

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
