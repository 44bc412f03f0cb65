import { type Classifier, withPrior } from '../shared/engines/classifier'
import { fastTextModelOf } from '../shared/engines/fasttext/load'
import type { Model } from '../packages/fasttext/src'
import { TEXT_VERSION } from '../shared/text'

/** A model of the fastText engine as the services use it, without a prior. */
export const classifierOf = (model: Model): Classifier =>
  withPrior(fastTextModelOf(model, TEXT_VERSION), undefined, TEXT_VERSION)
