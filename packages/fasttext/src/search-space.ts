import type { Hyperparameters } from './hyperparameters'
import { nextFraction } from './random'

/**
 * One random choice of BlazingText's hyperparameters. With `characters`, half of the choices also have character n-grams,
 * which BlazingText does not support. The ranges suit texts of a few hundred to some ten thousand short lines, which
 * BlazingText's default learning rate is too low for. Few buckets keep a model at a few megabytes.
 */
export function sample(random: Uint32Array, characters: boolean): Partial<Hyperparameters> {
  const between = (low: number, high: number) => low * (high / low) ** nextFraction(random)
  const oneOf = <T>(...choices: readonly [T, ...T[]]): T => choices[Math.floor(nextFraction(random) * choices.length)]!
  const learningRate = Number(between(0.05, 1).toPrecision(2))
  // Their product matters most; texts of this size need 2 to 16.
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

/** The first choice of a search. */
export const FIRST_CHOICE: Partial<Hyperparameters> = {
  learningRate: 0.5,
  epochs: 10,
  vectorDim: 10,
  wordNgrams: 2,
  minCount: 1,
  buckets: 200_000,
}
