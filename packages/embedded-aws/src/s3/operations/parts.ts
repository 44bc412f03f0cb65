import { AwsError } from '../../protocol/aws-error'
import { onObject } from '../access'
import type { BucketCall, S3Operation } from '../call'
import { checksumElement, checksumHeaders } from '../checksum'
import type { Upload } from '../upload'
import { md5 } from '../write'
import { writeXml } from '../xml'

const MAX_PARTS = 10_000

export const uploadPart: S3Operation = {
  query: ['uploadId', 'partNumber'],
  access: (call) => [onObject('PutObject', call)],
  async run(call) {
    const { bucket, body, checksum, query, context } = call
    const number = partNumber(query)
    findUpload(call)

    const blob = await bucket.blobs.write(body)
    const { id } = findUpload(call)
    const etag = md5(body).toString('hex')
    const lastModified = context.clock.now()
    bucket.putPart(id, { number, blob, size: body.length, etag, lastModified, ...(checksum && { checksum }) })
    return { status: 200, headers: { etag: `"${etag}"`, ...checksumHeaders(checksum) } }
  },
}

export const listParts: S3Operation = {
  query: ['uploadId', 'max-parts', 'part-number-marker'],
  access: (call) => [onObject('ListMultipartUploadParts', call)],
  async run(call) {
    const { bucketName, key, query } = call
    const { id, parts } = findUpload(call)
    const marker = Number(query.get('part-number-marker') ?? 0)
    const maxParts = Math.min(Number(query.get('max-parts') ?? 1000), 1000)
    const rest = parts.filter(({ number }) => number > marker)
    const page = rest.slice(0, maxParts)
    const body = writeXml('ListPartsResult', {
      Bucket: bucketName,
      Key: key,
      UploadId: id,
      PartNumberMarker: marker,
      NextPartNumberMarker: page.at(-1)?.number,
      MaxParts: maxParts,
      IsTruncated: rest.length > page.length,
      Part: page.map(({ number, lastModified, etag, size, checksum }) => ({
        PartNumber: number,
        LastModified: new Date(lastModified).toISOString(),
        ETag: `"${etag}"`,
        Size: size,
        ...checksumElement(checksum),
      })),
    })
    return { status: 200, headers: { 'content-type': 'application/xml' }, body }
  },
}

/** The upload that the call goes on with. Raises NoSuchUpload (404). */
export function findUpload({ bucket, key, query }: BucketCall): Upload {
  const upload = bucket.uploads.get(query.get('uploadId') ?? '')
  if (upload?.key === key) return upload
  throw new AwsError(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  )
}

/** The number of a part that is uploaded. Raises InvalidArgument (400). */
export function partNumber(query: URLSearchParams): number {
  const number = Number(query.get('partNumber'))
  if (Number.isInteger(number) && number >= 1 && number <= MAX_PARTS) return number
  throw new AwsError(400, 'InvalidArgument', `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`)
}
