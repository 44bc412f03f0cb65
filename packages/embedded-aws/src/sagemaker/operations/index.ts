import type { JsonOperation } from '../../protocol/json'
import type { SageMaker } from '../sagemaker'
import { createLabelingJob, describeLabelingJob, listLabelingJobs, stopLabelingJob } from './labeling-jobs'
import {
  createModelPackage,
  createModelPackageGroup,
  describeModelPackage,
  describeModelPackageGroup,
  listModelPackages,
  updateModelPackage,
} from './registry'
import { addTags, listTags } from './tags'
import { createTrainingJob, describeTrainingJob, listTrainingJobs, stopTrainingJob } from './training-jobs'
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
