import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import { type Broker, newEvent, toSeconds } from '../broker'

const entry = z.strictObject({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  /** Seconds since the epoch. */
  Time: z.number().optional(),
  TraceHeader: z.string().optional(),
})
type Entry = z.infer<typeof entry>
const input = z.strictObject({ Entries: z.array(entry).min(1).max(10) })

const MAX_BYTES = 256 * 1024
const MAX_DETAIL_TYPE = 128

export const putEvents = (broker: Broker) =>
  jsonOperation({
    input,
    access: ({ Entries }) =>
      Entries.map(({ EventBusName = 'default', Source = '', DetailType = '' }) => ({
        action: 'events:PutEvents',
        resource: EventBusName.startsWith('arn:') ? EventBusName : broker.busArn(EventBusName),
        conditions: { 'events:source': Source, 'events:detail-type': DetailType },
      })),
    run({ Entries }) {
      if (Entries.reduce((sum, one) => sum + sizeOf(one), 0) > MAX_BYTES) {
        throw new AwsError(400, 'ValidationException', 'Total size of the entries in the request is over the limit.')
      }
      const results = Entries.map((one) => put(broker, one))
      return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results }
    },
  })

/** Publish an entry, or return its error: the answer to the whole request is 200 either way. */
function put(broker: Broker, given: Entry): { EventId: string } | { ErrorCode: string; ErrorMessage: string } {
  try {
    const bus = broker.busNamed(given.EventBusName)
    const event = newEvent(broker.context, {
      source: required(given, 'Source'),
      'detail-type': required(given, 'DetailType'),
      detail: readDetail(required(given, 'Detail')),
      resources: given.Resources ?? [],
      ...(given.Time !== undefined && { time: toSeconds(given.Time * 1000) }),
    })
    if (event.source.startsWith('aws.')) {
      throw new AwsError(400, 'NotAuthorizedForSourceException', 'Not authorized for the source.')
    }
    if (event['detail-type'].length > MAX_DETAIL_TYPE) {
      throw new AwsError(
        400,
        'InvalidArgument',
        `Parameter DetailType is not valid. Reason: it is longer than ${MAX_DETAIL_TYPE}.`,
      )
    }
    broker.publish(bus, event)
    return { EventId: event.id }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return { ErrorCode: error.code, ErrorMessage: error.message }
  }
}

function required(given: Entry, name: 'Source' | 'DetailType' | 'Detail'): string {
  const value = given[name]
  if (value) return value
  throw new AwsError(400, 'InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`)
}

function readDetail(text: string): unknown {
  const detail = parse(text)
  if (typeof detail === 'object' && detail !== null && !Array.isArray(detail)) return detail
  throw new AwsError(400, 'MalformedDetail', 'Detail is malformed.')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** As EventBridge counts: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const sizeOf = ({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: Entry): number =>
  (Time === undefined ? 0 : 14) + Buffer.byteLength(Source + DetailType + Detail + Resources.join(''))
