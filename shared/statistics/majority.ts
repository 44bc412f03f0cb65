/**
 * Majority vote: the most frequent answers, in the order in which they were first given, and their number. Several
 * answers mean a tie; without votes there is none.
 */
export function majorityVote<T extends string>(votes: readonly T[]): { leading: T[]; count: number } {
  const counts = new Map<T, number>()
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1)
  const count = Math.max(0, ...counts.values())
  return { leading: [...counts.keys()].filter((vote) => counts.get(vote) === count), count }
}
