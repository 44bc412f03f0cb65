import type { Engine } from './engine'
import { fastText } from './fasttext'
import { naiveBayes } from './naive-bayes'

/** What is trained unless the configuration says otherwise, and what an archive without `model.json` is of: BlazingText's. */
export const DEFAULT_ENGINE = fastText

/** Every engine that a model can be of. */
export const ENGINES: readonly Engine[] = [DEFAULT_ENGINE, naiveBayes]
