import {
  type BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandOutput,
  type StopReason,
} from '@aws-sdk/client-bedrock-runtime'
import { ownEntry } from '../../../shared/by-name'
import type { Abstention } from '../../../shared/records'
import { ANSWER_NAME, type Prompt } from '../../../shared/second-opinions'
import { type AskModel, failedBy, type Failure, type ModelReply, saidIn } from './model'

/** A model of Amazon Bedrock, by Converse. The answer is the input of a tool that it has to call. */
export const bedrockModel =
  (client: Pick<BedrockRuntimeClient, 'send'>, model: string, prompt: Prompt): AskModel =>
  async (post) => {
    try {
      const answer = await client.send(
        new ConverseCommand({
          modelId: model,
          system: [{ text: prompt.system }],
          messages: [{ role: 'user', content: [{ text: post }] }],
          inferenceConfig: { temperature: prompt.temperature, maxTokens: prompt.maxTokens },
          toolConfig: {
            tools: [
              {
                toolSpec: {
                  name: ANSWER_NAME,
                  description: 'Give the category of the post',
                  // The SDK's type is any JSON, which an interface without an index signature does not match.
                  inputSchema: { json: { ...prompt.schema } },
                },
              },
            ],
            toolChoice: { tool: { name: ANSWER_NAME } },
          },
        }),
      )
      return replyOf(answer, prompt)
    } catch (error) {
      return failureOf(error, model)
    }
  }

const ABSTENTIONS: Readonly<Partial<Record<StopReason, Abstention>>> = {
  guardrail_intervened: 'guardrail',
  content_filtered: 'filter',
  max_tokens: 'cut-off',
  model_context_window_exceeded: 'cut-off',
  malformed_model_output: 'malformed',
  malformed_tool_use: 'malformed',
}

function replyOf({ output, stopReason, usage, $metadata }: ConverseCommandOutput, prompt: Prompt): ModelReply {
  const blocks = output?.message?.content ?? []
  const call = blocks.find(({ toolUse }) => toolUse?.name === ANSWER_NAME)?.toolUse
  const abstained = ownEntry(ABSTENTIONS, stopReason ?? '')
  const withoutCall: ModelReply['said'] = { abstained: blocks.some(({ text }) => text) ? 'refusal' : 'malformed' }
  return {
    said: abstained ? { abstained } : call ? saidIn(call.input, prompt) : withoutCall,
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    requestId: $metadata.requestId ?? '',
    stopReason: stopReason ?? '',
  }
}

/** By the name of the exception: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors */
const FAILURES: Readonly<Record<string, Failure['failed']>> = {
  ThrottlingException: 'throttled',
  ServiceUnavailableException: 'throttled',
  ModelNotReadyException: 'throttled',
  AccessDeniedException: 'refused',
  ResourceNotFoundException: 'refused',
  // Examples: a post that is too long for the model, and a model without tools.
  ValidationException: 'rejected',
  UnrecognizedClientException: 'refused',
  ExpiredTokenException: 'refused',
}

/**
 * The cause of a ValidationException. Its message may repeat a part of the request, and so the post; these words do not:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
 */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/model identifier is invalid/i, 'there is no such model'],
  [/on-demand throughput/i, 'it takes requests through an inference profile only'],
  [/tool use|toolConfig|toolChoice/i, 'it takes no tools, or no choice of one'],
  [/too long|too many input tokens|context/i, 'the request is too long'],
]

function failureOf(error: unknown, model: string): Failure {
  if (!(error instanceof Error)) throw error
  const code = 'code' in error ? String(error.code) : ''
  const failed = ownEntry(FAILURES, error.name) ?? failedBy(code)
  const reason =
    failed === 'rejected'
      ? (REASONS.find(([said]) => said.test(error.message))?.[1] ?? 'it does not take the request')
      : failed === 'no-answer'
        ? code || 'it did not answer as it should'
        : error.message
  return { failed, why: `${model} on Amazon Bedrock: ${error.name}: ${reason}` }
}
