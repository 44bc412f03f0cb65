import { z } from 'zod'
import { withoutSlashAtEnd } from '../../../shared/base-url'
import { BellwetherError } from '../../../shared/errors'
import { jsonOrNothing } from '../../../shared/json'
import type { Wait } from './source'

/** A response of a network, whatever its status. */
export interface HttpAnswer {
  status: number
  headers: Headers
  /** Its JSON; undefined where the body is something else. */
  json: unknown
  text: string
  /** Its status and a few of its words, for errors: `503: Service Unavailable`. Never a URL: it may hold a secret. */
  said: string
}

interface HttpRequest {
  headers?: Record<string, string>
  /** Sent as JSON, by POST. */
  body?: unknown
  /** Sent as plain text, by PUT. */
  put?: string
}

/** One request. It follows no redirect, so that a token never goes to another host. Raises SOURCE_UNAVAILABLE. */
export type Ask = (url: URL, request?: HttpRequest) => Promise<HttpAnswer>

export interface HttpLimits {
  /** Limit for the whole response, body included. */
  timeoutMs: number
  /** Limit of the body as it is read, after decompression. */
  mostBytes: number
}

const LIMITS: HttpLimits = { timeoutMs: 10_000, mostBytes: 8 * 2 ** 20 }
/** Many servers refuse a client without a user agent. */
const USER_AGENT = 'Bellwether/1.0 (collects public posts of a hashtag once a day)'

/** How sources send requests. Limits of time, size and redirects are here and nowhere else. */
export const httpClient =
  (network: string, limits: Partial<HttpLimits> = {}): Ask =>
  async (url, { headers = {}, body, put } = {}) => {
    const { timeoutMs, mostBytes } = { ...LIMITS, ...limits }
    try {
      const sent = put ?? (body === undefined ? undefined : JSON.stringify(body))
      const response = await reachedAgain(sent === undefined, () =>
        fetch(url, {
          method: put !== undefined ? 'PUT' : body === undefined ? 'GET' : 'POST',
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
          headers: {
            accept: 'application/json',
            'user-agent': USER_AGENT,
            ...(sent === undefined ? {} : { 'content-type': put === undefined ? 'application/json' : 'text/plain' }),
            ...headers,
          },
          ...(sent === undefined ? {} : { body: sent }),
        }),
      )
      const text = await textWithin(response, mostBytes)
      const json = /json/i.test(response.headers.get('content-type') ?? '') ? jsonOrNothing(text) : undefined
      return { status: response.status, headers: response.headers, json, text, said: saidBy(response, json, text) }
    } catch (error) {
      throw new BellwetherError('SOURCE_UNAVAILABLE', `${network} was not reached: ${causeOf(error)}`)
    }
  }

/** A URL below that of a network, which may end in a slash. */
export function urlBelow(base: string, path: string, parameters: Iterable<[string, string]> = []): URL {
  const url = new URL(`${withoutSlashAtEnd(base)}/${path}`)
  url.search = String(new URLSearchParams([...parameters]))
  return url
}

export const unavailable = (network: string, why: string): BellwetherError =>
  new BellwetherError('SOURCE_UNAVAILABLE', `${network}: ${why}`)

/**
 * What a response without a page means, where the network has no words of its own for it: how long a rate limit lasts.
 * Raises SOURCE_UNAVAILABLE for what may pass by itself, SOURCE_REFUSED for everything else.
 */
export function waitOrThrow(network: string, answer: HttpAnswer, nowMs: number): Wait {
  const { status, json, said, headers } = answer
  if (status === 429) return { waitSeconds: secondsToReset(headers, nowMs) }
  const isPassing = status < 200 || (status >= 300 && status < 400) || status >= 500 || json === undefined
  throw new BellwetherError(isPassing ? 'SOURCE_UNAVAILABLE' : 'SOURCE_REFUSED', `${network} answered ${said}`)
}

/** The longest delay of a message on the queue. */
const MOST_WAIT_SECONDS = 900
/** For a rate limit that does not say when it ends. */
const UNKNOWN_WAIT_SECONDS = 300
/** A larger number is an instant in Unix seconds, a smaller one a number of seconds. */
const UNIX_SECONDS = 1e9

/**
 * Seconds until a rate limit ends, from 1 to 900. Mastodon writes its reset as ISO 8601, GoToSocial and Bluesky as Unix
 * seconds, proxies send `Retry-After`. A value that is missing, unreadable or past counts as five minutes.
 */
export function secondsToReset(headers: Headers, nowMs: number): number {
  const reset = headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset') ?? headers.get('retry-after') ?? ''
  const number = /^\d+$/.test(reset.trim()) ? Number(reset) : undefined
  const atMs =
    number === undefined
      ? Date.parse(reset)
      : number > UNIX_SECONDS
        ? number * 1000
        : nowMs + Math.max(1, number) * 1000
  const seconds = Math.ceil((atMs - nowMs) / 1000)
  return Number.isNaN(seconds) || seconds < 1 ? UNKNOWN_WAIT_SECONDS : Math.min(MOST_WAIT_SECONDS, seconds)
}

/** A server may close a kept-alive connection just as it is reused: a request that only reads is sent once more. */
async function reachedAgain<T>(isRead: boolean, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (isRead && /^(ECONNRESET|UND_ERR_SOCKET)$/.test(causeOf(error))) return ask()
    throw error
  }
}

async function textWithin({ body }: Response, mostBytes: number): Promise<string> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of body ?? []) {
    size += piece.byteLength
    // Leaving the loop cancels the rest.
    if (size > mostBytes) throw new Error(`its response is larger than ${mostBytes} bytes`)
    pieces.push(piece)
  }
  return new TextDecoder().decode(Buffer.concat(pieces))
}

function saidBy({ status, headers }: Response, json: unknown, text: string): string {
  if (status >= 300 && status < 400 && headers.has('location')) return `${status}: a redirect, which is not followed`
  const words = json === undefined ? /<title[^<>]*>([^<]*)/i.exec(text)?.[1] : wordsOf(json)
  const brief = (words ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 80)
  if (brief) return `${status}: ${brief}`
  return json === undefined ? `${status}: its response is not JSON` : String(status)
}

const errorBody = z.object({ error: z.unknown(), message: z.unknown(), title: z.unknown() }).partial()

/** The message of an error, in the words of each network. */
function wordsOf(json: unknown): string {
  const { error, message, title } = errorBody.safeParse(json).data ?? {}
  return [error, message, title].filter((words) => typeof words === 'string').join(', ')
}

/** Fields of an error: fetch throws a DOMException after a timeout, and hides its reason in a cause. */
const thrown = z.object({ name: z.string(), message: z.string(), code: z.unknown(), cause: z.unknown() }).partial()

function causeOf(error: unknown): string {
  const { name, message, cause } = thrown.safeParse(error).data ?? {}
  if (name === 'TimeoutError') return 'it took too long to answer'
  const { code, message: inner } = thrown.safeParse(cause).data ?? {}
  return (typeof code === 'string' ? code : inner) ?? message ?? String(error)
}
