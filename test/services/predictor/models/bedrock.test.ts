import { BedrockRuntimeClient, ConverseCommand, type ConverseCommandOutput } from '@aws-sdk/client-bedrock-runtime'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { mockClient } from 'aws-sdk-client-mock'
import { bedrockModel } from '../../../../services/predictor/models/bedrock'
import { promptOf } from '../../../../shared/second-opinions'

const client = mockClient(BedrockRuntimeClient)
const prompt = promptOf(
  [
    { name: 'technical', definition: 'How it is built.', examples: [] },
    { name: 'marketing', definition: 'It sells.', examples: [] },
  ],
  { examplesPerLabel: 3 },
)
const model = 'eu.amazon.nova-lite-v1:0'
const ask = bedrockModel(new BedrockRuntimeClient(), model, prompt)

type Content = NonNullable<NonNullable<ConverseCommandOutput['output']>['message']>['content']
const call = (input: object, name = 'answer'): Content => [{ toolUse: { toolUseId: 't', name, input: { ...input } } }]
const answers = (stopReason: ConverseCommandOutput['stopReason'], content: Content) =>
  client.on(ConverseCommand).resolves({
    output: { message: { role: 'assistant', content } },
    stopReason,
    usage: { inputTokens: 210, outputTokens: 12, totalTokens: 222 },
    metrics: { latencyMs: 300 },
    $metadata: { requestId: 'r-1' },
  })

beforeEach(() => void client.reset())

it('asks for one prediction at temperature 0, through a tool that accepts only the categories', async () => {
  answers('tool_use', call({ label: 'technical' }))

  await ask('{"post":"hi"}')

  expect(client.commandCalls(ConverseCommand)[0]?.args[0].input).toMatchObject({
    modelId: model,
    messages: [{ role: 'user', content: [{ text: '{"post":"hi"}' }] }],
    inferenceConfig: { temperature: 0, maxTokens: 128 },
    toolConfig: {
      tools: [
        {
          toolSpec: {
            inputSchema: { json: { properties: { label: { enum: ['technical', 'marketing', 'abstain'] } } } },
          },
        },
      ],
      toolChoice: { tool: { name: 'answer' } },
    },
  })
})

it('keeps the label with tokens, request id and stop reason', async () => {
  answers('tool_use', call({ label: 'technical' }))

  expect(await ask('{}')).toEqual({
    said: { label: 'technical' },
    inputTokens: 210,
    outputTokens: 12,
    requestId: 'r-1',
    stopReason: 'tool_use',
  })
})

describe('an abstention on Bedrock', () => {
  it.each<[string, ConverseCommandOutput['stopReason'], Content]>([
    ['unsure', 'tool_use', call({ label: 'abstain' })],
    ['outside', 'tool_use', call({ label: 'spam' })],
    ['outside', 'tool_use', call({ label: '__proto__' })],
    ['malformed', 'tool_use', call({ category: 'technical' })],
    ['malformed', 'tool_use', call({ label: ['technical'] })],
    ['malformed', 'tool_use', call({ label: 'technical' }, 'delete_everything')],
    ['malformed', 'malformed_tool_use', []],
    ['malformed', 'end_turn', []],
    ['refusal', 'end_turn', [{ text: 'I cannot help with that.' }]],
    ['guardrail', 'guardrail_intervened', [{ text: 'Blocked.' }]],
    ['filter', 'content_filtered', []],
    ['cut-off', 'max_tokens', call({ label: 'technical' })],
  ])('is %s when the model stops with %s', async (abstained, stopReason, content) => {
    answers(stopReason, content)

    expect(await ask('{}')).toMatchObject({ said: { abstained }, stopReason, inputTokens: 210 })
  })
})

describe('a failure on Bedrock', () => {
  it.each([
    ['throttled', 'ThrottlingException'],
    ['throttled', 'ServiceUnavailableException'],
    ['refused', 'AccessDeniedException'],
    ['refused', 'ResourceNotFoundException'],
  ])('is %s for %s, and names the model', async (failed, name) => {
    client.on(ConverseCommand).rejects(Object.assign(new Error('why'), { name }))

    expect(await ask('{}')).toEqual({ failed, why: `${model} on Amazon Bedrock: ${name}: why` })
  })

  it.each([
    ['The provided model identifier is invalid.', 'there is no such model'],
    [
      'Invocation of model ID x with on-demand throughput isn’t supported. Retry with an inference profile.',
      'it takes requests through an inference profile only',
    ],
    ['This model doesn’t support tool use.', 'it takes no tools, or no choice of one'],
    ['Value "my secret post" at messages.1 is wrong', 'it does not take the request'],
  ])('is rejected for an unsupported request, without quoting the post: %s', async (message, reason) => {
    client.on(ConverseCommand).rejects(Object.assign(new Error(message), { name: 'ValidationException' }))

    expect(await ask('{}')).toEqual({
      failed: 'rejected',
      why: `${model} on Amazon Bedrock: ValidationException: ${reason}`,
    })
  })

  it.each(['TimeoutError', 'ModelTimeoutException', 'InternalServerException', 'SyntaxError'])(
    'is no-answer for %s, without quoting the response',
    async (name) => {
      client.on(ConverseCommand).rejects(Object.assign(new Error('"my secret post" is not valid JSON'), { name }))

      expect(await ask('{}')).toEqual({
        failed: 'no-answer',
        why: `${model} on Amazon Bedrock: ${name}: it did not answer as it should`,
      })
    },
  )

  it('is unreached when the address does not exist', async () => {
    client.on(ConverseCommand).rejects(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))

    expect(await ask('{}')).toMatchObject({ failed: 'unreached' })
  })
})
