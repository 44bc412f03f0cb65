import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { onObject, toTag } from '../access'
import type { S3Operation } from '../call'
import { STORABLE, storedHeaders } from '../stored-headers'
import { tagsInHeader, withTags } from '../tags'
import { writeXml } from '../xml'

const checksumType = z.enum(['FULL_OBJECT', 'COMPOSITE']).optional()

export const createMultipartUpload: S3Operation = {
  query: ['uploads'],
  headers: [...STORABLE, 'x-amz-tagging', 'x-amz-checksum-algorithm', 'x-amz-checksum-type'],
  access: (call) => [onObject('PutObject', call), ...toTag(call)],
  async run({ bucket, bucketName, key, headers, context }) {
    const algorithm = headers['x-amz-checksum-algorithm']?.toLowerCase()
    const id = randomBytes(48).toString('base64url')
    bucket.beginUpload({
      id,
      key,
      startedAt: context.clock.now(),
      headers: storedHeaders(headers),
      ...withTags(tagsInHeader(headers)),
      ...(algorithm !== undefined && {
        checksumAlgorithm: algorithm,
        checksumType:
          checksumType.parse(headers['x-amz-checksum-type']) ??
          (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE'),
      }),
      parts: [],
    })
    return {
      status: 200,
      headers: {
        'content-type': 'application/xml',
        ...(algorithm !== undefined && { 'x-amz-checksum-algorithm': algorithm.toUpperCase() }),
      },
      body: writeXml('InitiateMultipartUploadResult', { Bucket: bucketName, Key: key, UploadId: id }),
    }
  },
}
