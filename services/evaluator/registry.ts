import {
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  type SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker'
import { isNamed } from '../../shared/errors'

export type Approval = 'Approved' | 'Rejected'

/** The versions of this stack's model package group in SageMaker's model registry. */
export interface Registry {
  /** Returns the ARN of the new version; the same ClientToken makes no second one. */
  add(version: Omit<CreateModelPackageCommandInput, 'ModelPackageGroupName'>): Promise<string>
  /** Approved, Rejected or PendingManualApproval. */
  statusOf(arn: string): Promise<string | undefined>
  decide(arn: string, approval: Approval, why: string): Promise<void>
}

/** SageMaker's limit for a reason, in characters. */
const REASON_LENGTH = 1024

/** The group is created with its first version, and outlives the stack as the models do. */
export const sageMakerRegistry = (client: SageMakerClient, stage: string): Registry => {
  const group = `bellwether-${stage}`
  let isThere = false

  const ensureGroup = async () => {
    if (isThere) return
    try {
      await client.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: group }))
    } catch (error) {
      if (!isNamed(error, 'ValidationException', 'ResourceNotFound')) throw error
      await createGroup()
    }
    isThere = true
  }

  const createGroup = async () => {
    try {
      await client.send(
        new CreateModelPackageGroupCommand({
          ModelPackageGroupName: group,
          ModelPackageGroupDescription: 'Every model that Bellwether trained; the champion is the latest approved one.',
          Tags: [
            { Key: 'application', Value: 'bellwether' },
            { Key: 'stage', Value: stage },
          ],
        }),
      )
    } catch (error) {
      // Another invocation created it meanwhile: the registry reports that as a ValidationException.
      const exists = isNamed(error, 'ValidationException') && /already exists/i.test(String(error))
      if (!exists && !isNamed(error, 'ConflictException', 'ResourceInUse')) throw error
    }
  }

  return {
    add: async (version) => {
      await ensureGroup()
      const { ModelPackageArn: arn } = await client.send(
        new CreateModelPackageCommand({ ModelPackageGroupName: group, ...version }),
      )
      return arn ?? ''
    },
    statusOf: async (arn) =>
      (await client.send(new DescribeModelPackageCommand({ ModelPackageName: arn }))).ModelApprovalStatus,
    decide: async (arn, approval, why) => {
      await client.send(
        new UpdateModelPackageCommand({
          ModelPackageArn: arn,
          ModelApprovalStatus: approval,
          // One line of printable characters.
          ApprovalDescription: why.replaceAll(/\s+/g, ' ').slice(0, REASON_LENGTH),
        }),
      )
    },
  }
}
