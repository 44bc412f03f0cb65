/** What a training job reads: the objects of its channels `train` and `validation`. */
export interface TrainingOrder {
  hyperparameters: Record<string, string>
  text: Uint8Array
  validation?: Uint8Array
}

/** `archive` is the `model.tar.gz`; `accuracy`, of the validation channel, becomes the job's final metric. */
export type TrainingResult =
  { archive: Uint8Array; log: string; seconds: number; accuracy?: number } | { failure: string; log: string }

/** Who trains the models of training jobs. What its user did wrong is a failure that starts with `ClientError: `. */
export interface Trainer {
  train(order: TrainingOrder): Promise<TrainingResult>
  close(): Promise<void>
}

/** The trainer of a cloud that was given none: each job fails and says so. */
export const noTrainer: Trainer = {
  train: async () => {
    const failure = 'AlgorithmError: this cloud was given no trainer: hand one to createCloud as `trainer`'
    return { failure, log: `${failure}\n` }
  },
  close: async () => undefined,
}
