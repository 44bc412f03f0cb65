import type { z } from 'zod'
import type { Cost } from '../cost'
import type { ShownText } from '../text'

/** Hyperparameters as a training job and its record store them: every value is a string. */
export type Hyperparameters = Readonly<Record<string, string>>

/** A labelled message to learn from. */
export interface Example {
  /** Id of the message. */
  item: string
  text: ShownText
  label: string
}

/** What an engine learns from, and what it may use for early stopping or selection. */
export interface TrainingSet {
  train: readonly Example[]
  validation: readonly Example[]
}

/** The files of a trained model by name, as they are packed next to `model.json`. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>

/** A trained model in memory. */
export interface Model {
  /** The categories it answers with, sorted by name. */
  labels: readonly string[]
  /**
   * Factors of the probability of each label before the model decides for one; absent where it decides for the most
   * probable one. Only the decision reads them: shares and their intervals rest on the probabilities.
   */
  decisionWeights?: readonly number[]
  /**
   * For each message the probability of each label, in the order of `labels` and summing to one; undefined for a
   * message of which the model knows no token.
   */
  classify(messages: readonly ShownText[]): Promise<(readonly number[] | undefined)[]>
}

/**
 * The result of a search over hyperparameters: the best candidate, and every candidate with its mean score over the
 * folds.
 */
export interface SearchResult {
  best: Hyperparameters
  /** `spread` is the standard error of the mean; both are NaN where no fold could be scored. */
  tried: readonly { hyperparameters: Hyperparameters; score: number; spread: number }[]
}

export interface SearchOptions {
  /** The first candidate: the result is at least as good on the folds. */
  configured: Hyperparameters
  seed: number
  folds: number
  goal: 'macroF1'
  /** Candidates to try; fewer where `seconds` run out first. */
  trials: number
  seconds: number
}

/** A search space over an engine's hyperparameters. */
export interface Search {
  /** How long one candidate takes on the folds for one example: measured and rounded up. */
  secondsPerExample: number
  /** TRAINING_REFUSED where the examples cannot be divided into folds. */
  run(examples: readonly Example[], options: SearchOptions): Promise<SearchResult>
}

/**
 * Load a model from its files. Throws an error that names the file and the problem. It is the `load` of `load.ts` in
 * the engine's folder, which an exported model carries alone.
 */
export type LoadModel = (files: ModelFiles, origin: { textVersion: string; where: string }) => Promise<Model>

/** A kind of model: how it is trained, stored and used. docs/extending.md shows how to add one. */
export interface Engine {
  /** As `training.engine` and `model.json` spell it, and its folder. */
  name: string
  /** The values of `training.hyperparameters` that it accepts; parses them into strings. */
  hyperparameters: z.ZodType<Hyperparameters>
  /** Hyperparameters for a few hundred labels, where nobody configured any. */
  suggested: Hyperparameters
  /** It learns something from a few dozen labels: no other engine replaces it below `training.fewLabels`. */
  suitsFewLabels?: boolean
  /** Why sets of these sizes cannot be trained on, so that no job is paid for in vain. */
  objection?(rows: { train: number; validation: number }, hyperparameters: Hyperparameters): string | undefined
  /** The seed of its random numbers; null where it draws none. */
  seed: number | null
  search?: Search
  /** Pure: the same examples give the same bytes. TRAINING_REFUSED says why no model can be learned from them. */
  train(set: TrainingSet, hyperparameters: Hyperparameters): Promise<ModelFiles>
  load: LoadModel
  /**
   * How many messages a model answers a second on one core: measured, including the text function, and rounded down.
   */
  postsPerSecond: number
  /** The cost of asking a model. */
  costOfMillionPosts: Cost
  /** The container image that serves its archive at a SageMaker endpoint of a region, where there is one. */
  servingImage?(region: string): string | undefined
}
