import { serviceOf } from '../arn'
import { AwsError } from '../protocol/aws-error'
import { checkNotifications, type Notification } from './notification'
import { identityOf, send, type Sender } from './notify'
import { makeHostId, makeRequestId } from './response-ids'

export interface NotificationConfiguration {
  eventBridge: boolean
  notifications: readonly Notification[]
}

/** Give the bucket this configuration. Raises InvalidArgument (400), also where a function or queue does not let the bucket in, unless `skipValidation`. */
export function configureNotifications(
  sender: Sender,
  { eventBridge, notifications }: NotificationConfiguration,
  { skipValidation = false } = {},
): void {
  const { bucket, bucketName, destinations } = sender
  checkNotifications(notifications)
  const closed = notifications.find(({ target }) => !destinations.permits(identityOf(bucketName), target))
  if (closed && !skipValidation) {
    throw new AwsError(
      400,
      'InvalidArgument',
      `Unable to validate the following destination configurations: ${closed.target} is not there, or its policy does not let s3.amazonaws.com in from arn:aws:s3:::${bucketName}`,
    )
  }
  const before = new Set(bucket.settings().notifications?.map((one) => JSON.stringify(one)))
  bucket.configure({ eventBridge, notifications: [...notifications] })
  for (const one of notifications) if (!before.has(JSON.stringify(one))) sendTest(sender, one)
}

/** A queue gets a test message first, which has no records. */
function sendTest(sender: Sender, notification: Notification): void {
  if (serviceOf(notification.target) !== 'sqs') return
  send(sender, notification, {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(sender.context.clock.now()).toISOString(),
    Bucket: sender.bucketName,
    RequestId: makeRequestId(),
    HostId: makeHostId(),
  })
}
