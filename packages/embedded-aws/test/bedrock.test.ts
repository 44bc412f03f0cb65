import { BedrockRuntimeClient, ConverseCommand, type ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { describe, expect, it } from '@jest/globals'
import type { LanguageModel } from '../src/bedrock'
import { role } from './template'
import { useCloud } from './running-cloud'

const { start, cloud } = useCloud()

const modelId = 'eu.amazon.nova-lite-v1:0'
const question: ConverseCommandInput = {
  modelId,
  system: [{ text: 'Classify.' }],
  messages: [{ role: 'user', content: [{ text: '{"post":"hi"}' }] }],
  inferenceConfig: { temperature: 0, maxTokens: 128 },
  toolConfig: {
    tools: [
      {
        toolSpec: {
          name: 'answer',
          inputSchema: { json: { type: 'object', properties: { label: { type: 'string', enum: ['a', 'b'] } } } },
        },
      },
    ],
    toolChoice: { tool: { name: 'answer' } },
  },
}

const ask = (input: Partial<ConverseCommandInput> = {}, of?: string) =>
  new BedrockRuntimeClient({
    endpoint: cloud().endpoint,
    region: 'eu-west-1',
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
    credentials: of === undefined ? { accessKeyId: 'owner', secretAccessKey: 'x' } : cloud().credentialsFor(of),
  }).send(new ConverseCommand({ ...question, ...input }))

it("returns the model's label as a tool call", async () => {
  const asked: unknown[] = []
  await start({}, { languageModel: (one) => (asked.push(one), { input: { label: 'b' } }) })

  const { output, stopReason, usage } = await ask()

  expect(output?.message?.content).toEqual([
    { toolUse: { toolUseId: 'tooluse_1', name: 'answer', input: { label: 'b' } } },
  ])
  expect(stopReason).toBe('tool_use')
  expect(usage?.inputTokens).toBeGreaterThan(5)
  expect(asked).toEqual([{ modelId, system: 'Classify.', user: '{"post":"hi"}', choices: ['a', 'b'] }])
})

describe('a model that fails', () => {
  it.each([
    ['max_tokens', 'cut-off'],
    ['malformed_tool_use', 'malformed'],
    ['end_turn', 'refusal'],
    ['guardrail_intervened', 'guardrail'],
  ] as const)('stops with %s', async (stopReason, reply) => {
    await start({}, { languageModel: () => reply })

    expect((await ask()).stopReason).toBe(stopReason)
  })

  it('throttles with the error name of the SDK', async () => {
    await start({}, { languageModel: () => 'throttled' })

    await expect(ask()).rejects.toMatchObject({ name: 'ThrottlingException' })
  })

  it('denies access when it is not granted', async () => {
    await start()

    await expect(ask()).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  it('refuses an unknown field by name', async () => {
    await start({}, { languageModel: () => 'refusal' })

    await expect(ask({ guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' } })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('guardrailConfig'),
    })
  })
})

describe('a model offer', () => {
  const languageModel: LanguageModel = () => ({ input: { label: 'a' } })
  const id = 'amazon.nova-lite-v1:0'
  const offer = { id, provider: 'Amazon', name: 'Nova Lite' }

  it('is reached only through its inference profile when it is in other regions', async () => {
    await start({}, { languageModel, modelOffers: [{ ...offer, regions: ['eu-north-1', 'eu-central-1'] }] })

    await expect(ask({ modelId: id })).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'The provided model identifier is invalid.',
    })
    expect((await ask()).stopReason).toBe('tool_use')
  })

  it('refuses requests by the model id when it is not on demand', async () => {
    await start({}, { languageModel, modelOffers: [{ ...offer, isOnDemand: false }] })

    await expect(ask({ modelId: id })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('on-demand throughput isn’t supported'),
    })
    expect((await ask()).stopReason).toBe('tool_use')
  })

  it('needs permission in the region to which its profile routes', async () => {
    const inRegion = (region: string) => `arn:aws:bedrock:${region}::foundation-model/${id}`
    const profile = `arn:aws:bedrock:eu-west-1:000000000000:inference-profile/${modelId}`
    const may = (Resource: string) => ({ Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource })
    await start(
      {
        Home: role([may(profile), may(inRegion('eu-west-1'))]),
        Routed: role([may(profile), may(inRegion('eu-north-1'))]),
      },
      { languageModel, modelOffers: [{ ...offer, regions: ['eu-north-1'] }] },
    )

    await expect(ask({}, 'Home')).rejects.toMatchObject({ name: 'AccessDeniedException' })
    expect((await ask({}, 'Routed')).stopReason).toBe('tool_use')
  })
})

describe('a role that invokes a model', () => {
  const allow = (Resource: string, Condition?: object) => ({
    Effect: 'Allow',
    Action: 'bedrock:InvokeModel',
    Resource,
    Condition,
  })
  const profile = `arn:aws:bedrock:eu-west-1:000000000000:inference-profile/${modelId}`
  const model = 'arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0'
  const languageModel: LanguageModel = () => ({ input: { label: 'a' } })

  it('needs permission for the profile and the model behind it', async () => {
    await start({ One: role([allow(profile)]), Both: role([allow(profile), allow(model)]) }, { languageModel })

    await expect(ask({}, 'One')).rejects.toMatchObject({ name: 'AccessDeniedException' })
    expect((await ask({}, 'Both')).stopReason).toBe('tool_use')
  })

  it('may be limited to the model through its profile', async () => {
    const through = { StringEquals: { 'bedrock:InferenceProfileArn': profile } }
    await start({ Through: role([allow(profile), allow(model, through)]) }, { languageModel })

    expect((await ask({}, 'Through')).stopReason).toBe('tool_use')
    await expect(ask({ modelId: 'amazon.nova-lite-v1:0' }, 'Through')).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
  })
})
