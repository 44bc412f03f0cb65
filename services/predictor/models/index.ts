import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { BellwetherError } from '../../../shared/errors'
import type { LlmOptions, Prompt } from '../../../shared/second-opinions'
import { bedrockModel } from './bedrock'
import type { AskModel } from './model'
import { openAiModel } from './openai'

/** Id of the secret with the server's key, if the stack has one. */
export interface KeyPlace {
  secrets: Pick<SecretsManagerClient, 'send'>
  secretId: string
}

/** The language model that the settings name. */
export function connectModel(options: LlmOptions, prompt: Prompt, place: KeyPlace): AskModel {
  const timeoutMs = options.timeoutSeconds * 1000
  if (options.provider === 'bedrock') {
    const client = new BedrockRuntimeClient({
      // A retry after a timeout could ask, and pay, twice. askPart retries throttled requests.
      maxAttempts: 1,
      // The SDK's default speaks HTTP/2, which only streams in both directions need.
      requestHandler: new NodeHttpHandler({
        connectionTimeout: 3000,
        requestTimeout: timeoutMs,
        throwOnRequestTimeout: true,
      }),
    })
    return bedrockModel(client, options.model, prompt)
  }
  // The settings' schema refuses this provider without an address.
  const { baseUrl = '', model, needsKey } = options
  return openAiModel(
    { baseUrl, model, timeoutMs, key: needsKey ? once(() => readKey(place)) : async () => undefined },
    prompt,
  )
}

async function readKey({ secrets, secretId }: KeyPlace): Promise<string> {
  const { SecretString: value = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }))
  if (value.trim() !== '') return value.trim()
  throw new BellwetherError(
    'SECRET_MISSING',
    `key of the language model: the secret is empty; aws secretsmanager put-secret-value --secret-id ${secretId} --secret-string "$LLM_KEY"`,
  )
}

/** The key is read when it is first needed; a failed read is retried. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
