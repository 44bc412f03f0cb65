import { AwsError } from '../protocol/aws-error'
import type { BucketCall } from './call'
import { computeChecksum } from './checksum'
import { checkRead, preconditionFailed } from './preconditions'
import type { Checksum, StoredObject } from './version'

/** The headers that say what is copied. */
export const COPY_SOURCE = [
  'x-amz-copy-source',
  'x-amz-copy-source-if-match',
  'x-amz-copy-source-if-none-match',
  'x-amz-copy-source-if-modified-since',
  'x-amz-copy-source-if-unmodified-since',
]

/** The call that would read what is copied. Raises NoSuchBucket (404). */
export function sourceOf(call: BucketCall): BucketCall {
  const [, name = '', rawKey = '', versionId] =
    /^\/?([^/]+)\/([^?]+)(?:\?versionId=(.+))?$/.exec(call.headers['x-amz-copy-source'] ?? '') ?? []
  const bucketName = decodeURIComponent(name)
  const bucket = call.buckets.get(bucketName)
  if (!bucket) throw new AwsError(404, 'NoSuchBucket', 'The specified bucket does not exist')
  const conditions = Object.entries(call.headers).flatMap(([header, value]) =>
    header.startsWith('x-amz-copy-source-if-') ? [[header.slice('x-amz-copy-source-'.length), value] as const] : [],
  )
  return {
    ...call,
    bucket,
    bucketName,
    key: decodeURIComponent(rawKey),
    query: new URLSearchParams(versionId === undefined ? {} : { versionId }),
    headers: Object.fromEntries(conditions),
  }
}

/** Raises PreconditionFailed (412) where a condition on what is copied does not hold. */
export function checkSource(source: BucketCall, object: StoredObject): void {
  if (checkRead(source.headers, object) === 'not modified') throw preconditionFailed('x-amz-copy-source-If-None-Match')
}

/** Which version was copied, where its bucket keeps versions. */
export const sourceVersionHeader = ({ versionId }: StoredObject): Record<string, string> =>
  versionId === 'null' ? {} : { 'x-amz-copy-source-version-id': versionId }

/** S3 sums what it copies itself. */
export const checksumOf = (bytes: Buffer, algorithm: string | undefined): Checksum | undefined =>
  algorithm === undefined
    ? undefined
    : {
        algorithm: algorithm.toLowerCase(),
        value: computeChecksum(bytes, algorithm.toLowerCase()),
        type: 'FULL_OBJECT',
      }
