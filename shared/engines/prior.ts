/** The share of each label, for messages without a token that the model knows. */
export type Prior = Readonly<Record<string, number>>

/** A label, and the probability with which its message was drawn; null where unknown. */
export interface DrawnLabel {
  label: string
  inclusionProbability: number | null
}

/**
 * The label shares among all messages, estimated from drawn labels: each label is weighted by the inverse of its
 * inclusion probability (Horvitz and Thompson 1952). Where one of the probabilities is unknown, as for imported labels
 * or those of older releases, each label counts once. Empty without labels.
 */
export function priorOf(labels: readonly DrawnLabel[]): Prior {
  const isKnown = labels.every(({ inclusionProbability }) => inclusionProbability !== null)
  const weights = new Map<string, number>()
  for (const { label, inclusionProbability } of labels)
    weights.set(label, (weights.get(label) ?? 0) + (isKnown && inclusionProbability ? 1 / inclusionProbability : 1))
  return sharesOf(weights)
}

/** A prior for these labels alone, in their order: shares that sum to one, equal where the prior has none of them. */
export function priorFor(labels: readonly string[], prior: Prior | null | undefined): number[] {
  const known = new Map(Object.entries(prior ?? {}))
  const shares = labels.map((label) => known.get(label) ?? 0)
  const sum = shares.reduce((all, share) => all + share, 0)
  return shares.map((share) => (sum > 0 ? share / sum : 1 / labels.length))
}

function sharesOf(weights: ReadonlyMap<string, number>): Prior {
  const sum = [...weights.values()].reduce((all, weight) => all + weight, 0)
  const sorted = [...weights].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([label, weight]) => [label, Number((weight / sum).toPrecision(6))]))
}
