import { AwsError } from '../../protocol/aws-error'
import { onObject, toRead } from '../access'
import type { S3Operation } from '../call'
import { checksumElement } from '../checksum'
import { checkSource, checksumOf, COPY_SOURCE, sourceOf, sourceVersionHeader } from '../copy-source'
import { findUpload } from '../find-upload'
import { partNumber } from '../part-number'
import type { ByteRange } from '../range'
import { findObject, readBytes } from '../read'
import { md5 } from '../write'
import { writeXml } from '../xml'

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
