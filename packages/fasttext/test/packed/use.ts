// The uses that the tarball's types must allow, checked in an empty project.
import {
  evaluate,
  FastTextError,
  type Hyperparameters,
  type Model,
  predict,
  readModel,
  train,
  tune,
  writeModel,
} from '@bellwether/fasttext'

const chosen: Partial<Hyperparameters> = { vectorDim: 5, learningRate: 0.5, epochs: 20, minCount: 1, buckets: 1000 }
const model: Model = train('__label__a good bus\n__label__b bad tram\n', chosen)
const bytes: Uint8Array = writeModel(model)
const label: string | undefined = predict(readModel(bytes), 'good bus', 1)[0]?.label
const score: number = evaluate(model, '__label__a good bus\n').macroF1
const flags: Partial<Hyperparameters> = tune(['__label__a x', '__label__b y'], { trials: 1 }).best
// @ts-expect-error a hyperparameter that does not exist
const unknown: Partial<Hyperparameters> = { dimension: 5 }

export { flags, FastTextError, label, score, unknown }
