import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { ListLabelingJobsCommand, ListWorkteamsCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker'
import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { paginateListSubscriptionsByTopic, type SNSClient } from '@aws-sdk/client-sns'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { serviceQuotas } from './service-quotas'

/** Questions to AWS about the account, one method each; a refused question throws. */
export interface Account {
  hasValue(secret: string): Promise<boolean>
  /** Whether this file of posts is in the bucket. */
  hasFile(file: string): Promise<boolean>
  /** SageMaker's quotas by name, as far as the account lists them: quotas at AWS's default may be missing. */
  quotas(): Promise<ReadonlyMap<string, number>>
  workteams(): Promise<string[]>
  labelingJobs(): Promise<number>
  concurrency(): Promise<number>
  /** The confirmed addresses of a topic. */
  confirmed(topic: string): Promise<string[]>
}

export const awsAccount = (clients: {
  lambda: LambdaClient
  quotas: ServiceQuotasClient
  sagemaker: SageMakerClient
  secrets: SecretsManagerClient
  sns: SNSClient
  objects: Pick<Objects, 'exists'>
}): Account => ({
  // A secret that was created without a value has no version.
  hasValue: async (secret) => {
    const { VersionIdsToStages } = await clients.secrets.send(new DescribeSecretCommand({ SecretId: secret }))
    return Object.values(VersionIdsToStages ?? {}).some((stages) => stages.includes('AWSCURRENT'))
  },

  hasFile: (file) => clients.objects.exists(keys.source({ file })),

  quotas: () => serviceQuotas(clients.quotas, 'sagemaker'),

  workteams: async () => {
    const { Workteams } = await clients.sagemaker.send(new ListWorkteamsCommand({ MaxResults: 100 }))
    return (Workteams ?? []).flatMap(({ WorkteamArn }) => WorkteamArn ?? [])
  },

  labelingJobs: async () => {
    const { LabelingJobSummaryList } = await clients.sagemaker.send(new ListLabelingJobsCommand({ MaxResults: 1 }))
    return LabelingJobSummaryList?.length ?? 0
  },

  concurrency: async () => {
    const { AccountLimit } = await clients.lambda.send(new GetAccountSettingsCommand({}))
    return AccountLimit?.ConcurrentExecutions ?? 0
  },

  confirmed: async (topic) => {
    const found: string[] = []
    const pages = paginateListSubscriptionsByTopic({ client: clients.sns }, { TopicArn: topic })
    for await (const { Subscriptions = [] } of pages) {
      for (const { Endpoint: address = '', SubscriptionArn: arn = '' } of Subscriptions) {
        // Any value other than an ARN means pending or deleted.
        if (arn.startsWith('arn:')) found.push(address)
      }
    }
    return found
  },
})
