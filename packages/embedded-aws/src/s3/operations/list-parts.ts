import { onObject } from '../access'
import type { S3Operation } from '../call'
import { checksumElement } from '../checksum'
import { findUpload } from '../find-upload'
import { writeXml } from '../xml'

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
