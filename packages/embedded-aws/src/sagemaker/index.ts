import path from 'node:path'
import { jsonService } from '../protocol/json'
import type { AwsService, CloudContext } from '../service'
import { type Kept, openKept } from './kept'
import { labelingJob } from './labeling-job'
import { arnOf, type Tag } from './names'
import { operationsOf } from './operations'
import { modelPackage, modelPackageGroup } from './registry'
import { labelingRuns } from './run-labeling'
import { trainingRuns } from './run-training'
import type { SageMaker } from './sagemaker'
import { type Mishaps, siteOf, type Surroundings } from './surroundings'
import { createTagging, type Tagged } from './tagging'
import { noTrainer } from './trainer'
import { trainingJob } from './training-job'

export { bestEffort } from './best-effort'
export type { Trainer, TrainingOrder, TrainingResult } from './trainer'
export type { Annotate, Durations, EventFate, Mishaps, Surroundings, TrainingMishap } from './surroundings'

export interface SageMakerService extends AwsService {
  /** Failures to inject; a test or a replay writes here. */
  mishaps: Mishaps
  /** Resume the jobs that a restart interrupted; call it when the cloud listens. */
  resume(): void
}

/** SageMaker: training by the given trainer, Ground Truth played by `annotate`, and a model registry, kept on disk. */
export function createSageMaker(context: CloudContext, surroundings: Surroundings): SageMakerService {
  const folder = path.join(context.dataDir, 'sagemaker')
  const site = siteOf(context, surroundings)
  const { trainer = noTrainer } = surroundings
  const trainingJobs = openKept(path.join(folder, 'training-jobs'), trainingJob)
  const labelingJobs = openKept(path.join(folder, 'labeling-jobs'), labelingJob)
  const groups = openKept(path.join(folder, 'model-package-groups'), modelPackageGroup)
  const packages = openKept(path.join(folder, 'model-packages'), modelPackage)
  const sageMaker: SageMaker = {
    site,
    trainingJobs,
    training: trainingRuns(site, trainingJobs, trainer),
    labelingJobs,
    labeling: labelingRuns(site, labelingJobs),
    groups,
    packages,
    workteams: (surroundings.workteams ?? ['annotators']).map((name) => ({
      name,
      arn: arnOf(site, 'workteam/private-crowd', name),
    })),
    tagging: createTagging([
      tagged(trainingJobs, ({ request }) => request.TrainingJobName),
      tagged(labelingJobs, ({ request }) => request.LabelingJobName),
      tagged(groups, ({ request }) => request.ModelPackageGroupName),
    ]),
  }
  return {
    ...jsonService({ name: 'sagemaker', version: '1.1', operations: operationsOf(sageMaker) }),
    mishaps: site.mishaps,
    resume() {
      for (const { request } of trainingJobs.all()) sageMaker.training.run(request.TrainingJobName)
      for (const { request } of labelingJobs.all()) sageMaker.labeling.run(request.LabelingJobName)
    },
    async close() {
      site.close()
      await trainer.close()
    },
  }
}

/** Adapts records with `arn` and `request.Tags` to taggable resources. */
function tagged<T extends { arn: string; request: { Tags: Tag[] } }>(
  kept: Kept<T>,
  nameOf: (one: T) => string,
): Tagged {
  const find = (arn: string) => kept.all().find((one) => one.arn === arn)
  return {
    of: (arn) => find(arn)?.request.Tags,
    replace(arn, tags) {
      const one = find(arn)
      if (one) kept.put(nameOf(one), { ...one, request: { ...one.request, Tags: tags } })
    },
  }
}
