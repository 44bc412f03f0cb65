import type { JsonOperation } from '../../protocol/json'
import type { SageMaker } from '../sagemaker'
import { addTags } from './add-tags'
import { createLabelingJob } from './create-labeling-job'
import { createTrainingJob } from './create-training-job'
import { describeLabelingJob } from './describe-labeling-job'
import { describeTrainingJob } from './describe-training-job'
import { listLabelingJobs } from './list-labeling-jobs'
import { listTags } from './list-tags'
import { listTrainingJobs } from './list-training-jobs'
import {
  createModelPackage,
  createModelPackageGroup,
  describeModelPackage,
  describeModelPackageGroup,
  listModelPackages,
  updateModelPackage,
} from './registry'
import { stopLabelingJob } from './stop-labeling-job'
import { stopTrainingJob } from './stop-training-job'
import { describeWorkteam, listWorkteams } from './workteams'

/** Every operation of SageMaker that there is here, by its name. */
export const operationsOf = (sageMaker: SageMaker): Record<string, JsonOperation> => ({
  AddTags: addTags(sageMaker),
  CreateLabelingJob: createLabelingJob(sageMaker),
  CreateModelPackage: createModelPackage(sageMaker),
  CreateModelPackageGroup: createModelPackageGroup(sageMaker),
  CreateTrainingJob: createTrainingJob(sageMaker),
  DescribeLabelingJob: describeLabelingJob(sageMaker),
  DescribeModelPackage: describeModelPackage(sageMaker),
  DescribeModelPackageGroup: describeModelPackageGroup(sageMaker),
  DescribeTrainingJob: describeTrainingJob(sageMaker),
  DescribeWorkteam: describeWorkteam(sageMaker),
  ListLabelingJobs: listLabelingJobs(sageMaker),
  ListModelPackages: listModelPackages(sageMaker),
  ListTags: listTags(sageMaker),
  ListTrainingJobs: listTrainingJobs(sageMaker),
  ListWorkteams: listWorkteams(sageMaker),
  StopLabelingJob: stopLabelingJob(sageMaker),
  StopTrainingJob: stopTrainingJob(sageMaker),
  UpdateModelPackage: updateModelPackage(sageMaker),
})
