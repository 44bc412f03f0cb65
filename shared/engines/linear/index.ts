import { z } from 'zod'
import { BellwetherError } from '../../errors'
import { TEXT_VERSION, tokenise } from '../../text'
import { permanentRandom } from '../../text/cascade'
import { costInFunction } from '../cost'
import type { Engine, Example } from '../engine'
import { chooseStrength, decisionWeights, learn, sharesOf } from './learn'
import { load } from './load'
import type { TrueClasses } from './logistic'
import { LINEAR_FILE, mostFeatures, type StoredModel, writeModel } from './model-file'
import { makeNgrams } from './ngrams'
import { countNgrams } from './vectors'

/** Measured on one core, including the text function; rounded down. */
const POSTS_PER_SECOND = 15_000
/** The most examples that the function can train on within its time limit. */
const MOST_EXAMPLES = 20_000

const SEARCHED = 'auto'
const searchedOr = (number: z.ZodNumber, meaning: string) =>
  z
    .union([z.literal(SEARCHED), z.coerce.number().pipe(number)], { error: `${meaning}, or ${SEARCHED}` })
    .default(SEARCHED)
    .transform(String)

const hyperparameters = z.strictObject({
  strength: searchedOr(z.number().positive(), 'strength is a positive number: what the loss of one post counts'),
  correction: searchedOr(
    z.number().min(0).max(1),
    'correction is from 0 to 1: how much of a label’s share is taken off before the decision',
  ),
})

/**
 * Multinomial logistic regression with L2 on words, pairs of words and characters within words, as sublinear tf-idf of
 * unit length. Its strength minimises the out-of-fold log loss, the prior correction of its decision maximises the
 * out-of-fold macro-F1.
 */
export const linear: Engine = {
  name: 'linear',
  hyperparameters,
  suggested: hyperparameters.parse({}),
  suitsFewLabels: true,
  objection: ({ train }) =>
    train > MOST_EXAMPLES
      ? `linear learns from at most ${MOST_EXAMPLES} posts within a function's time, and the training set has ${train}: leave linear out of training.engines`
      : undefined,
  seed: null,
  postsPerSecond: POSTS_PER_SECOND,
  costOfMillionPosts: costInFunction(POSTS_PER_SECOND),

  train: async ({ train: examples }, chosen) => {
    const model = trained(examples, hyperparameters.parse(chosen))
    return new Map([[LINEAR_FILE, writeModel(model)]])
  },

  load,
}

function trained(examples: readonly Example[], chosen: z.infer<typeof hyperparameters>): StoredModel {
  const labels = [...new Set(examples.map(({ label }) => label))].sort()
  if (labels.length < 2) {
    const found = labels.length === 0 ? 'no label' : `one label only, ${labels[0]}`
    throw new BellwetherError('TRAINING_REFUSED', `found ${found}: a model needs two; have more posts labelled`)
  }
  const truth: TrueClasses = {
    classes: Int32Array.from(examples, ({ label }) => labels.indexOf(label)),
    count: labels.length,
  }
  const most = mostFeatures(labels.length)
  const corpus = countNgrams(ngramsOf(examples))
  const { strength, correction } = chooseStrength(corpus, truth, orderOf(examples), givenIn(chosen), most)
  const { vocabulary, weights, intercepts } = learn(corpus, truth, strength, most)

  const columns = Array.from(vocabulary.features.keys()).sort(
    (a, b) => corpus.hashes[vocabulary.features[a]!]! - corpus.hashes[vocabulary.features[b]!]!,
  )
  const stored = new Float32Array(weights.length)
  for (const [row, column] of columns.entries())
    stored.set(weights.subarray(column * labels.length, (column + 1) * labels.length), row * labels.length)
  return {
    textVersion: TEXT_VERSION,
    labels,
    strength,
    correction,
    decisionWeights: decisionWeights(sharesOf(truth), correction),
    intercepts: Array.from(intercepts),
    messages: examples.length,
    hashes: Uint32Array.from(columns, (column) => corpus.hashes[vocabulary.features[column]!]!),
    documents: Uint32Array.from(columns, (column) => vocabulary.documents[column]!),
    weights: stored,
  }
}

function* ngramsOf(examples: readonly Example[]) {
  const ngrams = makeNgrams()
  for (const { text } of examples) yield ngrams(tokenise(text))
}

/** Indices of the examples in an order by hash, which is independent of their labels. */
function orderOf(examples: readonly Example[]): number[] {
  const keys = examples.map(({ item }) => permanentRandom(item, 'linear-folds-v1'))
  return Array.from(examples.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b)
}

function givenIn({ strength, correction }: z.infer<typeof hyperparameters>) {
  return {
    ...(strength === SEARCHED ? {} : { strength: Number(strength) }),
    ...(correction === SEARCHED ? {} : { correction: Number(correction) }),
  }
}
