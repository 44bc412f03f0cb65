import { notImplemented } from '../../protocol/aws-error'
import { onBucket } from '../access'
import type { S3Operation } from '../call'
import { readXml } from '../xml'

/** Notifications go to EventBridge or nowhere. */
export const putBucketNotificationConfiguration: S3Operation = {
  query: ['notification'],
  headers: ['x-amz-skip-destination-validation'],
  access: (call) => [onBucket('PutBucketNotification', call)],
  async run({ bucket, body }) {
    const { children } = readXml(body.toString('utf8'))
    const other = children.find(({ name }) => name !== 'EventBridgeConfiguration')
    if (other) throw notImplemented(`${other.name} in PutBucketNotificationConfiguration`)
    bucket.configure({ eventBridge: children.length > 0 })
    return { status: 200 }
  },
}
