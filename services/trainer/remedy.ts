/** What a person can do about a failure reason of SageMaker. The first match counts. */
const REMEDIES: [RegExp, string][] = [
  [
    /ResourceLimitExceeded/,
    'Ask for a higher quota of this instance type for training jobs (or spot training jobs) in Service Quotas, or set training.instanceType, training.spot or training.trainer: lambda in bellwether.yml.',
  ],
  [
    /CapacityError|InsufficientCapacity|capacity/i,
    'Try again later, or set another training.instanceType, or training.spot: false.',
  ],
  [
    /MaxRuntimeExceeded/,
    'Raise caps.trainingSeconds, take a larger training.instanceType, or lower the hyperparameter epochs.',
  ],
  [/MaxWaitTimeExceeded/, 'No spot capacity came in time: set training.spot: false, or another training.instanceType.'],
  [/hyper ?parameter/i, 'Correct training.hyperparameters in bellwether.yml, then deploy and train again.'],
  [
    /AccessDenied|not authorized|NoSuchKey|NoSuchBucket|S3/,
    'Check that the training role may read datasets/*/train and datasets/*/validation and write models/, then train again.',
  ],
  [
    /one label|no label|TRAINING_DATA/i,
    'Have more posts labelled, so that the training set has at least two labels, then train again.',
  ],
  [
    /keeps no texts/,
    'Make a dataset of the same labels by this release: npx sls invoke -f formatter; training follows by itself.',
  ],
  [/InternalServerError|InternalFailure/, 'SageMaker failed by itself: train again.'],
]

/** One sentence of advice for a reason. `datasetId` is the dataset to train on again. */
export function remedyFor(reason: string, datasetId: string): string {
  const known = REMEDIES.find(([pattern]) => pattern.test(reason))?.[1] ?? 'Read the log of the job in CloudWatch.'
  return `${known} To train again: npx sls invoke -f trainer --data '{"datasetId":"${datasetId}","force":true}'`
}
