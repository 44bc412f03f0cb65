import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  BedrockClient,
  GetFoundationModelAvailabilityCommand,
  type GetFoundationModelAvailabilityCommandOutput,
} from '@aws-sdk/client-bedrock'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { mockClient } from 'aws-sdk-client-mock'
import type { ModelOffer } from '../../../packages/embedded-aws/src/bedrock-models'
import { type Cloud, createCloud } from '../../../packages/embedded-aws/src/cloud'
import { askBedrock, type BedrockFacts, bedrockFindings, type Load } from '../../../services/doctor/bedrock-access'
import { bedrockAccount } from '../../../services/doctor/bedrock-account'

const REGION = 'eu-west-1'
const haiku: ModelOffer = {
  id: 'anthropic.claude-haiku-4-5-20251001-v1:0',
  provider: 'Anthropic',
  name: 'Claude Haiku 4.5',
  regions: [REGION, 'eu-north-1'],
  isGranted: true,
  isOnDemand: false,
  tokensPerMinute: 50_000,
}
const nova: ModelOffer = { id: 'amazon.nova-lite-v1:0', provider: 'Amazon', name: 'Nova Lite', isGranted: true }
const profile = { model: `eu.${haiku.id}`, regions: [REGION, 'eu-north-1'] }
const load: Load = { messages: 2000, tokens: 500 }

let dataDir = ''
let cloud: Cloud | undefined

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'bedrock-'))
})

afterEach(async () => {
  await cloud?.close()
  rmSync(dataDir, { recursive: true })
})

/** The doctor's findings in an account to which these models are offered. */
async function findingsIn(offers: readonly ModelOffer[], llm: { model: string; regions: string[] }, day = load) {
  const started = await createCloud({ dataDir, template: { Resources: {} }, modelOffers: offers })
  cloud = started
  const client = { endpoint: started.endpoint, credentials: { accessKeyId: 'owner', secretAccessKey: 'x' } }
  const account = bedrockAccount({
    bedrock: (region) => new BedrockClient({ ...client, region }),
    quotas: new ServiceQuotasClient({ ...client, region: REGION }),
  })
  return bedrockFindings(await askBedrock(account, llm, REGION), llm, REGION, day)
}

describe('a model that the account may use', () => {
  it('is found in every region of its profile, with the throughput of the quota', async () => {
    expect(await findingsIn([haiku, nova], profile)).toEqual([
      {
        check: 'inference profile of the language model',
        verdict: 'ok',
        found: `eu.${haiku.id} routes to eu-west-1, eu-north-1`,
      },
      expect.objectContaining({ check: 'access to the language model in eu-west-1', verdict: 'ok' }),
      expect.objectContaining({ check: 'access to the language model in eu-north-1', verdict: 'ok' }),
      {
        check: 'quota of the language model',
        verdict: 'ok',
        found: '50000 tokens a minute: about 100 messages, so a day of 2000 takes 20 minutes',
      },
    ])
  })

  it('needs no profile when it accepts on-demand requests', async () => {
    const found = await findingsIn([nova], { model: nova.id, regions: [] })

    expect(found.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['access to the language model in eu-west-1', 'ok'],
      ['quota of the language model', 'ok'],
    ])
  })
})

describe('what is missing for a language model', () => {
  it.each<[string, ModelOffer, { model: string; regions: string[] }, string, RegExp, RegExp]>([
    ['an agreement', { ...nova, isGranted: false }, { model: nova.id, regions: [] }, 'access to the language model in eu-west-1', /no access to amazon\.nova-lite/, /create-foundation-model-agreement/], // prettier-ignore
    ['the model in the region', { ...nova, regions: ['us-east-1'] }, { model: nova.id, regions: [] }, 'access to the language model in eu-west-1', /eu-west-1 does not offer/, /list-foundation-models --region eu-west-1/], // prettier-ignore
    ['a model with that id', nova, { model: 'amazon.nova-light-v1:0', regions: [] }, 'access to the language model in eu-west-1', /has no model amazon\.nova-light/, /list-foundation-models/], // prettier-ignore
    ['a profile with that id', nova, { model: 'eu.amazon.nova-light-v1:0', regions: [REGION] }, 'inference profile of the language model', /no inference profile eu\.amazon\.nova-light/, /list-inference-profiles/], // prettier-ignore
    ['a region in llm.regions', haiku, { ...profile, regions: [REGION] }, 'inference profile of the language model', /also routes to eu-north-1/, /llm\.regions: \[eu-west-1, eu-north-1\]/], // prettier-ignore
    ['a profile, for a model without on-demand requests', { ...haiku, regions: [REGION] }, { model: haiku.id, regions: [] }, 'inference profile of the language model', /no requests on demand/, /list-inference-profiles/], // prettier-ignore
    ['any quota', { ...nova, tokensPerMinute: 0 }, { model: nova.id, regions: [] }, 'quota of the language model', /not one message/, /Service Quotas/], // prettier-ignore
  ])('is reported with a remedy: %s', async (_, offer, llm, check, found, remedy) => {
    expect((await findingsIn([offer], llm)).find((one) => one.check === check)).toEqual({
      check,
      verdict: 'missing',
      found: expect.stringMatching(found),
      remedy: expect.stringMatching(remedy),
    })
  })

  it('warns of a quota too small for a day', async () => {
    const found = await findingsIn([{ ...nova, tokensPerMinute: 600 }], { model: nova.id, regions: [] })

    expect(found.at(-1)).toMatchObject({
      verdict: 'warning',
      found: expect.stringContaining('longer than a day'),
      remedy: expect.stringContaining('llm.caps.requests.perDay to 1440'),
    })
  })

  it('warns of a region to which the profile does not route', async () => {
    const [first] = await findingsIn([haiku], { ...profile, regions: [...profile.regions, 'eu-south-1'] })

    expect(first).toMatchObject({ verdict: 'warning', found: expect.stringContaining('eu-south-1') })
  })
})

describe('a refused access on Amazon Bedrock', () => {
  const available: GetFoundationModelAvailabilityCommandOutput = {
    $metadata: {},
    modelId: nova.id,
    agreementAvailability: { status: 'AVAILABLE' },
    authorizationStatus: 'AUTHORIZED',
    entitlementAvailability: 'AVAILABLE',
    regionAvailability: 'AVAILABLE',
  }

  it.each<[string, Partial<GetFoundationModelAvailabilityCommandOutput>, string, string, RegExp]>([
    [
      'an agreement that failed, with the reason',
      { agreementAvailability: { status: 'ERROR', errorMessage: 'INVALID_PAYMENT_INSTRUMENT' } },
      nova.id,
      `the agreement for ${nova.id} in ${REGION} was asked for and failed: INVALID_PAYMENT_INSTRUMENT`,
      /payment method.*aws-marketplace:Subscribe.*accept it again: .*create-foundation-model-agreement/,
    ],
    [
      'an agreement that failed without a reason',
      { agreementAvailability: { status: 'ERROR' } },
      nova.id,
      `the agreement for ${nova.id} in ${REGION} was asked for and failed: Amazon Bedrock gives no reason`,
      /payment method/,
    ],
    [
      'an agreement that was not accepted',
      { agreementAvailability: { status: 'NOT_AVAILABLE' }, entitlementAvailability: 'NOT_AVAILABLE' },
      nova.id,
      `the account has no access to ${nova.id} in ${REGION}: its agreement is not accepted`,
      /^Accept it/,
    ],
    [
      'a subscription that does not exist yet',
      { entitlementAvailability: 'NOT_AVAILABLE' },
      nova.id,
      `the agreement for ${nova.id} is accepted, but the account is not entitled to it in ${REGION}`,
      /15 minutes: run the doctor again.*AWS Marketplace/,
    ],
    [
      'the use case that Anthropic asks for',
      { entitlementAvailability: 'NOT_AVAILABLE' },
      haiku.id,
      `the agreement for ${haiku.id} is accepted, but the account is not entitled to it in ${REGION}`,
      /use case details/,
    ],
  ])('is reported with the remedy: %s', async (_, said, model, found, remedy) => {
    const bedrock = mockClient(BedrockClient)
    bedrock.on(GetFoundationModelAvailabilityCommand).resolves({ ...available, ...said })
    const account = bedrockAccount({
      bedrock: (region) => new BedrockClient({ region }),
      quotas: new ServiceQuotasClient({ region: REGION }),
    })
    const obstacles = new Map([[REGION, { known: await account.obstacle(REGION, model) }]])
    bedrock.restore()
    const denied = { unknown: 'not asked' }
    const facts: BedrockFacts = { profile: null, obstacles, model: denied, quotas: denied }

    expect(bedrockFindings(facts, { model, regions: [] }, REGION, load)[0]).toEqual({
      check: `access to the language model in ${REGION}`,
      verdict: 'missing',
      found,
      remedy: expect.stringMatching(remedy),
    })
  })
})

describe('a check that Amazon Bedrock does not answer', () => {
  const denied = { unknown: 'AccessDeniedException: no' }
  const facts: BedrockFacts = {
    profile: null,
    obstacles: new Map([[REGION, denied]]),
    model: { known: { name: 'Amazon Nova Lite', isOnDemand: true } },
    quotas: denied,
  }
  const verdictsOf = (some: Partial<BedrockFacts>) =>
    bedrockFindings({ ...facts, ...some }, { model: nova.id, regions: [] }, REGION, load)

  it('is reported as unchecked, with the command that checks it', () => {
    expect(verdictsOf({})).toEqual([
      expect.objectContaining({
        verdict: 'could not be checked',
        remedy: `aws bedrock get-foundation-model-availability --region ${REGION} --model-id ${nova.id}`,
      }),
      expect.objectContaining({
        verdict: 'could not be checked',
        remedy: expect.stringContaining('list-service-quotas'),
      }),
    ])
  })

  it('uses neither the quota of another model nor that of a longer context', () => {
    const quotas = new Map([
      ['On-demand model inference tokens per minute for Amazon Nova Lite 2', 9],
      ['On-demand model inference tokens per minute for Amazon Nova Lite V1 1M Context Length', 9],
      ['Cross-region model inference tokens per minute for Amazon Nova Lite', 9],
    ])

    expect(verdictsOf({ quotas: { known: quotas } }).at(-1)).toMatchObject({ verdict: 'could not be checked' })
  })

  it('recognises a quota with a version after the name, and one of requests besides', () => {
    const quotas = new Map([
      ['On-demand InvokeModel tokens per minute for Amazon Nova Lite V1', 1_000_000],
      ['On-demand model inference requests per minute for Amazon Nova Lite', 10],
    ])

    expect(verdictsOf({ quotas: { known: quotas } }).at(-1)).toMatchObject({
      verdict: 'ok',
      found: '1000000 tokens and 10 requests a minute: about 10 messages, so a day of 2000 takes 200 minutes',
    })
  })
})
