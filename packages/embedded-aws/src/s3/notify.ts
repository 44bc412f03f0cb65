import type { BucketCall } from './call'
import { encodeKey } from './encode-key'
import { asksFor, type Notification, type ObjectEvent } from './notification'
import { makeHostId, makeRequestId } from './response-ids'
import type { StoredObject, Version } from './version'

/** An event as both of its forms need it. */
interface Happening {
  event: ObjectEvent
  version: Version
  /** What EventBridge is told of the object beside its key and version. */
  object: object
  detailType: string
  detail?: object
  /** What a notification's record says of the object beside its key and version. */
  record: object
}

/** A bucket that notifies. */
export type Sender = Pick<BucketCall, 'context' | 'destinations' | 'bucket' | 'bucketName'>

type Writer = 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload'

const CREATED: Record<Writer, ObjectEvent> = {
  PutObject: 'ObjectCreated:Put',
  CopyObject: 'ObjectCreated:Copy',
  CompleteMultipartUpload: 'ObjectCreated:CompleteMultipartUpload',
}

const EMPTY_ETAG = 'd41d8cd98f00b204e9800998ecf8427e'

/** S3 tries for a day to hand a notification over. */
const PATIENCE = { retries: 185, maximumAgeMs: 86_400_000 }

/** Announce that an object was written. */
export function notifyCreated(call: BucketCall, version: StoredObject, reason: Writer): void {
  const { size, etag, sequencer } = version
  notify(call, {
    event: CREATED[reason],
    version,
    detailType: 'Object Created',
    object: { size, etag, sequencer },
    detail: { reason },
    record: { size, eTag: etag, sequencer },
  })
}

/** Announce that an object, a version of it or a delete marker was deleted, or that the delete marker `gone` now hides the object. */
export function notifyDeleted(
  call: BucketCall,
  gone: Version,
  deletion: 'Permanently Deleted' | 'Delete Marker Created',
): void {
  const marker = deletion === 'Delete Marker Created'
  const sequencer = marker ? gone.sequencer : call.bucket.nextSequencer()
  notify(call, {
    event: marker ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete',
    version: gone,
    detailType: 'Object Deleted',
    object: { ...(gone.kind === 'object' && { etag: gone.etag }), sequencer },
    detail: { reason: 'DeleteObject', 'deletion-type': deletion },
    record: { ...(marker && { eTag: EMPTY_ETAG }), sequencer },
  })
}

/** Announce that the tags of an object changed, or were deleted. */
export function notifyTagged(
  call: BucketCall,
  version: StoredObject,
  detailType: 'Object Tags Added' | 'Object Tags Deleted',
): void {
  const { etag } = version
  const event = detailType === 'Object Tags Added' ? 'ObjectTagging:Put' : 'ObjectTagging:Delete'
  notify(call, { event, version, detailType, object: { etag }, record: { eTag: etag } })
}

/** To EventBridge with the plain key, and to the functions and queues that ask for the event with the key encoded. */
function notify(call: BucketCall, happening: Happening): void {
  const { context, bucket, bucketName } = call
  const { event, version, detailType, object, detail } = happening
  const requestId = makeRequestId()
  const { eventBridge, notifications = [] } = bucket.settings()
  for (const one of notifications) {
    if (asksFor(one, event, version.key)) send(call, one, { Records: [recordOf(call, one, happening, requestId)] })
  }
  if (!eventBridge) return
  context.emit({
    source: 'aws.s3',
    'detail-type': detailType,
    resources: [`arn:aws:s3:::${bucketName}`],
    detail: {
      version: '0',
      bucket: { name: bucketName },
      object: { key: version.key, ...object, ...versioned(version, 'version-id') },
      ...detail,
      'request-id': requestId,
      requester: context.account,
      'source-ip-address': '127.0.0.1',
    },
  })
}

/** Hand a message of the bucket over to a function or queue. */
export function send({ destinations, bucketName }: Sender, { target }: Notification, message: object): void {
  destinations.deliver({ from: identityOf(bucketName), target, payload: JSON.stringify(message), ...PATIENCE })
}

/** Who a bucket is to the policies of functions and queues. */
export const identityOf = (bucketName: string) => ({
  principal: 's3.amazonaws.com',
  arn: `arn:aws:s3:::${bucketName}`,
})

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function recordOf(
  { context, bucketName }: BucketCall,
  { id }: Notification,
  { event, version, record }: Happening,
  requestId: string,
): object {
  return {
    eventVersion: '2.5',
    eventSource: 'aws:s3',
    awsRegion: context.region,
    eventTime: new Date(context.clock.now()).toISOString(),
    eventName: event,
    userIdentity: { principalId: `AWS:${context.account}` },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': makeHostId() },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: id,
      bucket: {
        name: bucketName,
        ownerIdentity: { principalId: context.account },
        arn: `arn:aws:s3:::${bucketName}`,
      },
      object: { key: encodeKey(version.key), ...record, ...versioned(version, 'versionId') },
    },
  }
}

const versioned = ({ versionId }: Version, name: string): object => (versionId === 'null' ? {} : { [name]: versionId })
