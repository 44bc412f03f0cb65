import { batchAnswered } from './batch-answered'
import { budgetReached } from './budget-reached'
import { datasetReady } from './dataset-ready'
import type { ConsumedEvent, PublishedEvent } from './define'
import { estimateDisagrees } from './estimate-disagrees'
import { labelingJobStateChange } from './labeling-job-state-change'
import { labelingStarted } from './labeling-started'
import { labelsMeasured } from './labels-measured'
import { labelsUnreliable } from './labels-unreliable'
import { modelPromoted } from './model-promoted'
import { modelRejected } from './model-rejected'
import { modelRolledBack } from './model-rolled-back'
import { modelTrained } from './model-trained'
import { notEnoughLabels } from './not-enough-labels'
import { objectCreated } from './object-created'
import { postsCollected } from './posts-collected'
import { retrainSkipped } from './retrain-skipped'
import { shareMoved } from './share-moved'
import { shareReported } from './share-reported'
import { trainingFailed } from './training-failed'
import { trainingJobStateChange } from './training-job-state-change'

export * from './define'
export { alpha, labelStatus, reachedCap } from './fields'
export {
  batchAnswered,
  budgetReached,
  datasetReady,
  estimateDisagrees,
  labelingJobStateChange,
  labelingStarted,
  labelsMeasured,
  labelsUnreliable,
  modelPromoted,
  modelRejected,
  modelRolledBack,
  modelTrained,
  notEnoughLabels,
  objectCreated,
  postsCollected,
  retrainSkipped,
  shareMoved,
  shareReported,
  trainingFailed,
  trainingJobStateChange,
}

/** Everything we publish, in the order of the flow. */
export const published: readonly PublishedEvent[] = [
  postsCollected,
  budgetReached,
  labelingStarted,
  batchAnswered,
  labelsMeasured,
  labelsUnreliable,
  datasetReady,
  retrainSkipped,
  modelTrained,
  trainingFailed,
  modelPromoted,
  modelRejected,
  modelRolledBack,
  shareReported,
  shareMoved,
  notEnoughLabels,
  estimateDisagrees,
]

/** Everything of AWS's that we react to. */
export const consumed: readonly ConsumedEvent[] = [objectCreated, trainingJobStateChange, labelingJobStateChange]
