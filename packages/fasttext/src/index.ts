export { FastTextError, type FastTextErrorCode } from './error'
export { evaluate } from './evaluate'
export {
  BLAZINGTEXT_NAMES,
  type BlazingTextName,
  completeHyperparameters,
  DEFAULTS,
  type Hyperparameters,
  parseBlazingText,
  toBlazingText,
} from './hyperparameters'
export { hasKnownWord } from './known-words'
export { type ClassCounts, type Judged, type Metrics, metrics } from './metrics'
export type { Loss, Model } from './model'
export { modelChunks, readModel, saveModel, writeModel } from './model-file'
export { bareLabel, predict, predictAll, type Prediction } from './predict'
export type { Text } from './text'
export { type CorpusReport, type EpochReport, train, type TrainOptions } from './train'
export { type Goal, readGoal, type Tried, tune, type Tuned, type TuneOptions } from './tune'
