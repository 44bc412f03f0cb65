import type { Hyperparameters } from './hyperparameters'
import { nextFraction } from './random'

/**
 * One random choice of hyperparameters, all of them BlazingText's; with `characters`, character n-grams in half of the
 * choices, which BlazingText does not have. The ranges suit texts of a few hundred to some ten thousand short lines, which
 * BlazingText's default learning rate does not train; few buckets make a model of a few megabytes.
 */
export function sample(random: Uint32Array, characters: boolean): Partial<Hyperparameters> {
  const between = (low: number, high: number) => low * (high / low) ** nextFraction(random)
  const oneOf = <T>(...choices: readonly [T, ...T[]]): T => choices[Math.floor(nextFraction(random) * choices.length)]!
  const learningRate = Number(between(0.05, 1).toPrecision(2))
  // What counts is their product; sets of this size want 2 to 16.
  const epochs = Math.min(40, Math.max(5, Math.round(between(2, 16) / learningRate)))
  const chosen: Partial<Hyperparameters> = {
    learningRate,
    epochs,
    vectorDim: oneOf(10, 20),
    wordNgrams: oneOf(1, 2, 2, 3),
    minCount: oneOf(1, 1, 2, 3),
    buckets: 200_000,
  }
  const withCharacters = characters && nextFraction(random) < 0.5
  return withCharacters ? { ...chosen, minCharacters: oneOf(2, 3), maxCharacters: oneOf(4, 5, 6) } : chosen
}

/** What a search starts from. */
export const FIRST_CHOICE: Partial<Hyperparameters> = {
  learningRate: 0.5,
  epochs: 10,
  vectorDim: 10,
  wordNgrams: 2,
  minCount: 1,
  buckets: 200_000,
}
