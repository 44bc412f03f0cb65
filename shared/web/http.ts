import { createHash } from 'node:crypto'
import { z } from 'zod'
import { BellwetherError } from '../errors'

/** A request of an HTTP API, payload format 2.0: the fields that are read. */
const httpEvent = z.object({
  version: z.literal('2.0'),
  rawPath: z.string(),
  queryStringParameters: z.record(z.string(), z.string()).default({}),
  headers: z.record(z.string(), z.string()).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
})

export interface Request {
  method: string
  path: string
  query: Record<string, string>
  /** By names in lower case. */
  headers: Record<string, string>
  /** All that were sent under a name, in the order in which they came. */
  cookies: ReadonlyMap<string, readonly string[]>
  /** The parsed body; REQUEST_INVALID where it is not JSON, or is not declared as JSON. */
  json(): unknown
}

/** A file of a page, as it was built. */
export interface PageFile {
  type: string
  content: string
  etag: string
  /** The page has a service worker, `/desk/worker.js`, for everything at and below this path. */
  workerScope?: string
}

export interface HttpReply {
  status: number
  /** Sent as JSON. */
  body?: unknown
  file?: PageFile
  cookies?: string[]
  /** A document for other websites, in place of a body. */
  embedded?: Embedded
  /** A file to keep, in place of a body. */
  download?: Download
  /** The path of this site that a redirection leads to. */
  location?: string
}

/** A file that a browser keeps and does not show. */
export interface Download {
  /** ASCII, without quotes. */
  name: string
  type: string
  content: string
}

/** A document without scripts that pages of these origins may frame. */
export interface Embedded {
  html: string
  /** The content of its only `<style>`. */
  style: string
  embedIn: readonly string[]
}

/** An error response: a code for the page and a sentence for a person. */
export const problem = (status: number, error: string, message: string): HttpReply => ({
  status,
  body: { error, message },
})

const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/**
 * A page loads only its own files, calls only its own API, and cannot turn a string into markup or code. A page with a
 * service worker has a separate policy for that worker's address.
 */
const pageOf = ({ workerScope }: PageFile): string =>
  `${NOTHING}; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; require-trusted-types-for 'script'; ` +
  `trusted-types ${workerScope === undefined ? "'none'" : 'desk-worker'}`

/** Pages cannot be framed or sniffed, and run only their own code. */
const SECURITY = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Read an event of the HTTP API; EVENT_INVALID for any other event. */
export function readRequest(event: unknown): Request {
  const parsed = httpEvent.safeParse(event)
  if (!parsed.success) throw new BellwetherError('EVENT_INVALID', z.prettifyError(parsed.error))
  const { rawPath, queryStringParameters, headers, cookies, body, isBase64Encoded, requestContext } = parsed.data
  const named = new Map<string, string[]>()
  for (const cookie of cookies) {
    // No other space is dropped: to a browser, U+2000 before `__Host-` makes a name that any sibling domain may set.
    const [name = '', ...value] = cookie.replace(/^[ \t]+/, '').split('=')
    named.set(name, [...(named.get(name) ?? []), value.join('=')])
  }
  return {
    method: requestContext.http.method,
    path: rawPath.replace(/(?<=^\/|[^/])\/+$/, ''),
    query: queryStringParameters,
    headers,
    cookies: named,
    json: () => {
      // A form of another site cannot send this type without a preflight request.
      if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
        throw new BellwetherError('REQUEST_INVALID', 'the body must be application/json')
      }
      const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body
      try {
        return JSON.parse(text)
      } catch (cause) {
        throw new BellwetherError('REQUEST_INVALID', 'the body is not JSON', { cause })
      }
    },
  }
}

/** A response in the form of the HTTP API. */
interface Response {
  statusCode: number
  headers: Record<string, string>
  cookies?: string[]
  body: string
}

/** It loads nothing; only this header says who may frame it. */
function respondEmbedded({ html, style, embedIn }: Embedded, status: number): Response {
  const { 'x-frame-options': deny, ...others } = SECURITY
  const hash = createHash('sha256').update(style).digest('base64')
  const ancestors = embedIn.length > 0 ? embedIn.join(' ') : "'none'"
  return {
    statusCode: status,
    headers: {
      ...others,
      ...(embedIn.length > 0 ? { 'cross-origin-resource-policy': 'cross-origin' } : { 'x-frame-options': deny }),
      'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors ${ancestors}; base-uri 'none'; form-action 'none'; sandbox`,
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
    },
    body: html,
  }
}

export function respond(reply: HttpReply): Response {
  if (reply.embedded) return respondEmbedded(reply.embedded, reply.status)
  return reply.download ? respondDownload(reply.download, reply.status) : respondPlainly(reply)
}

const respondDownload = ({ name, type, content }: Download, status: number): Response => ({
  statusCode: status,
  headers: {
    ...SECURITY,
    'content-security-policy': `${NOTHING}; sandbox`,
    'cache-control': 'no-store',
    'content-type': type,
    'content-disposition': `attachment; filename="${name}"`,
  },
  body: content,
})

const respondPlainly = ({ status, body, file, cookies, location }: HttpReply): Response => ({
  statusCode: status,
  headers: {
    ...SECURITY,
    'content-security-policy': file ? pageOf(file) : NOTHING,
    // Static pages hold no personal data: revalidate. API responses are per user: no-store.
    ...(file ? { 'cache-control': 'no-cache', etag: file.etag } : { 'cache-control': 'no-store' }),
    ...(file?.workerScope === undefined ? {} : { 'service-worker-allowed': file.workerScope }),
    'content-type': file ? file.type : 'application/json; charset=utf-8',
    ...(location === undefined ? {} : { location }),
  },
  ...(cookies ? { cookies } : {}),
  body: file && status !== 304 ? file.content : body === undefined ? '' : JSON.stringify(body),
})
