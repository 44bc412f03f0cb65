import { z } from 'zod'
import { withoutSlashAtEnd } from '../../../shared/base-url'
import { ownEntry } from '../../../shared/by-name'
import type { Abstention } from '../../../shared/records'
import { jsonOrNothing } from '../../../shared/json'
import { ANSWER_NAME, type Prompt } from '../../../shared/second-opinions'
import { type AskModel, failedBy, type Failure, type ModelReply, saidIn } from './model'

interface Server {
  /** Its URL up to the version, such as `http://10.0.0.5:11434/v1`. */
  baseUrl: string
  model: string
  timeoutMs: number
  /** The key, if the server needs one. */
  key: () => Promise<string | undefined>
}

const completion = z.object({
  id: z.string().default(''),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z
    .object({ prompt_tokens: z.int().nonnegative().default(0), completion_tokens: z.int().nonnegative().default(0) })
    .nullish(),
})

/** A model behind a server with the OpenAI form of chat completions. The answer is JSON by a schema. */
export const openAiModel =
  ({ baseUrl, model, timeoutMs, key }: Server, prompt: Prompt, request: typeof fetch = fetch): AskModel =>
  async (post) => {
    const url = `${withoutSlashAtEnd(baseUrl)}/chat/completions`
    let secret: string | undefined
    try {
      secret = await key()
    } catch (error) {
      return { failed: 'refused', why: `${model} at ${url}: its key cannot be read: ${messageOf(error)}` }
    }
    const body = {
      model,
      temperature: prompt.temperature,
      max_tokens: prompt.maxTokens,
      messages: [
        { role: 'system', content: prompt.system },
        { role: 'user', content: post },
      ],
      response_format: {
        type: 'json_schema',
        json_schema: { name: ANSWER_NAME, strict: true, schema: prompt.schema },
      },
    }
    try {
      const response = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(secret && { authorization: `Bearer ${secret}` }) },
        body: JSON.stringify(body),
        // A redirect could take the posts, and the key, to another server.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      const text = await response.text()
      return response.ok ? replyOf(text, response, prompt) : refusalOf(response, text, model, url)
    } catch (error) {
      return failureOf(error, url)
    }
  }

const ABSTENTIONS: Readonly<Record<string, Abstention>> = { content_filter: 'filter', length: 'cut-off' }

function replyOf(text: string, { headers }: Response, prompt: Prompt): ModelReply {
  const parsed = completion.safeParse(jsonOrNothing(text))
  const requestId = (headers.get('x-request-id') ?? parsed.data?.id ?? '').slice(0, MOST_CHARACTERS)
  const [choice] = parsed.data?.choices ?? []
  if (!parsed.success || !choice)
    return { said: { abstained: 'malformed' }, inputTokens: 0, outputTokens: 0, requestId, stopReason: '' }
  const { finish_reason: reason, message } = choice
  const abstained = ownEntry(ABSTENTIONS, reason ?? '') ?? (message.refusal ? 'refusal' : undefined)
  return {
    said: abstained ? { abstained } : saidIn(jsonOrNothing(message.content ?? ''), prompt),
    inputTokens: parsed.data.usage?.prompt_tokens ?? 0,
    outputTokens: parsed.data.usage?.completion_tokens ?? 0,
    requestId,
    stopReason: word(reason) ?? '',
  }
}

/** Servers report errors by a code, a type, or both; some codes are numbers. */
const errorBody = z.object({
  error: z.object({ code: z.unknown().optional(), type: z.unknown().optional() }),
})

/** Statuses of a request that is itself invalid: too long, or blocked by the server's filter. */
const REJECTED = [400, 413, 422]

/**
 * The failure for a response other than 200. An overloaded server did not read the post. Of the body only the error's code
 * and type are stored: its message may repeat the post.
 */
function refusalOf({ status, statusText }: Response, text: string, model: string, url: string): Failure {
  const { code, type } = errorBody.safeParse(jsonOrNothing(text)).data?.error ?? {}
  const words = [...new Set([word(code), word(type)])].filter(Boolean).join(', ')
  const why = `${model} at ${url}: HTTP ${status} ${statusText}${words && `: ${words}`}`
  if (status === 429 || status === 503) return { failed: 'throttled', why }
  if (REJECTED.includes(status)) return { failed: 'rejected', why }
  return { failed: status >= 500 ? 'no-answer' : 'refused', why }
}

/** Longer ids are truncated. */
const MOST_CHARACTERS = 200

/** An identifier that a program wrote, such as `context_length_exceeded`; undefined for anything else. */
const word = (said: unknown): string | undefined =>
  typeof said === 'string' && /^[\w.-]{1,60}$/.test(said) ? said : undefined

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** An error of `fetch`: its cause says what happened to the connection. */
const networkError = z.object({
  message: z.string(),
  cause: z.object({ message: z.string(), code: z.string().optional() }).optional().catch(undefined),
})

function failureOf(error: unknown, url: string): Failure {
  const { message, cause } = networkError.parse(error)
  return { failed: failedBy(cause?.code), why: `${url}: ${message}${cause ? `: ${cause.message}` : ''}` }
}
