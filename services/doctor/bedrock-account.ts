import {
  type BedrockClient,
  GetFoundationModelAvailabilityCommand,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
} from '@aws-sdk/client-bedrock'
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { serviceQuotas } from './service-quotas'

/** An obstacle between an account and a foundation model in a region. */
export interface Obstacle {
  kind:
    'not in the region' | 'not authorized' | 'no agreement' | 'agreement pending' | 'agreement failed' | 'not entitled'
  /** What Amazon Bedrock says of it. */
  said?: string | undefined
}

/** A foundation model, as a region describes it. */
export interface DescribedModel {
  /** As quotas name it, such as `Amazon Nova Lite`. */
  name: string
  /** Whether it takes requests that name no inference profile. */
  isOnDemand: boolean
}

/** Questions to Amazon Bedrock about a model, one method each; a refused question throws. */
export interface BedrockAccount {
  /** What keeps the account from a model in a region, null where nothing does; undefined where there is no such model. */
  obstacle(region: string, model: string): Promise<Obstacle | null | undefined>
  /** Undefined where the region has no such model. */
  describe(region: string, model: string): Promise<DescribedModel | undefined>
  /** The regions that an inference profile of a region routes to; undefined where there is no such profile. */
  profileRegions(region: string, profile: string): Promise<string[] | undefined>
  /** Quotas of Amazon Bedrock in the stack's region, by name. */
  quotas(): Promise<ReadonlyMap<string, number>>
}

export const bedrockAccount = (clients: {
  bedrock: (region: string) => BedrockClient
  quotas: ServiceQuotasClient
}): BedrockAccount => ({
  obstacle: async (region, modelId) =>
    ifThere(async () => {
      const found = await clients.bedrock(region).send(new GetFoundationModelAvailabilityCommand({ modelId }))
      if (found.regionAvailability === 'NOT_AVAILABLE') return { kind: 'not in the region' }
      if (found.authorizationStatus === 'NOT_AUTHORIZED') return { kind: 'not authorized' }
      const { status, errorMessage: said } = found.agreementAvailability ?? {}
      if (status === 'PENDING') return { kind: 'agreement pending' }
      if (status === 'ERROR') return { kind: 'agreement failed', said }
      if (status !== 'AVAILABLE') return { kind: 'no agreement' }
      return found.entitlementAvailability === 'AVAILABLE' ? null : { kind: 'not entitled' }
    }),

  describe: async (region, modelIdentifier) =>
    ifThere(async () => {
      const { modelDetails } = await clients.bedrock(region).send(new GetFoundationModelCommand({ modelIdentifier }))
      const { providerName = '', modelName = '', inferenceTypesSupported } = modelDetails ?? {}
      return {
        name: `${providerName} ${modelName}`.trim(),
        // A model that does not say accepts both.
        isOnDemand: inferenceTypesSupported?.includes('ON_DEMAND') ?? true,
      }
    }),

  profileRegions: async (region, inferenceProfileIdentifier) =>
    ifThere(async () => {
      const { models } = await clients
        .bedrock(region)
        .send(new GetInferenceProfileCommand({ inferenceProfileIdentifier }))
      // A global profile names its model once without a region.
      return (models ?? []).flatMap(({ modelArn = '' }) => modelArn.split(':')[3] || [])
    }),

  quotas: () => serviceQuotas(clients.quotas, 'bedrock'),
})

/** A malformed id is a ValidationException, an unknown one a ResourceNotFoundException. */
async function ifThere<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question()
  } catch (error) {
    if (error instanceof Error && ['ResourceNotFoundException', 'ValidationException'].includes(error.name))
      return undefined
    throw error
  }
}
