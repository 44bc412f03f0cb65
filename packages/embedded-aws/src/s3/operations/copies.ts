import { AwsError } from '../../protocol/aws-error'
import { onObject, toRead, toTag } from '../access'
import type { BucketCall, S3Operation } from '../call'
import { checksumElement } from '../checksum'
import { checkSource, checksumOf, COPY_SOURCE, sourceOf, sourceVersionHeader } from '../copy-source'
import { notifyCreated } from '../notify'
import type { ByteRange } from '../range'
import { findObject, readBytes } from '../read'
import { STORABLE, storedHeaders, versionHeader } from '../stored-headers'
import { tagsInHeader, withTags } from '../tags'
import { commitObject, md5 } from '../write'
import { writeXml } from '../xml'
import { findUpload, partNumber } from './parts'

export const copyObject: S3Operation = {
  headers: [
    ...STORABLE,
    ...COPY_SOURCE,
    'x-amz-metadata-directive',
    'x-amz-tagging',
    'x-amz-tagging-directive',
    'x-amz-checksum-algorithm',
  ],
  access(call) {
    const source = sourceOf(call)
    return [...toRead(source), ...toReadTags(source, call), onObject('PutObject', call), ...toTag(call)]
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
    checkSource(source, object)

    const checksum = checksumOf(bytes, call.headers['x-amz-checksum-algorithm'] ?? object.checksum?.algorithm)
    const copy = await commitObject(call, () => call.bucket.blobs.write(bytes), {
      key: call.key,
      size: bytes.length,
      etag: md5(bytes).toString('hex'),
      headers: replaces ? storedHeaders(call.headers) : object.headers,
      ...(checksum && { checksum }),
      ...withTags(replacesTags(call) ? tagsInHeader(call.headers) : object.tags),
    })

    notifyCreated(call, copy, 'CopyObject')
    return {
      status: 200,
      headers: {
        'content-type': 'application/xml',
        ...versionHeader(copy),
        ...sourceVersionHeader(object),
      },
      body: writeXml('CopyObjectResult', {
        LastModified: new Date(copy.lastModified).toISOString(),
        ETag: `"${copy.etag}"`,
        ...checksumElement(checksum),
      }),
    }
  },
}

const replacesTags = ({ headers }: BucketCall): boolean => headers['x-amz-tagging-directive'] === 'REPLACE'

/** Tags that are copied are read and written as well. */
function toReadTags(source: BucketCall, call: BucketCall) {
  const found = source.bucket.find(source.key, source.query.get('versionId') ?? undefined)
  if (found?.kind !== 'object' || !found.tags || replacesTags(call)) return []
  const action = source.query.has('versionId') ? 'GetObjectVersionTagging' : 'GetObjectTagging'
  return [onObject(action, source), onObject('PutObjectTagging', call)]
}

export const uploadPartCopy: S3Operation = {
  query: ['uploadId', 'partNumber'],
  headers: [...COPY_SOURCE, 'x-amz-copy-source-range'],
  access: (call) => [...toRead(sourceOf(call)), onObject('PutObject', call)],
  async run(call) {
    const { bucket, query, context } = call
    const number = partNumber(query)
    const { checksumAlgorithm } = findUpload(call)
    const source = sourceOf(call)
    const range = rangeOf(call.headers['x-amz-copy-source-range'], findObject(source).size)
    const { object, bytes } = await readBytes(source, range)
    checkSource(source, object)

    const blob = await bucket.blobs.write(bytes)
    const { id } = findUpload(call)
    const etag = md5(bytes).toString('hex')
    const lastModified = context.clock.now()
    const checksum = checksumOf(bytes, checksumAlgorithm)
    bucket.putPart(id, { number, blob, size: bytes.length, etag, lastModified, ...(checksum && { checksum }) })
    return {
      status: 200,
      headers: { 'content-type': 'application/xml', ...sourceVersionHeader(object) },
      body: writeXml('CopyPartResult', {
        LastModified: new Date(lastModified).toISOString(),
        ETag: `"${etag}"`,
        ...checksumElement(checksum),
      }),
    }
  },
}

/** Unlike a reader's range, both ends are named and lie within the object. Raises InvalidArgument (400). */
function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? []
  const [first, last] = [Number(from), Number(to)]
  if (from === undefined || to === undefined || first > last) {
    throw new AwsError(
      400,
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    )
  }
  if (last >= size) {
    throw new AwsError(400, 'InvalidArgument', `Range specified is not valid for source object of size: ${size}`)
  }
  return { first, last }
}
