import { BellwetherError } from '../../errors'
import { DEFAULTS, FastTextError, parseBlazingText, train, writeModel } from '../../../packages/fasttext/src'
import { blazingTextImage } from '../../image'
import { tokenise } from '../../text'
import { costInFunction } from '../cost'
import type { Engine, Example } from '../engine'
import { hyperparameters } from './hyperparameters'
import { trainingLine } from '../training-lines'
import { FASTTEXT_FILE, load } from './load'
import { search } from './search'

/** Measured on one core, including the text function, which takes most of the time; rounded down. */
const POSTS_PER_SECOND = 80_000

/** fastText, as SageMaker BlazingText trains it too: words and pairs of words, in a `model.bin` of fastText's format. */
export const fastText: Engine = {
  name: 'fasttext',
  hyperparameters,
  suggested: hyperparameters.parse({
    epochs: 25,
    learning_rate: 0.5,
    min_count: 1,
    vector_dim: 10,
    word_ngrams: 2,
    buckets: 20_000,
  }),
  objection: ({ validation }, { early_stopping: stops = '' }) =>
    /^true$/i.test(stops) && validation === 0
      ? 'early_stopping needs a validation set, and it has no labelled item: set early_stopping: False, or have more posts labelled'
      : undefined,
  seed: DEFAULTS.seed,
  search,
  postsPerSecond: POSTS_PER_SECOND,
  costOfMillionPosts: costInFunction(POSTS_PER_SECOND),
  servingImage: blazingTextImage,

  train: async ({ train: examples, validation }, chosen) => {
    try {
      const model = train(linesOf(examples), parseBlazingText(chosen), {
        validation: validation.length > 0 ? linesOf(validation) : undefined,
      })
      return new Map([[FASTTEXT_FILE, writeModel(model)]])
    } catch (error) {
      throw refused(error)
    }
  },

  load,
}

const linesOf = (examples: readonly Example[]): string[] =>
  examples.map(({ label, text }) => trainingLine(label, tokenise(text)))

/** An error of the package that says why nothing can be learned from these examples. */
function refused(error: unknown): unknown {
  return error instanceof FastTextError
    ? new BellwetherError('TRAINING_REFUSED', error.message, { cause: error })
    : error
}
