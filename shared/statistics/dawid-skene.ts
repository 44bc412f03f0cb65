import { sum, zeros } from './numbers'

/** One annotator's label of one item, by its index. */
export interface Vote {
  item: string
  annotator: string
  label: number
}

export interface DawidSkene {
  /** For each item, the probability of each label; they sum to 1. */
  posteriors: Map<string, number[]>
  /** For each annotator, a row for each true label: how often the annotator gives each label. Rows sum to 1. */
  confusions: Map<string, number[][]>
  /** The frequency of each label. */
  prior: number[]
}

interface Options {
  /** Pseudo-counts of each annotator's confusion. Without them this is plain Dawid-Skene, which is over-confident. */
  diagonal?: number
  offDiagonal?: number
  iterations?: number
  /** Iteration stops when no probability changes by more than this. */
  tolerance?: number
}

/**
 * Maximum a posteriori Dawid-Skene: the labels of items and the reliability of annotators, each from the other, by
 * expectation maximisation from the shares of the votes. Deterministic, in any order of the votes. Made for items with
 * two votes or more: where most have one, it answers with the most frequent label for all.
 * Dawid & Skene 1979; the prior as in Passonneau & Carpenter 2014.
 */
export function dawidSkene(
  votes: readonly Vote[],
  labels: number,
  { diagonal = 2, offDiagonal = 0.5, iterations = 100, tolerance = 1e-6 }: Options = {},
): DawidSkene {
  const sorted = [...votes].sort(
    (a, b) => compare(a.item, b.item) || compare(a.annotator, b.annotator) || a.label - b.label,
  )
  const items = [...new Set(sorted.map(({ item }) => item))]
  const annotators = [...new Set(sorted.map(({ annotator }) => annotator))]
  const [itemNumber, annotatorNumber] = [numbering(), numbering()]
  const cast = sorted.map(({ item, annotator, label }) => ({
    item: itemNumber(item),
    annotator: annotatorNumber(annotator),
    label,
  }))

  let posteriors = items.map(() => zeros(labels))
  for (const { item, label } of cast) posteriors[item]![label]! += 1
  posteriors = posteriors.map(normalised)
  let confusions: number[][][] = []
  let prior: number[] = []

  for (let iteration = 0; iteration < iterations; iteration++) {
    const counts = annotators.map(() =>
      range(labels).map((truth) => range(labels).map((said) => (truth === said ? diagonal : offDiagonal))),
    )
    for (const { item, annotator, label } of cast) {
      for (const truth of range(labels)) counts[annotator]![truth]![label]! += posteriors[item]![truth]!
    }
    confusions = counts.map((rows) => rows.map(normalised))
    prior = normalised(range(labels).map((truth) => sum(posteriors.map((row) => row[truth]!))))

    const logarithms = items.map(() => prior.map(Math.log))
    for (const { item, annotator, label } of cast) {
      for (const truth of range(labels)) logarithms[item]![truth]! += Math.log(confusions[annotator]![truth]![label]!)
    }
    const next = logarithms.map((row) => softmax(row).map(rounded))
    const moved = Math.max(0, ...next.map((row, i) => Math.max(...row.map((p, k) => Math.abs(p - posteriors[i]![k]!)))))
    posteriors = next
    if (moved < tolerance) break
  }
  return {
    posteriors: new Map(items.map((item, i) => [item, posteriors[i]!])),
    confusions: new Map(annotators.map((annotator, i) => [annotator, confusions[i]!])),
    prior,
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

/**
 * Rounded, without the noise of the last digits. Where two labels are equally good for an item, that noise depends on
 * the order of sums, and would grow with each iteration until it decides.
 */
const rounded = (probability: number): number => Math.round(probability * 1e9) / 1e9

/** Divided by its sum; uniform where the sum is 0. */
function normalised(row: readonly number[]): number[] {
  const total = sum(row)
  return row.map((value) => (total === 0 ? 1 / row.length : value / total))
}

function softmax(row: readonly number[]): number[] {
  const most = Math.max(...row)
  // Every label was excluded by some annotator, which only happens without pseudo-counts.
  if (most === -Infinity) return normalised(row.map(() => 0))
  return normalised(row.map((value) => Math.exp(value - most)))
}

/** Numbers names from 0 in the order in which they come. */
function numbering(): (name: string) => number {
  const numbers = new Map<string, number>()
  return (name) => {
    const number = numbers.get(name) ?? numbers.size
    numbers.set(name, number)
    return number
  }
}
