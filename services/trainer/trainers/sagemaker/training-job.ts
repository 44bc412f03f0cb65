import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker'
import type { DatasetRecord } from '../../../../shared/records'
import type { TrainerSettings } from '../../../../shared/trainers/terms'

/** What all training jobs of this stage have in common. */
export interface TrainingJobContext {
  stage: string
  bucket: string
  roleArn: string
  image: string
}

/** BlazingText cannot checkpoint, so SageMaker limits waiting for spot capacity and training to an hour in all. */
export const SPOT_SECONDS = 3600

/**
 * The complete request for one BlazingText job. The training role can read two files of the dataset, never the third.
 */
export function trainingJobOf(
  name: string,
  dataset: DatasetRecord,
  { stage, bucket, roleArn, image }: TrainingJobContext,
  { training, caps }: TrainerSettings,
  hyperparameters: Readonly<Record<string, string>>,
  spot: boolean,
): CreateTrainingJobCommandInput {
  const channel = (name: string, key: string) => ({
    ChannelName: name,
    ContentType: 'text/plain',
    CompressionType: 'None' as const,
    RecordWrapperType: 'None' as const,
    DataSource: {
      S3DataSource: {
        S3DataType: 'S3Prefix' as const,
        S3Uri: `s3://${bucket}/${key}`,
        S3DataDistributionType: 'FullyReplicated' as const,
      },
    },
  })
  return {
    TrainingJobName: name,
    RoleArn: roleArn,
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
    HyperParameters: hyperparameters,
    InputDataConfig: [
      channel('train', dataset.files.train),
      // A channel without a line fails the job.
      ...(dataset.rows.validation > 0 ? [channel('validation', dataset.files.validation)] : []),
    ],
    OutputDataConfig: { S3OutputPath: `s3://${bucket}/models/` },
    ResourceConfig: { InstanceType: instanceType(training.instanceType), InstanceCount: 1, VolumeSizeInGB: 10 },
    EnableManagedSpotTraining: spot,
    // Otherwise it would write beside the model, where the job's role may not write.
    ProfilerConfig: { DisableProfiler: true },
    StoppingCondition: spot
      ? { MaxRuntimeInSeconds: Math.min(caps.trainingSeconds, SPOT_SECONDS), MaxWaitTimeInSeconds: SPOT_SECONDS }
      : { MaxRuntimeInSeconds: caps.trainingSeconds },
    Tags: [
      { Key: 'application', Value: 'bellwether' },
      { Key: 'stage', Value: stage },
      { Key: 'bellwether:dataset', Value: dataset.datasetId },
      { Key: 'bellwether:text-version', Value: dataset.textVersion },
      { Key: 'bellwether:schema-version', Value: String(dataset.schemaVersion) },
    ],
  }
}

type InstanceType = NonNullable<CreateTrainingJobCommandInput['ResourceConfig']>['InstanceType']

// The list of instance types changes from month to month: SageMaker itself refuses unknown ones.
const instanceType = (name: string): InstanceType => name as InstanceType
