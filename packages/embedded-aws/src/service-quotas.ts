import { z } from 'zod'
import { bedrockQuotas, DEFAULT_OFFERS, type ModelOffer } from './bedrock-models'
import { jsonOperation, jsonService } from './protocol/json'
import type { AwsService } from './service'

/** The part of Service Quotas that a health check reads: the quota of training instances, by type. */
export function createServiceQuotas(offers: readonly ModelOffer[] = DEFAULT_OFFERS): AwsService {
  return jsonService({
    name: 'servicequotas',
    version: '1.1',
    operations: {
      ListServiceQuotas: jsonOperation({
        input: z.strictObject({
          ServiceCode: z.enum(['sagemaker', 'bedrock']),
          MaxResults: z.number().optional(),
          NextToken: z.string().optional(),
        }),
        access: () => [{ action: 'servicequotas:ListServiceQuotas', resource: '*' }],
        run: ({ ServiceCode }) => ({
          Quotas: ServiceCode === 'bedrock' ? bedrockQuotas(offers) : INSTANCE_TYPES.flatMap(quotasOf),
        }),
      }),
    },
  })
}

const INSTANCE_TYPES = ['large', 'xlarge', '2xlarge', '4xlarge'].flatMap((size) =>
  ['c5', 'm5'].map((family) => `ml.${family}.${size}`),
)

const quotasOf = (type: string): object[] =>
  ['for training job usage', 'for spot training job usage'].map((use) => ({
    ServiceCode: 'sagemaker',
    QuotaName: `${type} ${use}`,
    Value: 4,
  }))
