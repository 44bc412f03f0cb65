import { randomBytes } from 'node:crypto'
import type { BucketCall } from './call'
import type { StoredObject, Version } from './version'

/** Tell EventBridge that an object is there, in the documented form; the key is plain and the ETag without quotes. */
export function notifyCreated(call: BucketCall, object: StoredObject, reason: string): void {
  notify(call, 'Object Created', {
    object: {
      key: object.key,
      size: object.size,
      etag: object.etag,
      ...versionId(object),
      sequencer: object.sequencer,
    },
    reason,
  })
}

/** Tell EventBridge that an object, a version of it or what hid it is gone, or hidden now by the marker `gone`. */
export function notifyDeleted(
  call: BucketCall,
  gone: Version,
  deletion: 'Permanently Deleted' | 'Delete Marker Created',
): void {
  const sequencer = deletion === 'Delete Marker Created' ? gone.sequencer : call.bucket.nextSequencer()
  notify(call, 'Object Deleted', {
    object: {
      key: gone.key,
      ...(gone.kind === 'object' && { etag: gone.etag }),
      ...versionId(gone),
      sequencer,
    },
    reason: 'DeleteObject',
    'deletion-type': deletion,
  })
}

/** Tell EventBridge that the tags of an object are others now, or gone. */
export function notifyTagged(
  call: BucketCall,
  { key, etag, ...object }: StoredObject,
  detailType: 'Object Tags Added' | 'Object Tags Deleted',
): void {
  notify(call, detailType, { object: { key, etag, ...versionId({ key, etag, ...object }) } })
}

function notify({ context, bucket, bucketName }: BucketCall, detailType: string, detail: object): void {
  if (!bucket.settings().eventBridge) return
  context.emit({
    source: 'aws.s3',
    'detail-type': detailType,
    resources: [`arn:aws:s3:::${bucketName}`],
    detail: {
      version: '0',
      bucket: { name: bucketName },
      ...detail,
      'request-id': randomBytes(8).toString('hex').toUpperCase(),
      requester: context.account,
      'source-ip-address': '127.0.0.1',
    },
  })
}

const versionId = (version: Version): object =>
  version.versionId === 'null' ? {} : { 'version-id': version.versionId }
