/** The input of a training job: the objects of its channels `train` and `validation`. */
export interface TrainingOrder {
  hyperparameters: Record<string, string>
  text: Uint8Array
  validation?: Uint8Array
}

/** `archive` is the `model.tar.gz`; `accuracy` on the validation channel becomes the job's final metric. */
export type TrainingResult =
  { archive: Uint8Array; log: string; seconds: number; accuracy?: number } | { failure: string; log: string }

/** Trains the models of training jobs. A mistake of the user is a failure that starts with `ClientError: `. */
export interface Trainer {
  train(order: TrainingOrder): Promise<TrainingResult>
  close(): Promise<void>
}

/** The default trainer: each job fails and says that there is no trainer. */
export const noTrainer: Trainer = {
  train: async () => {
    const failure = 'AlgorithmError: this cloud was given no trainer: hand one to createCloud as `trainer`'
    return { failure, log: `${failure}\n` }
  },
  close: async () => undefined,
}
