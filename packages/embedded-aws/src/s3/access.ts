import type { Access } from '../service'
import type { BucketCall } from './call'

/** A permission on the object that the call names. */
export const onObject = (action: string, { bucketName, key }: BucketCall): Access => ({
  action: `s3:${action}`,
  resource: `arn:aws:s3:::${bucketName}/${key}`,
})

/** A permission on the bucket. */
export const onBucket = (action: string, { bucketName }: BucketCall, conditions?: Access['conditions']): Access => ({
  action: `s3:${action}`,
  resource: `arn:aws:s3:::${bucketName}`,
  ...(conditions && { conditions }),
})

/**
 * To read an object. Who asks for a key that is not there must be allowed to list it as well, else S3 answers 403 and
 * not 404: it does not tell that a key is missing to who may not look.
 */
export function toRead(call: BucketCall, key = call.key, versionId = call.query.get('versionId')): Access[] {
  const action = versionId === null ? 'GetObject' : 'GetObjectVersion'
  const read = onObject(action, { ...call, key })
  const found = call.bucket.find(key, versionId ?? undefined)
  return found?.kind === 'object' ? [read] : [read, onBucket('ListBucket', call, { 's3:prefix': key })]
}

/** A write that gives tags needs permission for them as well. */
export const toTag = (call: BucketCall): Access[] =>
  'x-amz-tagging' in call.headers ? [onObject('PutObjectTagging', call)] : []
