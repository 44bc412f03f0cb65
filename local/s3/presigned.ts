import { AwsError } from '../protocol/aws-error'

const WEEK_SECONDS = 7 * 24 * 3600

/**
 * A presigned URL carries in its query what headers say else: fold it into them.
 * Its time is checked, its signature is not. Raises AccessDenied (403) once it has expired.
 */
export function unfoldPresigned(
  query: URLSearchParams,
  headers: Record<string, string>,
  nowMs: number,
): { query: URLSearchParams; headers: Record<string, string> } {
  if (!query.has('X-Amz-Signature')) return { query, headers }

  const seconds = Number(query.get('X-Amz-Expires'))
  if (!(seconds >= 1 && seconds <= WEEK_SECONDS)) {
    throw new AwsError(400, 'AuthorizationQueryParametersError', 'X-Amz-Expires must be less than a week (in seconds)')
  }
  if (!(readTime(query.get('X-Amz-Date') ?? '') + seconds * 1000 > nowMs)) {
    throw new AwsError(403, 'AccessDenied', 'Request has expired')
  }
  const folded = [...query].filter(([name]) => name.startsWith('x-amz-'))
  const rest = [...query].filter(([name]) => !name.toLowerCase().startsWith('x-amz-'))
  return { query: new URLSearchParams(rest), headers: { ...Object.fromEntries(folded), ...headers } }
}

/** `20261122T201500Z` in milliseconds since the epoch. */
const readTime = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
