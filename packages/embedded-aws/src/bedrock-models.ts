import { AwsError } from './protocol/aws-error'
import { jsonAnswer, type RestCall } from './protocol/rest'
import type { AwsRequest, AwsResponse, CloudContext } from './service'

/** A foundation model that Amazon Bedrock offers. */
export interface ModelOffer {
  /** As in `amazon.nova-lite-v1:0`. */
  id: string
  provider: string
  name: string
  /** Regions that have it; the cloud's own by default. An inference profile of it routes to these. */
  regions?: readonly string[]
  /** Whether the account accepted its agreement; by default it did where the cloud plays a model. */
  isGranted?: boolean
  /** Whether it takes requests without an inference profile, as it does by default. */
  isOnDemand?: boolean
  /** Quota of tokens a minute, input and output together. */
  tokensPerMinute?: number
}

/** What Amazon Bedrock offers where the caller of the cloud names nothing. */
export const DEFAULT_OFFERS: readonly ModelOffer[] = [
  { id: 'amazon.nova-lite-v1:0', provider: 'Amazon', name: 'Nova Lite' },
]

/** Prefixes of inference profiles: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html */
const PROFILE = /^(?:us|us-gov|eu|apac|jp|au|ca|global)\.(?=[a-z0-9-]+\.)/
const TOKENS_PER_MINUTE = 1_000_000

export const isProfile = (modelId: string): boolean => PROFILE.test(modelId)

/** The offer behind a model id or an inference profile; nothing where there is no such model. */
export const offerOf = (offers: readonly ModelOffer[], modelId: string): ModelOffer | undefined =>
  offers.find(({ id }) => id === foundationOf(modelId))

export const foundationOf = (modelId: string): string => modelId.replace(PROFILE, '')

/** The regions that have a model, and that its inference profile routes to. */
export const regionsOfOffer = ({ regions }: ModelOffer, home: string): readonly string[] => regions ?? [home]

interface Catalogue {
  offers: readonly ModelOffer[]
  /** Whether the account has access to the offers that do not say. */
  hasAccess: boolean
}

export const CONTROL_OPERATIONS = [
  'GetFoundationModel',
  'GetFoundationModelAvailability',
  'GetInferenceProfile',
] as const

const KINDS = new Set(['foundation-model-availability', 'foundation-models', 'inference-profiles'])

/** A request to the control plane of Amazon Bedrock, read; nothing where it is none. */
export function controlCall(
  { method, path, headers }: AwsRequest,
  { account, region: home }: Pick<CloudContext, 'account' | 'region'>,
  { offers, hasAccess }: Catalogue,
): RestCall | undefined {
  const [, kind = '', encoded, more] = path.split('/')
  if (method !== 'GET' || !KINDS.has(kind) || encoded === undefined || more !== undefined) return undefined
  const id = decodeURIComponent(encoded)
  const region = regionOf(headers) ?? home
  const regionsOf = (offer: ModelOffer) => regionsOfOffer(offer, home)
  const modelArn = (model: string, at = region) => `arn:aws:bedrock:${at}::foundation-model/${model}`
  const found = offerOf(offers, id)

  if (kind === 'foundation-model-availability')
    return {
      operation: 'GetFoundationModelAvailability',
      // The action has no resource.
      accesses: [{ action: 'bedrock:GetFoundationModelAvailability', resource: '*' }],
      work: () => {
        if (!found || isProfile(id)) throw noModel(id)
        return availabilityOf(found, regionsOf(found).includes(region), hasAccess)
      },
    }
  if (kind === 'foundation-models')
    return {
      operation: 'GetFoundationModel',
      accesses: [{ action: 'bedrock:GetFoundationModel', resource: modelArn(id) }],
      work: () => {
        if (!found || isProfile(id) || !regionsOf(found).includes(region)) throw noModel(id)
        const { provider, name, isOnDemand = true } = found
        return jsonAnswer(200, {
          modelDetails: {
            modelArn: modelArn(id),
            modelId: id,
            modelName: name,
            providerName: provider,
            inferenceTypesSupported: isOnDemand ? ['ON_DEMAND'] : ['INFERENCE_PROFILE'],
          },
        })
      },
    }
  if (kind === 'inference-profiles') {
    const profileArn = `arn:aws:bedrock:${region}:${account}:inference-profile/${id}`
    return {
      operation: 'GetInferenceProfile',
      accesses: [{ action: 'bedrock:GetInferenceProfile', resource: profileArn }],
      work: () => {
        if (!found || !isProfile(id))
          throw new AwsError(404, 'ResourceNotFoundException', `Inference profile ${id} not found.`)
        return jsonAnswer(200, {
          inferenceProfileName: found.name,
          inferenceProfileArn: profileArn,
          inferenceProfileId: id,
          models: regionsOf(found).map((at) => ({ modelArn: modelArn(found.id, at) })),
          status: 'ACTIVE',
          type: 'SYSTEM_DEFINED',
        })
      },
    }
  }
  return undefined
}

const noModel = (id: string): AwsError =>
  new AwsError(
    404,
    'ResourceNotFoundException',
    `Could not resolve the foundation model from the provided model identifier ${id}.`,
  )

function availabilityOf({ id, isGranted }: ModelOffer, isHere: boolean, hasAccess: boolean): AwsResponse {
  const available = (is: boolean) => (is ? 'AVAILABLE' : 'NOT_AVAILABLE')
  return jsonAnswer(200, {
    modelId: id,
    agreementAvailability: { status: available(isGranted ?? hasAccess) },
    authorizationStatus: 'AUTHORIZED',
    entitlementAvailability: available(isGranted ?? hasAccess),
    regionAvailability: available(isHere),
  })
}

/** The quotas of these models as Service Quotas lists them. */
export const bedrockQuotas = (offers: readonly ModelOffer[]): object[] =>
  offers.flatMap(({ provider, name, tokensPerMinute = TOKENS_PER_MINUTE }) =>
    ['On-demand', 'Cross-region'].map((how) => ({
      ServiceCode: 'bedrock',
      QuotaName: `${how} model inference tokens per minute for ${provider} ${name}`,
      Value: tokensPerMinute,
    })),
  )

/** The region that a request is signed for. */
export const regionOf = ({ authorization = '' }: Record<string, string>): string | undefined =>
  /Credential=[^/]+\/\d+\/([^/]+)\//.exec(authorization)?.[1]
