import { BellwetherError } from '../../errors'
import {
  FastTextError,
  type Hyperparameters as FastTextHyperparameters,
  parseBlazingText,
  toBlazingText,
  tune,
} from '../../../packages/fasttext/src'
import { tokenise } from '../../text'
import type { Hyperparameters, Search } from '../engine'
import { trainingLine } from '../training-lines'

/** Within the values that BlazingText allows. A candidate trains for all its epochs, without early stopping. */
export const search: Search = {
  secondsPerExample: 0.0002,
  run: async (examples, { configured, seed, folds, goal, trials, seconds }) => {
    const { buckets, ...first } = parseBlazingText(configured)
    const lines = examples.map(({ label, text }) => trainingLine(label, tokenise(text)))
    try {
      const options = {
        seed,
        folds,
        goal,
        trials,
        seconds,
        first: { ...first, earlyStopping: false },
        fixed: { buckets },
      }
      const { best, tried } = tune(lines, options)
      // The first candidate is the configuration's, with defaults for what it leaves out.
      const [initial] = tried
      const named = (chosen: Partial<FastTextHyperparameters>): Hyperparameters =>
        chosen === initial?.hyperparameters ? configured : { ...toBlazingText(chosen), early_stopping: 'False' }
      return {
        best: named(best),
        tried: tried.map(({ hyperparameters, score, spread }) => ({
          hyperparameters: named(hyperparameters),
          score,
          spread,
        })),
      }
    } catch (error) {
      if (error instanceof FastTextError) throw new BellwetherError('TRAINING_REFUSED', error.message, { cause: error })
      throw error
    }
  },
}
