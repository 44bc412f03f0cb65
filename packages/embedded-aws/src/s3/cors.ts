import { AwsError } from '../protocol/aws-error'
import type { AwsRequest, AwsResponse } from '../service'
import type { CorsRule } from './bucket'

type Rules = readonly CorsRule[] | undefined

/** Answer a browser's question whether it may send a request. Raises AccessForbidden (403) where no rule allows it. */
export function preflight(rules: Rules, headers: Record<string, string>): AwsResponse {
  const method = headers['access-control-request-method'] ?? ''
  const asked = (headers['access-control-request-headers'] ?? '').split(',').filter((name) => name !== '')
  const rule = ruleFor(rules, headers.origin, method)
  const allowed =
    rule &&
    asked.every((name) =>
      rule.AllowedHeaders?.some((pattern) => fits(pattern.toLowerCase(), name.trim().toLowerCase())),
    )
  if (!rule || !allowed) {
    throw new AwsError(403, 'AccessForbidden', 'CORSResponse: This CORS request is not allowed.')
  }
  return {
    status: 200,
    headers: {
      ...headersOf(rule, headers.origin ?? ''),
      'access-control-allow-headers': asked.join(','),
      ...(rule.MaxAgeSeconds !== undefined && { 'access-control-max-age': String(rule.MaxAgeSeconds) }),
    },
  }
}

/** What lets a page of another origin read the answer. */
export function crossOriginHeaders(rules: Rules, { headers, method }: AwsRequest): Record<string, string> {
  const rule = ruleFor(rules, headers.origin, method)
  return rule ? headersOf(rule, headers.origin ?? '') : {}
}

const ruleFor = (rules: Rules, origin: string | undefined, method: string): CorsRule | undefined =>
  origin === undefined
    ? undefined
    : rules?.find(
        (rule) => rule.AllowedMethods.includes(method) && rule.AllowedOrigins.some((one) => fits(one, origin)),
      )

const headersOf = (rule: CorsRule, origin: string): Record<string, string> => ({
  'access-control-allow-origin': rule.AllowedOrigins.includes('*') ? '*' : origin,
  'access-control-allow-methods': rule.AllowedMethods.join(', '),
  ...(rule.ExposeHeaders && { 'access-control-expose-headers': rule.ExposeHeaders.join(', ') }),
  vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
})

/** A pattern may hold one `*`. */
function fits(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.split('*')
  if (end === undefined) return pattern === text
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end)
}
