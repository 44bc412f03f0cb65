import type { AwsResponse } from './service'

export interface Refusal {
  code: string
  message: string
  status: number
}

/** An error answer as the service's own protocol writes it, so that each SDK client makes its own exception of it. */
export function refuse(service: string, { code, message, status }: Refusal): AwsResponse {
  if (service === 's3') {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`
    return { status, headers: { 'content-type': 'application/xml' }, body }
  }
  if (service === 'sns') {
    const type = status < 500 ? 'Sender' : 'Receiver'
    const body = `<ErrorResponse><Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error></ErrorResponse>`
    return { status, headers: { 'content-type': 'text/xml' }, body }
  }
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message, Message: message }),
  }
}

/** IAM's refusal: 403 in REST and query protocols, 400 in the JSON ones. */
export const accessDenied = (service: string, message: string): Refusal => ({
  code: DENIALS[service] ?? 'AccessDeniedException',
  message,
  status: REST_SERVICES.has(service) ? 403 : 400,
})

/** Too many requests, in each service's words. */
export const throttled = (service: string): Refusal =>
  THROTTLES[service] ?? { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 }

const DENIALS: Record<string, string> = { s3: 'AccessDenied', sns: 'AuthorizationError' }

const REST_SERVICES = new Set(['s3', 'lambda', 'scheduler', 'bedrock', 'sns'])

const THROTTLES: Record<string, Refusal> = {
  s3: { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 },
  lambda: { code: 'TooManyRequestsException', message: 'Rate Exceeded.', status: 429 },
  bedrock: { code: 'ThrottlingException', message: 'Too many requests, please wait before trying again.', status: 429 },
  sns: { code: 'Throttled', message: 'Rate exceeded', status: 429 },
  sqs: { code: 'RequestThrottled', message: 'Request is throttled.', status: 400 },
}

const XML_ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => XML_ESCAPES[character] ?? character)
