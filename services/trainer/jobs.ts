import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { isNamed } from '../../shared/errors'

/** What became of a request for a job: it runs, the name is taken, a quota is used up, or it can never run so. */
export type Created = { outcome: 'created' | 'taken' } | { outcome: 'limited' | 'refused'; message: string }

/** SageMaker's training jobs. */
export interface TrainingJobs {
  create(request: CreateTrainingJobCommandInput): Promise<Created>
  /** Nothing where there is no such job. */
  describe(name: string): Promise<DescribeTrainingJobCommandOutput | undefined>
}

export const sageMakerJobs = (client: SageMakerClient): TrainingJobs => ({
  create: async (request) => {
    try {
      await client.send(new CreateTrainingJobCommand(request))
      return { outcome: 'created' }
    } catch (error) {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      if (isNamed(error, 'ResourceInUse')) return { outcome: 'taken' }
      if (isNamed(error, 'ResourceLimitExceeded')) return { outcome: 'limited', message }
      if (isNamed(error, 'ValidationException')) return { outcome: 'refused', message }
      throw error
    }
  },
  describe: async (name) => {
    try {
      return await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }))
    } catch (error) {
      // SageMaker has no error of its own for this.
      const missing = isNamed(error, 'ValidationException') && /not found/i.test(String(error))
      if (missing || isNamed(error, 'ResourceNotFound')) return undefined
      throw error
    }
  },
})
