import { AwsError } from '../../protocol/aws-error'
import { onObject, toRead } from '../access'
import type { BucketCall, S3Operation } from '../call'
import { checksumElement, computeChecksum } from '../checksum'
import { notifyCreated } from '../notify'
import { checkRead, preconditionFailed } from '../preconditions'
import { readBytes } from '../read'
import { STORABLE, storedHeaders, versionHeader } from '../stored-headers'
import type { Checksum } from '../version'
import { commitObject, md5 } from '../write'
import { writeXml } from '../xml'

export const copyObject: S3Operation = {
  headers: [
    ...STORABLE,
    'x-amz-copy-source',
    'x-amz-metadata-directive',
    'x-amz-copy-source-if-match',
    'x-amz-copy-source-if-none-match',
    'x-amz-checksum-algorithm',
  ],
  access(call) {
    const source = sourceOf(call)
    return [...toRead(source), onObject('PutObject', call)]
  },
  async run(call) {
    const source = sourceOf(call)
    const replaces = call.headers['x-amz-metadata-directive'] === 'REPLACE'
    if (
      !replaces &&
      source.bucketName === call.bucketName &&
      source.key === call.key &&
      !source.query.has('versionId')
    ) {
      throw new AwsError(
        400,
        'InvalidRequest',
        'This copy request is illegal because it copies an object to itself without changing it',
      )
    }
    const { object, bytes } = await readBytes(source)
    if (checkRead(source.headers, object) === 'not modified')
      throw preconditionFailed('x-amz-copy-source-If-None-Match')

    const checksum = checksumOf(bytes, call.headers['x-amz-checksum-algorithm'] ?? object.checksum?.algorithm)
    const copy = await commitObject(call, () => call.bucket.blobs.write(bytes), {
      key: call.key,
      size: bytes.length,
      etag: md5(bytes).toString('hex'),
      headers: replaces ? storedHeaders(call.headers) : object.headers,
      ...(checksum && { checksum }),
    })

    notifyCreated(call, copy, 'CopyObject')
    return {
      status: 200,
      headers: {
        'content-type': 'application/xml',
        ...versionHeader(copy),
        ...(object.versionId !== 'null' && { 'x-amz-copy-source-version-id': object.versionId }),
      },
      body: writeXml('CopyObjectResult', {
        LastModified: new Date(copy.lastModified).toISOString(),
        ETag: `"${copy.etag}"`,
        ...checksumElement(checksum),
      }),
    }
  },
}

/** The call that would read what is copied. */
function sourceOf(call: BucketCall): BucketCall {
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

const checksumOf = (bytes: Buffer, algorithm: string | undefined): Checksum | undefined =>
  algorithm === undefined
    ? undefined
    : {
        algorithm: algorithm.toLowerCase(),
        value: computeChecksum(bytes, algorithm.toLowerCase()),
        type: 'FULL_OBJECT',
      }
