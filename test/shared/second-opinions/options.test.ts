import { describe, expect, it } from '@jest/globals'
import { bedrockResources, type LlmOptions, llmOptions } from '../../../shared/second-opinions'

const caps = { usd: { perDay: 1, perMonth: 20 }, requests: { perDay: 2000, perMonth: 60_000 } }
const pricePerMillionTokensUsd = { input: 1, output: 5 }
const bedrock = { provider: 'bedrock', model: 'amazon.nova-lite-v1:0', caps, pricePerMillionTokensUsd }
const openai = {
  provider: 'openai',
  model: 'qwen3:8b',
  baseUrl: 'http://10.0.0.5:11434/v1',
  caps,
  pricePerMillionTokensUsd,
}

it('accepts both providers, and sends no post unless the file says so', () => {
  expect(llmOptions.parse(bedrock)).toMatchObject({ sendsPosts: false, examplesPerLabel: 3 })
  expect(llmOptions.parse(openai)).toMatchObject({ sendsPosts: false, needsKey: false })
})

describe('an error in the llm section', () => {
  it.each([
    ['no model', { ...bedrock, model: '' }, ['model']],
    ['no model at all', { ...bedrock, model: undefined }, ['model']],
    ['an unknown provider', { ...bedrock, provider: 'hal' }, ['provider']],
    ['a profile without regions', { ...bedrock, model: 'eu.anthropic.claude-haiku-4-5-20251001-v1:0' }, ['regions']],
    ['an invalid region', { ...bedrock, regions: ['Ireland'] }, ['regions', 0]],
    [
      'an ARN without its foundation model',
      {
        ...bedrock,
        model: 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/ab12',
        regions: ['eu-west-1'],
      },
      ['foundationModel'],
    ],
    ['an address with Bedrock', { ...bedrock, baseUrl: 'http://10.0.0.5/v1' }, ['baseUrl']],
    ['a key with Bedrock', { ...bedrock, needsKey: true }, ['needsKey']],
    ['no address of a server', { ...openai, baseUrl: undefined }, ['baseUrl']],
    ['a server without an address', { ...openai, baseUrl: 'file:///etc/passwd' }, ['baseUrl']],
    ['an address with another scheme', { ...openai, regions: ['eu-west-1'] }, ['regions']],
    ['no caps', { ...bedrock, caps: undefined }, ['caps']],
    ['a key in the file', { ...openai, key: 'sk-1' }, []],
  ])('is reported: %s', (_, given, path) => {
    expect(llmOptions.safeParse(given).error?.issues).toEqual([expect.objectContaining({ path })])
  })
})

describe("the model resources of the predictor's role", () => {
  const resources = (given: Partial<LlmOptions>) => bedrockResources(llmOptions.parse({ ...bedrock, ...given }))

  it("are a foundation model in the stack's region", () => {
    expect(resources({})).toEqual({
      profile: undefined,
      foundationModels: ['arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model/amazon.nova-lite-v1:0'],
    })
  })

  it('are a profile, and its foundation model in every region it routes to', () => {
    expect(resources({ model: 'eu.amazon.nova-lite-v1:0', regions: ['eu-west-1', 'eu-north-1'] })).toEqual({
      profile:
        'arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:inference-profile/eu.amazon.nova-lite-v1:0',
      foundationModels: [
        'arn:${AWS::Partition}:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0',
        'arn:${AWS::Partition}:bedrock:eu-north-1::foundation-model/amazon.nova-lite-v1:0',
      ],
    })
  })

  it('include the model without a region for a global profile', () => {
    expect(resources({ model: 'global.amazon.nova-lite-v1:0', regions: ['eu-west-1'] }).foundationModels).toEqual([
      'arn:${AWS::Partition}:bedrock:::foundation-model/amazon.nova-lite-v1:0',
      'arn:${AWS::Partition}:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0',
    ])
  })
})

it('fails to derive the resources without a model, and says what to do', () => {
  expect(llmOptions.safeParse({ ...bedrock, model: undefined }).error?.issues[0]?.message).toMatch(
    /^is missing: name the model, as in model: /,
  )
})
