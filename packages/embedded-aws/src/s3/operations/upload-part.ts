import { onObject } from '../access'
import type { S3Operation } from '../call'
import { checksumHeaders } from '../checksum'
import { findUpload } from '../find-upload'
import { partNumber } from '../part-number'
import { md5 } from '../write'

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
