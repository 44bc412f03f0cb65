import {
  BedrockClient,
  GetFoundationModelAvailabilityCommand,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
} from '@aws-sdk/client-bedrock'
import { ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { expect, it } from '@jest/globals'
import type { ModelOffer } from '../src/bedrock-models'
import { useCloud } from './running-cloud'
import { allow, role } from './template'

const { start, cloud } = useCloud()

const lite: ModelOffer = { id: 'amazon.nova-lite-v1:0', provider: 'Amazon', name: 'Nova Lite', regions: ['eu-west-1', 'eu-north-1'] } // prettier-ignore
const owner = { accessKeyId: 'owner', secretAccessKey: 'x' }
const client = (region = 'eu-west-1', of?: string) =>
  new BedrockClient({
    endpoint: cloud().endpoint,
    region,
    maxAttempts: 1,
    credentials: of === undefined ? owner : cloud().credentialsFor(of),
  })
const availability = (region: string, modelId = lite.id) =>
  client(region).send(new GetFoundationModelAvailabilityCommand({ modelId }))

it('reports whether the account has access to a model, and whether the region offers it', async () => {
  await start({}, { modelOffers: [lite], languageModel: () => 'refusal' })

  expect(await availability('eu-north-1')).toMatchObject({
    agreementAvailability: { status: 'AVAILABLE' },
    authorizationStatus: 'AUTHORIZED',
    entitlementAvailability: 'AVAILABLE',
    regionAvailability: 'AVAILABLE',
  })
  expect(await availability('us-east-1')).toMatchObject({ regionAvailability: 'NOT_AVAILABLE' })
})

it('grants access to no model when no model answers', async () => {
  await start({}, { modelOffers: [lite] })

  expect(await availability('eu-west-1')).toMatchObject({ agreementAvailability: { status: 'NOT_AVAILABLE' } })
})

it('describes a model, and the regions of its inference profile', async () => {
  await start({}, { modelOffers: [lite] })
  const profile = new GetInferenceProfileCommand({ inferenceProfileIdentifier: `eu.${lite.id}` })

  const { modelDetails } = await client().send(new GetFoundationModelCommand({ modelIdentifier: lite.id }))
  expect(modelDetails).toMatchObject({ providerName: 'Amazon', modelName: 'Nova Lite' })
  expect((await client().send(profile)).models).toEqual(
    ['eu-west-1', 'eu-north-1'].map((region) => ({
      modelArn: `arn:aws:bedrock:${region}::foundation-model/${lite.id}`,
    })),
  )
})

it('does not know a model that is not offered', async () => {
  await start({}, { modelOffers: [lite] })
  const other = 'amazon.nova-light-v1:0'

  await expect(availability('eu-west-1', other)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  await expect(client().send(new GetFoundationModelCommand({ modelIdentifier: other }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
  await expect(
    client().send(new GetInferenceProfileCommand({ inferenceProfileIdentifier: lite.id })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

it("lists each model's tokens per minute", async () => {
  await start({}, { modelOffers: [{ ...lite, tokensPerMinute: 7 }] })
  const quotas = new ServiceQuotasClient({ endpoint: cloud().endpoint, region: 'eu-west-1', credentials: owner })

  expect((await quotas.send(new ListServiceQuotasCommand({ ServiceCode: 'bedrock' }))).Quotas).toContainEqual(
    expect.objectContaining({
      QuotaName: 'Cross-region model inference tokens per minute for Amazon Nova Lite',
      Value: 7,
    }),
  )
})

it('lets a role describe only the models that it names', async () => {
  const arn = `arn:aws:bedrock:eu-west-1::foundation-model/${lite.id}`
  const micro = { ...lite, id: 'amazon.nova-micro-v1:0' }
  await start({ One: role([allow('bedrock:GetFoundationModel', arn)]) }, { modelOffers: [lite, micro] })
  const describe = (modelIdentifier: string) =>
    client('eu-west-1', 'One').send(new GetFoundationModelCommand({ modelIdentifier }))

  expect((await describe(lite.id)).modelDetails?.modelId).toBe(lite.id)
  await expect(describe(micro.id)).rejects.toMatchObject({ name: 'AccessDeniedException' })
})

it.each([
  ['GET', '/foundation-models/%zz'],
  ['GET', '/inference-profiles/%'],
  ['POST', '/model/%E0%A4%A/converse'],
])('refuses %s %s with status 400, because its encoding is malformed', async (method, at) => {
  await start({}, { modelOffers: [lite], languageModel: () => 'refusal' })

  const authorization = 'AWS4-HMAC-SHA256 Credential=owner/20261122/eu-west-1/bedrock/aws4_request'
  const response = await fetch(`${cloud().endpoint}${at}`, { method, headers: { authorization } })

  expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([400, 'ValidationException'])
})
