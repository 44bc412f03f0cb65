import { FastTextError } from './error'
import { evaluate } from './evaluate'
import { type Fold, groupedFolds } from './folds'
import type { Hyperparameters } from './hyperparameters'
import type { Metrics } from './metrics'
import { bareLabel } from './predict'
import { nextRandom, seedRandom } from './random'
import { FIRST_CHOICE, sample } from './search-space'
import { train, type TrainOptions } from './train'

/** The score to maximise: a metric, or the F1 of one label (without its prefix). */
export type Goal = 'accuracy' | 'macroF1' | `f1:${string}`

/** A choice and its scores on the folds; `spread` is the standard error of their mean. */
export type Tried = { hyperparameters: Partial<Hyperparameters>; score: number; spread: number; scores: number[] }

export type Tuned = { best: Partial<Hyperparameters>; score: number; spread: number; tried: Tried[] }

export type TuneOptions = {
  seed?: number
  /** The time budget. Choices not scored by then are dropped; the first choice is always scored. */
  seconds?: number
  /** The maximum number of choices. With this alone, without `seconds`, the result depends only on the seed. */
  trials?: number
  folds?: number
  /** The group of each line, for instance its cascade; without it each line is its own group. */
  groups?: readonly string[]
  goal?: Goal
  /** The choice that the search begins with; there is a default. */
  first?: Partial<Hyperparameters>
  /** Also try character n-grams, which BlazingText cannot train. */
  characters?: boolean
  /** Hyperparameters that are not searched. */
  fixed?: Partial<Hyperparameters>
  engine?: TrainOptions['engine']
  onTried?: (tried: Tried, done: { trials: number; seconds: number }) => void
  /** Milliseconds; tests pass their own clock. */
  now?: () => number
}

/** This many of the best choices are scored again on another split, because the best of many is partly luck. */
const FINALISTS = 4
/** The fraction of the time budget for the search itself; the rest is for the second split. */
const SEARCH_SHARE = 0.7

/**
 * Searches hyperparameters at random and scores each choice by cross-validation in which a group of lines is never on both
 * sides; then scores the best few again on a second split and returns the one with the best mean. The same lines, seed and
 * number of trials give the same result. Throws TUNING_IMPOSSIBLE, and what `train` throws for the whole text.
 */
export function tune(lines: readonly string[], options: TuneOptions = {}): Tuned {
  const {
    seed = 1,
    seconds = 60,
    trials = Infinity,
    folds = 5,
    goal = 'macroF1',
    characters = false,
    first: begin = FIRST_CHOICE,
    fixed = {},
  } = options
  const { groups = lines.map((_, line) => String(line)), now = () => performance.now(), onTried } = options
  if (groups.length !== lines.length)
    throw new FastTextError('TUNING_IMPOSSIBLE', {
      found: `${groups.length} groups`,
      expected: `${lines.length}, one a line`,
    })
  if (folds < 2) throw new FastTextError('TUNING_IMPOSSIBLE', { found: `${folds} folds`, expected: 'two or more' })

  const began = now()
  const elapsed = () => (now() - began) / 1000
  const random = seedRandom(seed)
  const score = (hyperparameters: Partial<Hyperparameters>, split: Fold[], deadline: number): number[] | undefined => {
    const checkTime = () => {
      if (elapsed() >= deadline) throw OUT_OF_TIME
    }
    const settings: TrainOptions = { onEpoch: checkTime, ...(options.engine && { engine: options.engine }) }
    try {
      return split.map((fold) => scoreFold(lines, fold, { ...hyperparameters, seed }, goal, settings))
    } catch (error) {
      if (error === OUT_OF_TIME) return undefined
      throw error
    }
  }

  const tried: Tried[] = []
  const first = groupedFolds(groups, folds, nextRandom(random))
  while (tried.length < trials && (tried.length === 0 || elapsed() < seconds * SEARCH_SHARE)) {
    const isFirst = tried.length === 0
    const chosen = { ...(isFirst ? begin : sample(random, characters)), ...fixed }
    const scores = score(chosen, first, isFirst ? Infinity : seconds)
    if (!scores) break
    const outcome = summarise(chosen, scores)
    tried.push(outcome)
    onTried?.(outcome, { trials: tried.length, seconds: elapsed() })
  }

  const second = groupedFolds(groups, folds, nextRandom(random))
  const finalists = tried
    .filter(({ score: mean }) => !Number.isNaN(mean))
    .sort(byScore)
    .slice(0, FINALISTS)
  for (const [place, { hyperparameters, scores }] of finalists.entries()) {
    if (finalists.length < 2 || elapsed() >= seconds) break
    const more = score(hyperparameters, second, seconds)
    if (!more) break
    finalists[place] = summarise(hyperparameters, [...scores, ...more])
    onTried?.(finalists[place], { trials: tried.length, seconds: elapsed() })
  }
  // A finalist that the time did not suffice for ranks behind those that were scored twice.
  const best = finalists.sort((a, b) => b.scores.length - a.scores.length || byScore(a, b))[0]
  if (!best)
    throw new FastTextError('TUNING_IMPOSSIBLE', {
      found: 'no fold that could be scored',
      expected: 'more lines of each label',
    })
  return { best: best.hyperparameters, score: best.score, spread: best.spread, tried }
}

/** Thrown to abandon a choice when the budget is used up. */
const OUT_OF_TIME = new Error('out of time')

const byScore = (a: Tried, b: Tried): number => b.score - a.score

/** The goal on a fold; NaN where the fold leaves too little to learn or to count. */
function scoreFold(
  lines: readonly string[],
  { train: learn, test }: Fold,
  hyperparameters: Partial<Hyperparameters>,
  goal: Goal,
  settings: TrainOptions,
): number {
  const pick = (numbers: readonly number[]) => numbers.map((line) => lines[line]!)
  try {
    const model = train(pick(learn), hyperparameters, settings)
    return readGoal(evaluate(model, pick(test)), goal)
  } catch (error) {
    if (error instanceof FastTextError && UNLUCKY.has(error.code)) return NaN
    throw error
  }
}

const UNLUCKY: ReadonlySet<string> = new Set(['TRAINING_DATA_EMPTY', 'TRAINING_DATA_ONE_LABEL', 'TRAINING_DIVERGED'])

/** A metric by the name of a goal; NaN for a label that did not occur. */
export function readGoal(metrics: Metrics, goal: Goal): number {
  if (goal === 'accuracy' || goal === 'macroF1') return metrics[goal]
  return metrics.classes[bareLabel(goal.slice('f1:'.length))]?.f1 ?? NaN
}

function summarise(hyperparameters: Partial<Hyperparameters>, scores: number[]): Tried {
  const counted = scores.filter((score) => !Number.isNaN(score))
  const mean = counted.reduce((sum, score) => sum + score, 0) / counted.length
  const variance = counted.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (counted.length - 1)
  return { hyperparameters, score: mean, spread: Math.sqrt(variance / counted.length), scores }
}
