export { type Cloud, createCloud } from './cloud'
export type { CloudOptions } from './options'
export type { Annotate, Durations, Trainer, TrainingOrder, TrainingResult } from './sagemaker'
