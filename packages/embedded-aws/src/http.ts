import { inspect } from 'node:util'
import { printable } from './printable'
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AccessKeys, Caller } from './access-keys'
import type { Clock } from './clock'
import { refuse } from './refusal'
import type { AwsRequest, AwsResponse } from './service'
import { OBJECT_HEADERS, whyRefused } from './web-pages'

/** A request without a signature, such as a browser's: it is for the HTTP API. */
export type PlainRequest = Omit<AwsRequest, 'service' | 'principal'> & { sourceIp: string }

export interface PlainResponse extends AwsResponse {
  /** `Set-Cookie` headers: the only ones that cannot be joined into one. */
  cookies?: string[]
}

interface Doors {
  keys: AccessKeys
  clock: Pick<Clock, 'now'>
  /** Answers a signed request. */
  signed(request: AwsRequest, caller: Caller): Promise<AwsResponse>
  /** Answers an unsigned request. */
  plain(request: PlainRequest): Promise<PlainResponse>
}

export interface HttpServer {
  endpoint: string
  close(): Promise<void>
}

/** Thrown when the calling worker is gone, so that nobody would receive the answer. */
export class CallerGone extends Error {}

/** API Gateway's limit on the time that a client takes to send its headers. */
const HEADERS_TIMEOUT_MS = 10_000

/** Listen on 127.0.0.1; `port` 0 takes a free one. */
export async function listen(port: number, doors: Doors, headersTimeoutMs = HEADERS_TIMEOUT_MS): Promise<HttpServer> {
  const server = createServer({ connectionsCheckingInterval: headersTimeoutMs / 10 }, (incoming, outgoing) => {
    answer(incoming, doors).then(
      (response) => send(outgoing, incoming.method === 'HEAD', response, doors.clock),
      (error: unknown) => {
        // The caller has ended: nobody waits for the answer.
        if (error instanceof CallerGone || outgoing.destroyed) return outgoing.destroy()
        console.error(printable(`${incoming.method} ${incoming.url} ${inspect(error)}`))
        const body = JSON.stringify({ __type: 'InternalFailure', message: String(error) })
        send(outgoing, false, { status: 500, headers: { 'content-type': 'application/json' }, body }, doors.clock)
      },
    )
  })
  // SDK clients keep connections open; closing one just as a request starts would look like a network fault.
  server.keepAliveTimeout = 10 * 60_000
  server.requestTimeout = 0
  server.headersTimeout = headersTimeoutMs
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} of 127.0.0.1 is taken by another process: --port N takes another`, { cause: error })
          : error,
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(incoming: IncomingMessage, doors: Doors): Promise<PlainResponse> {
  const [path = '/', search = ''] = splitOnce(incoming.url ?? '/', '?')
  const query = new URLSearchParams(search)
  const headers = headersOf(incoming)
  const method = incoming.method ?? 'GET'
  const signature = signatureOf(headers, query)
  const port = incoming.socket.localPort ?? 0
  const why = whyRefused({ method, headers, port, service: signature?.service })
  if (why !== undefined) return refusal(403, `Forbidden: ${why}`)

  if (isSignedByVersion2(headers, query)) {
    const message = 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.'
    return refuse('s3', { code: 'InvalidRequest', message, status: 400 })
  }

  const body = await bodyOf(incoming, signature ? Infinity : API_BODY_BYTES)
  if (!body) return refusal(413, 'Request Entity Too Large')
  const request = { method, path, query, headers, body }
  if (!signature) return doors.plain({ ...request, sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1' })

  const caller = doors.keys.callerOf(signature.accessKeyId)
  const answered = await doors.signed({ ...request, service: signature.service, principal: caller.principal }, caller)
  if (signature.service !== 's3') return answered
  return { ...answered, headers: { ...answered.headers, ...OBJECT_HEADERS } }
}

/** API Gateway's limit on the body of a request. */
const API_BODY_BYTES = 10 * 2 ** 20

/** The body; undefined if it is too long. */
async function bodyOf(incoming: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    // Read to the end, so that the client receives the answer.
    if (length <= most) chunks.push(bytes)
  }
  return length <= most ? Buffer.concat(chunks) : undefined
}

const refusal = (status: number, message: string): PlainResponse => ({
  status,
  headers: { 'content-type': 'application/json', connection: 'close' },
  body: JSON.stringify({ message }),
})

/** The signer and the service, from the credential scope. Every protocol has it, also presigned URLs. */
function signatureOf(headers: Record<string, string>, query: URLSearchParams) {
  const scope =
    /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query.get('X-Amz-Credential')
  const [accessKeyId, , , service] = scope?.split('/') ?? []
  return accessKeyId && service ? { accessKeyId, service } : undefined
}

/** Signature version 2, which S3 no longer accepts for new buckets: `Authorization: AWS <key>:<signature>`, or in the query. */
const isSignedByVersion2 = (headers: Record<string, string>, query: URLSearchParams): boolean =>
  /^AWS [^\s:]+:/.test(headers.authorization ?? '') || (query.has('AWSAccessKeyId') && query.has('Signature'))

function send(outgoing: ServerResponse, head: boolean, response: PlainResponse, clock: Doors['clock']): void {
  const { status, headers, body, cookies = [] } = response
  const id = randomUUID()
  outgoing.writeHead(status, {
    'x-amzn-requestid': id,
    'x-amz-request-id': id,
    // SDK clients treat a distant Date as clock skew; the cloud's time may be days ahead.
    date: new Date(clock.now()).toUTCString(),
    ...(body === undefined || head ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
    ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}),
  })
  outgoing.end(head ? undefined : body)
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
