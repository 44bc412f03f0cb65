import { categoryOf } from '../../shared/category-label'
import type { Answers } from './measure'

/**
 * Multinomial naive Bayes on single words, each word counted up by one: the cheapest linear classifier there is, and hard to
 * beat with few labels. Manning, Raghavan and Schütze, Introduction to Information Retrieval, 13.2. `add` takes lines of a
 * training file, a label and its tokens.
 */
export function naiveBayes() {
  const lines = new Map<string, number>()
  const totals = new Map<string, number>()
  const words = new Map<string, Map<string, number>>()

  const add = (line: string): void => {
    const [prefixed, ...tokens] = line.split(' ')
    const label = categoryOf(prefixed!)
    lines.set(label, (lines.get(label) ?? 0) + 1)
    totals.set(label, (totals.get(label) ?? 0) + tokens.length)
    for (const token of tokens) {
      const counts = words.get(token) ?? new Map<string, number>()
      words.set(token, counts.set(label, (counts.get(label) ?? 0) + 1))
    }
  }

  const scoreOf = (label: string, tokens: readonly string[]): number =>
    tokens.reduce(
      (sum, token) => {
        const counts = words.get(token)
        // A word that no training line has says nothing.
        return counts ? sum + Math.log(((counts.get(label) ?? 0) + 1) / ((totals.get(label) ?? 0) + words.size)) : sum
      },
      Math.log(lines.get(label) ?? 0),
    )

  /** Nothing to answer with where no line was added. */
  const model = (): Answers | undefined => {
    const labels = [...lines.keys()].sort()
    if (labels.length === 0) return undefined
    return {
      rank: (texts) =>
        texts.map((text) => {
          const scores = labels.map((label) => scoreOf(label, text.split(' ')))
          const highest = Math.max(...scores)
          const weights = scores.map((score) => Math.exp(score - highest))
          const sum = weights.reduce((all, weight) => all + weight, 0)
          return labels
            .map((label, i) => ({ label, probability: weights[i]! / sum }))
            .sort((a, b) => b.probability - a.probability)
        }),
    }
  }
  return { add, model }
}
