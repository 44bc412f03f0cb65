import { z } from 'zod'

const count = z.number().nonnegative()

/** How often each word occurs in the examples of each label. Lists by label are in the order of `labels`. */
export const wordCounts = z.object({
  labels: z.array(z.string()).min(1),
  examples: z.array(count).describe('Of each label.'),
  words: z.array(z.tuple([z.string(), z.array(count)])).describe('Sorted; a list, since a word may be __proto__.'),
})
export type WordCounts = z.infer<typeof wordCounts>

/** Count the words of labelled examples. */
export function countWords(labelled: readonly { words: readonly string[]; label: string }[]): WordCounts {
  const labels = [...new Set(labelled.map(({ label }) => label))].sort()
  const examples = labels.map((label) => labelled.filter((one) => one.label === label).length)
  const byWord = new Map<string, number[]>()
  for (const { words, label } of labelled) {
    const i = labels.indexOf(label)
    for (const word of words) {
      const counts = byWord.get(word) ?? labels.map(() => 0)
      // oxlint-disable-next-line typescript/no-non-null-assertion -- `labels` has the label of every example
      counts[i]! += 1
      byWord.set(word, counts)
    }
  }
  return { labels, examples, words: [...byWord].sort(([a], [b]) => (a < b ? -1 : 1)) }
}

/**
 * Makes the function that returns the probability of each label for the words of a message, or undefined if none of them was
 * counted. `smoothing` is added to the count of each word.
 */
export function posteriorOf(
  { labels, examples, words }: WordCounts,
  smoothing: number,
): (message: readonly string[]) => number[] | undefined {
  const totals = labels.map((_, i) => words.reduce((sum, [, counts]) => sum + (counts[i] ?? 0), 0))
  const all = examples.reduce((sum, count) => sum + count, 0)
  const logShares = examples.map((count) => Math.log(count / all))
  const logLikelihoods = new Map(
    words.map(([word, counts]) => [
      word,
      // oxlint-disable-next-line typescript/no-non-null-assertion -- there is a total for each label
      counts.map((count, i) => Math.log((count + smoothing) / (totals[i]! + smoothing * words.length))),
    ]),
  )
  return (message) => {
    const known = message.flatMap((word) => {
      const logs = logLikelihoods.get(word)
      return logs ? [logs] : []
    })
    if (known.length === 0) return undefined
    // oxlint-disable-next-line typescript/no-non-null-assertion -- each word has a logarithm for each label
    const scores = logShares.map((share, i) => known.reduce((sum, logs) => sum + logs[i]!, share))
    const highest = Math.max(...scores)
    const weights = scores.map((score) => Math.exp(score - highest))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    return weights.map((weight) => weight / sum)
  }
}
