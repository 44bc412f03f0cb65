import { inspect } from 'node:util'
import { Logger } from '@aws-lambda-powertools/logger'
import middy from '@middy/core'
import type { Context, SQSBatchItemFailure } from 'aws-lambda'
import { z } from 'zod'
import { type ConsumedEvent, type DetailOf, objectCreated, type PublishedEvent, eventSources } from '../events'
import { BellwetherError, type ErrorCode } from './errors'
import { jsonOrNothing } from './json'
import type { Key } from './keys'
import type { RequestRefused } from './refused'
import { beginCorrelation, correlationOfKey, correlationOfRequest } from './watch/correlation'
import { measure } from './watch/metrics'
import { tracing } from './watch/tracing'

/** What a piece of work may know of its invocation. */
export interface Invocation {
  /** When the invocation began. */
  now: Date
  /** Milliseconds until Lambda stops the function. */
  remainingMs(): number
  log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** A route: the work for this event, or undefined when the event belongs to another route. */
export type Route = (received: Received) => ((invocation: Invocation) => Promise<unknown>) | undefined

/** An event on its way to a route. */
interface Received {
  event: BusEvent
  /** Key of the object that was put, when the event is a put. */
  putKey?: string
}

const busEvent = z.object({
  id: z.string(),
  'detail-type': z.string(),
  source: z.string(),
  time: z.string(),
  resources: z.array(z.string()).default([]),
  detail: z.unknown(),
})
export type BusEvent = z.infer<typeof busEvent>

const message = z.object({
  messageId: z.string(),
  body: z.string(),
  eventSource: z.literal('aws:sqs'),
  attributes: z.object({ SentTimestamp: z.string().optional() }).optional(),
  messageAttributes: z.object({ correlationId: z.object({ stringValue: z.string() }).optional() }).optional(),
})
type Message = z.infer<typeof message>
const queueBatch = z.object({ Records: z.array(message).min(1) })

/** Work on an event of this system or of AWS. `detail` is parsed; EVENT_INVALID names the field. */
export const on =
  <E extends PublishedEvent | ConsumedEvent>(
    definition: E,
    work: (detail: DetailOf<E>, invocation: Invocation, received: BusEvent) => Promise<unknown>,
  ): Route =>
  ({ event }) =>
    isA(definition, event) ? async (invocation) => work(parseDetail(definition, event), invocation, event) : undefined

/** Work on a put of a key of this form. */
export const onPut =
  <P extends string>(
    key: Key<P>,
    work: (parts: NonNullable<ReturnType<Key<P>['match']>>, invocation: Invocation) => Promise<unknown>,
  ): Route =>
  ({ putKey }) => {
    // EventBridge carries the plain key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html.
    // Only S3's own notifications URL-encode it: decoding here would change keys that hold a % or a +.
    const parts = putKey === undefined ? undefined : key.match(putKey)
    return parts && ((invocation) => work(parts, invocation))
  }

/** A request of a schedule or of another function: nobody reads its answer, so a refusal has to fail. */
const unattendedRequest = z.looseObject({ unattended: z.literal(true) })

function requestIn(input: unknown): { asked: unknown; isUnattended: boolean } {
  const { success, data } = unattendedRequest.safeParse(input)
  if (!success) return { asked: input ?? {}, isUnattended: false }
  const { unattended: _, ...asked } = data
  return { asked, isUnattended: true }
}

/** Codes of errors that the sender of a request can correct. */
const SENDERS: readonly ErrorCode[] = ['REQUEST_INVALID', 'NOT_FOUND']

/**
 * The Lambda handler of a service: one door for EventBridge events, messages of its queue (each an ad-hoc request or an
 * event) and ad-hoc requests (`sls invoke`, schedules). Input is parsed once, here; REQUEST_INVALID and EVENT_INVALID
 * name the field. Only a failed message returns to the queue. An ad-hoc request that its sender has to correct is
 * answered with `requestRefused`: a failed invocation would raise the alarm on errors for a typing mistake. Any other
 * error, and every error of an unattended request, goes to Lambda, which retries and then sends the event to the
 * failure destination.
 */
export function door<S extends z.ZodType>(
  service: string,
  request: { schema: S; work: (request: z.infer<S>, invocation: Invocation) => Promise<unknown> },
  routes: readonly Route[],
) {
  const logger = new Logger({ serviceName: service })
  const traced = tracing(service)
  const inLog = (id: string | undefined) =>
    id === undefined ? logger.removeKeys(['correlation_id']) : logger.setCorrelationId(id)

  /** The work of one event, message or request, measured from the event to its end. */
  const worked = async <T>({ id, since }: Origin, work: () => Promise<T>): Promise<T> => {
    beginCorrelation(id, inLog)
    return traced(async () => {
      const done = await work()
      if (since !== undefined) measure({ service }, { SecondsFromEvent: Math.max(0, (Date.now() - since) / 1000) })
      return done
    })
  }

  const one = async (input: unknown, invocation: Invocation): Promise<unknown> => {
    const event = busEvent.safeParse(input)
    if (event.success) return workOn(event.data, service, routes)(invocation)
    const { asked } = requestIn(input)
    const parsed = request.schema.safeParse(asked)
    if (!parsed.success) {
      throw new BellwetherError(
        'REQUEST_INVALID',
        `${service}: malformed request:\n${z.prettifyError({ issues: objections(request.schema, asked) })}`,
      )
    }
    return request.work(parsed.data, invocation)
  }

  const direct = async (input: unknown, invocation: Invocation): Promise<unknown> => {
    try {
      return await worked(originOf(input), () => one(input, invocation))
    } catch (error) {
      const isForSender = error instanceof BellwetherError && SENDERS.includes(error.code)
      if (!isForSender || busEvent.safeParse(input).success || requestIn(input).isUnattended) throw error
      logger.warn('request refused', { error: error.message })
      const answer: RequestRefused = { requestRefused: error.message }
      return answer
    }
  }

  const messages = async (records: readonly Message[], invocation: Invocation) => {
    const batchItemFailures: SQSBatchItemFailure[] = []
    for (const { messageId, body, ...sent } of records) {
      try {
        await worked(originOfMessage({ body, ...sent }), () => one(JSON.parse(body), invocation))
      } catch (error) {
        logger.error('message failed', { messageId, error: inspect(error) })
        batchItemFailures.push({ itemIdentifier: messageId })
      }
    }
    return { batchItemFailures }
  }

  return middy<unknown, unknown>()
    .onError(({ error }) => {
      // Throwing passes the error to Lambda.
      logger.error('invocation failed', { error: inspect(error) })
    })
    .handler(async (input: unknown, context: Context) => {
      logger.addContext(context)
      const invocation: Invocation = {
        now: new Date(),
        remainingMs: () => context.getRemainingTimeInMillis(),
        log: logger,
      }
      const batch = queueBatch.safeParse(input)
      return batch.success ? messages(batch.data.Records, invocation) : direct(input, invocation)
    })
}

/** The origin of a piece of work: the correlation id in its input, and when its event happened. */
interface Origin {
  id: string | undefined
  since: number | undefined
}

/** Only the key: a route parses the whole detail. */
const ofPut = z.object({ object: z.object({ key: z.string() }) })

function originOf(input: unknown): Origin {
  const { success, data: event } = busEvent.safeParse(input)
  if (!success) return { id: correlationOfRequest(input), since: undefined }
  const put = ofPut.safeParse(event.detail)
  const id = put.success ? correlationOfKey(put.data.object.key) : correlationOfRequest(event.detail)
  const since = Date.parse(event.time)
  return { id, since: Number.isNaN(since) ? undefined : since }
}

/** A message carries the id of the work that sent it. */
function originOfMessage({ body, attributes, messageAttributes }: Omit<Message, 'messageId'>): Origin {
  const sent = attributes?.SentTimestamp
  return {
    id: messageAttributes?.correlationId?.stringValue ?? originOf(jsonOrNothing(body)).id,
    since: sent === undefined ? undefined : Number(sent),
  }
}

/** The work of the first route that accepts the event. Raises EVENT_INVALID. */
function workOn(event: BusEvent, service: string, routes: readonly Route[]) {
  const putKey = isA(objectCreated, event) ? parseDetail(objectCreated, event).object.key : undefined
  for (const route of routes) {
    const work = route({ event, putKey })
    if (work) return work
  }
  throw new BellwetherError('EVENT_INVALID', `${service}: no route for event ${event.source} / ${event['detail-type']}`)
}

/** What is wrong with a request; where several forms are allowed, compared with the closest one. */
function objections(schema: z.core.$ZodType, request: unknown): z.core.$ZodIssue[] {
  if (schema instanceof z.ZodUnion) {
    const forms = schema.options.map((form) => objections(form, request))
    return forms.reduce((best, form) => (weight(form) < weight(best) ? form : best))
  }
  return z.safeParse(schema, request).error?.issues ?? []
}

const weight = (issues: readonly z.core.$ZodIssue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)

const isA = (definition: PublishedEvent | ConsumedEvent, { source, 'detail-type': type }: BusEvent): boolean =>
  type === definition.name && ('source' in definition ? [definition.source] : eventSources(definition)).includes(source)

function parseDetail<E extends PublishedEvent | ConsumedEvent>(event: E, received: BusEvent): DetailOf<E> {
  const parsed = event.detail.safeParse(received.detail)
  if (!parsed.success) {
    throw new BellwetherError('EVENT_INVALID', `${event.name} ${received.id}: ${z.prettifyError(parsed.error)}`)
  }
  // The schema is that of E, which the compiler cannot see through the generic.
  return parsed.data as DetailOf<E>
}
