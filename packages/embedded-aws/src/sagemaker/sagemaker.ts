import type { Kept } from './kept'
import type { LabelingJob } from './labeling-job'
import type { ModelPackage, ModelPackageGroup } from './registry'
import type { LabelingRuns } from './run-labeling'
import type { TrainingRuns } from './run-training'
import type { Site } from './surroundings'
import type { Tagging } from './tagging'
import type { TrainingJob } from './training-job'

export interface Workteam {
  name: string
  arn: string
}

/** What the operations work on. */
export interface SageMaker {
  site: Site
  trainingJobs: Kept<TrainingJob>
  training: TrainingRuns
  labelingJobs: Kept<LabelingJob>
  labeling: LabelingRuns
  groups: Kept<ModelPackageGroup>
  packages: Kept<ModelPackage>
  workteams: readonly Workteam[]
  tagging: Tagging
}
