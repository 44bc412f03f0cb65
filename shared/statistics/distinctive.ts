/** Numbers of documents with a word, within a group and among all others, and the prior count of the word. */
export interface WordSplit {
  /** Within the group. */
  inside: number
  outside: number
  prior: number
}

/** Sums of `WordSplit` over all words. */
export type WordTotals = WordSplit

/** Weight of the prior of all words together: 1,000 words of evidence. */
export const PRIOR_TOTAL = 1000

/**
 * How far a word sets a group apart: the difference of its log-odds inside and outside, under an informative Dirichlet prior,
 * in its standard errors. Positive where the group has more of it. Monroe, Colaresi and Quinn (2008), equations 15 to 22.
 */
export function distinctiveness(word: WordSplit, totals: WordTotals): number {
  const logOdds = (count: number, total: number) =>
    Math.log((count + word.prior) / (total + totals.prior - count - word.prior))
  const difference = logOdds(word.inside, totals.inside) - logOdds(word.outside, totals.outside)
  const variance = 1 / (word.inside + word.prior) + 1 / (word.outside + word.prior)
  return difference / Math.sqrt(variance)
}
