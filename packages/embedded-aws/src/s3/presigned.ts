import { AwsError } from '../protocol/aws-error'

const WEEK_SECONDS = 7 * 24 * 3600

/** A presigned URL carries in its query what other requests say in headers: fold it into them. Its signature is not checked. */
export function unfoldPresigned(
  query: URLSearchParams,
  headers: Record<string, string>,
): { query: URLSearchParams; headers: Record<string, string> } {
  if (!isPresigned(query)) return { query, headers }
  const folded = [...query].filter(([name]) => name.startsWith('x-amz-'))
  const rest = [...query].filter(([name]) => !name.toLowerCase().startsWith('x-amz-'))
  return { query: new URLSearchParams(rest), headers: { ...Object.fromEntries(folded), ...headers } }
}

/** Raises AccessDenied (403) once a presigned URL has expired. */
export function checkExpiry(query: URLSearchParams, nowMs: number): void {
  if (!isPresigned(query)) return
  const seconds = Number(query.get('X-Amz-Expires'))
  if (!(seconds >= 1 && seconds <= WEEK_SECONDS)) {
    throw new AwsError(400, 'AuthorizationQueryParametersError', 'X-Amz-Expires must be less than a week (in seconds)')
  }
  if (!(readTime(query.get('X-Amz-Date') ?? '') + seconds * 1000 > nowMs)) {
    throw new AwsError(403, 'AccessDenied', 'Request has expired')
  }
}

const isPresigned = (query: URLSearchParams): boolean => query.has('X-Amz-Signature')

/** `20261122T201500Z` in milliseconds since the epoch. */
const readTime = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
