import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { isNamed } from '../../../../shared/errors'

/**
 * SageMaker's answer to a request for a job: started, name taken, quota used up, or a request that it will never
 * accept.
 */
export type Created = { outcome: 'created' | 'taken' } | { outcome: 'limited' | 'refused'; message: string }

/** The training jobs of SageMaker. */
export interface SageMakerJobs {
  create(request: CreateTrainingJobCommandInput): Promise<Created>
  /** Undefined where there is no such job. */
  describe(name: string): Promise<DescribeTrainingJobCommandOutput | undefined>
}

export const sageMakerJobs = (client: SageMakerClient): SageMakerJobs => ({
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
