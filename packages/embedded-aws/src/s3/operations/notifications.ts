import { serviceOf } from '../../arn'
import { notImplemented } from '../../protocol/aws-error'
import { onBucket } from '../access'
import type { S3Operation } from '../call'
import { configureNotifications } from '../configure-notifications'
import { type Notification, readNotification } from '../notification'
import { type Elements, malformed, readXml, textOf, writeXml, type XmlNode } from '../xml'

/** Elements of a configuration, by the service in a destination's ARN; the second has the ARN. */
const ELEMENTS = {
  sqs: ['QueueConfiguration', 'Queue'],
  lambda: ['CloudFunctionConfiguration', 'CloudFunction'],
} as const

export const putBucketNotificationConfiguration: S3Operation = {
  query: ['notification'],
  headers: ['x-amz-skip-destination-validation'],
  access: (call) => [onBucket('PutBucketNotification', call)],
  async run(call) {
    const { children } = readXml(call.body.toString('utf8'))
    const entries = children.filter(({ name }) => name !== 'EventBridgeConfiguration')
    const configuration = { eventBridge: entries.length < children.length, notifications: entries.map(readEntry) }
    const skipValidation = call.headers['x-amz-skip-destination-validation'] === 'true'
    configureNotifications(call, configuration, { skipValidation })
    return { status: 200 }
  },
}

export const getBucketNotificationConfiguration: S3Operation = {
  query: ['notification'],
  access: (call) => [onBucket('GetBucketNotification', call)],
  async run({ bucket }) {
    const { eventBridge, notifications = [] } = bucket.settings()
    const written = (service: keyof typeof ELEMENTS) =>
      notifications.filter(({ target }) => serviceOf(target) === service).map((one) => writeEntry(one, service))
    const body = writeXml('NotificationConfiguration', {
      QueueConfiguration: written('sqs'),
      CloudFunctionConfiguration: written('lambda'),
      ...(eventBridge && { EventBridgeConfiguration: {} }),
    })
    return { status: 200, headers: { 'content-type': 'application/xml' }, body }
  },
}

function readEntry(entry: XmlNode): Notification {
  const [, arnElement] = Object.values(ELEMENTS).find(([name]) => name === entry.name) ?? []
  if (arnElement === undefined) throw notImplemented(`${entry.name} in PutBucketNotificationConfiguration`)
  const target = textOf(entry, arnElement)
  const events = entry.children.filter(({ name }) => name === 'Event').map(({ text }) => text)
  if (target === undefined || events.length === 0) throw malformed()
  const rules = descend(entry, ['Filter', 'S3Key', 'FilterRule']).map((rule) => ({
    name: textOf(rule, 'Name') ?? '',
    value: textOf(rule, 'Value') ?? '',
  }))
  return readNotification(target, events, rules, textOf(entry, 'Id'))
}

const descend = (node: XmlNode, path: readonly string[]): XmlNode[] =>
  path.reduce((nodes, step) => nodes.flatMap(({ children }) => children.filter(({ name }) => name === step)), [node])

function writeEntry({ id, target, events, prefix, suffix }: Notification, service: keyof typeof ELEMENTS): Elements {
  const rules = Object.entries({ Prefix: prefix, Suffix: suffix }).filter(([, value]) => value !== '')
  const FilterRule = rules.map(([Name, Value]) => ({ Name, Value }))
  return {
    Id: id,
    [ELEMENTS[service][1]]: target,
    Event: events,
    ...(FilterRule.length > 0 && { Filter: { S3Key: { FilterRule } } }),
  }
}
