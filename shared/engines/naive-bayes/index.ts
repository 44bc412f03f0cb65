import { z } from 'zod'
import { BellwetherError } from '../../errors'
import { tokenise } from '../../text'
import { costInFunction } from '../cost'
import type { Engine } from '../engine'
import { NAIVE_BAYES_FILE, load } from './load'
import { countWords } from './word-counts'

/** Measured on one core, including the text function, which takes most of the time; rounded down. */
const POSTS_PER_SECOND = 100_000

const hyperparameters = z
  .strictObject({
    smoothing: z.coerce
      .number()
      .positive('smoothing is a positive number: what is added to the count of each word')
      .default(1),
  })
  .transform(({ smoothing }) => ({ smoothing: String(smoothing) }))

/**
 * Multinomial naive Bayes on single words (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 13.2). It
 * learns from twenty labels what fastText learns from a hundred, and less than fastText from many.
 */
export const naiveBayes: Engine = {
  name: 'naive-bayes',
  hyperparameters,
  suggested: { smoothing: '1' },
  suitsFewLabels: true,
  seed: null,
  postsPerSecond: POSTS_PER_SECOND,
  costOfMillionPosts: costInFunction(POSTS_PER_SECOND),

  train: async ({ train }, { smoothing = '1' }) => {
    const counts = countWords(train.map(({ text, label }) => ({ words: tokenise(text), label })))
    if (counts.labels.length < 2)
      throw new BellwetherError(
        'TRAINING_REFUSED',
        `found ${counts.labels.length === 0 ? 'no label' : `one label only, ${counts.labels[0]}`}: a model needs two; have more posts labelled`,
      )
    return new Map([[NAIVE_BAYES_FILE, Buffer.from(JSON.stringify({ ...counts, smoothing: Number(smoothing) }))]])
  },

  load,
}
