import { z } from 'zod'
import type { PlainRequest, PlainResponse } from '../http'
import type { Found } from './routes'

interface About {
  account: string
  apiId: string
  stage: string
  requestId: string
  now: number
}

/**
 * The event of payload format 2.0: cookies apart, repeated query parameters and headers joined by commas.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toEvent(request: PlainRequest, { route, parameters }: Found, about: About): object {
  const { cookie, ...headers } = request.headers
  const query: Record<string, string> = {}
  for (const [name, value] of request.query) query[name] = name in query ? `${query[name]},${value}` : value
  const isText = isTextual(request.headers['content-type'])
  const rawPath = safeDecode(request.path)
  const time = new Date(about.now)
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath,
    rawQueryString: request.query.toString(),
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;[ \t]*/) }),
    headers,
    ...(Object.keys(query).length > 0 ? { queryStringParameters: query } : {}),
    requestContext: {
      accountId: about.account,
      apiId: about.apiId,
      domainName: request.headers.host ?? '',
      domainPrefix: about.apiId,
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: about.requestId,
      routeKey: route.key,
      stage: about.stage,
      time: time.toUTCString(),
      timeEpoch: about.now,
    },
    ...(Object.keys(parameters).length > 0 ? { pathParameters: parameters } : {}),
    ...(request.body.length > 0 ? { body: request.body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: request.body.length > 0 && !isText,
  }
}

const answer = z.looseObject({
  statusCode: z.coerce.number().int(),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  cookies: z.array(z.string()).optional(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().optional(),
})

/** The HTTP response made from a function's answer. Without a status code the whole answer is the JSON body. */
export function toResponse(payload: string): PlainResponse {
  const value: unknown = JSON.parse(payload)
  if (!hasStatus(value)) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: payload }
  }
  const parsed = answer.safeParse(value)
  if (!parsed.success) return failure(500, 'Internal Server Error')
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded } = parsed.data
  const lowered = Object.entries(headers).map(([name, content]) => [name.toLowerCase(), String(content)] as const)
  return {
    status: statusCode,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...Object.fromEntries(lowered) },
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
    cookies,
  }
}

/** API Gateway's own error answers. */
export const failure = (status: number, message: string): PlainResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
})

const hasStatus = (value: unknown): boolean => typeof value === 'object' && value !== null && 'statusCode' in value

const isTextual = (type = 'text/plain'): boolean =>
  /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded)|[^;]*\+(json|xml))/.test(type)

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
