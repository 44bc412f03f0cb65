import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { onObject, toTag } from '../access'
import type { BucketCall, S3Operation } from '../call'
import { checksumElement, compositeChecksum, computeChecksum } from '../checksum'
import { notifyCreated } from '../notify'
import { STORABLE, storedHeaders, versionHeader } from '../stored-headers'
import { tagsInHeader, withTags } from '../tags'
import type { Part, Upload } from '../upload'
import type { Checksum } from '../version'
import { commitObject, md5 } from '../write'
import { malformed, readXml, textOf, writeXml } from '../xml'
import { findUpload } from './parts'

const MIN_PART_BYTES = 5 * 1024 * 1024

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

export const abortMultipartUpload: S3Operation = {
  query: ['uploadId'],
  access: (call) => [onObject('AbortMultipartUpload', call)],
  async run(call) {
    call.bucket.endUpload(findUpload(call).id)
    return { status: 204 }
  },
}

export const completeMultipartUpload: S3Operation = {
  query: ['uploadId'],
  headers: ['x-amz-checksum-type', 'x-amz-mp-object-size'],
  access: (call) => [onObject('PutObject', call)],
  async run(call) {
    const { bucket, bucketName, key, context } = call
    const upload = findUpload(call)
    const parts = chosenParts(call, upload)
    const size = parts.reduce((sum, part) => sum + part.size, 0)

    const blob = await bucket.blobs.join(parts.map((part) => part.blob))
    const checksum = await checksumOf(call, upload, parts, blob)
    const object = await commitObject(call, async () => blob, {
      key,
      size,
      etag: `${md5(Buffer.from(parts.map(({ etag }) => etag).join(''), 'hex')).toString('hex')}-${parts.length}`,
      headers: upload.headers,
      ...withTags(upload.tags),
      ...(checksum && { checksum, parts: parts.map(partOf) }),
    })
    bucket.endUpload(upload.id)

    notifyCreated(call, object, 'CompleteMultipartUpload')
    return {
      status: 200,
      headers: { 'content-type': 'application/xml', ...versionHeader(object) },
      body: writeXml('CompleteMultipartUploadResult', {
        Location: `${context.endpoint()}/${bucketName}/${encodeURIComponent(key)}`,
        Bucket: bucketName,
        Key: key,
        ETag: `"${object.etag}"`,
        ...checksumElement(checksum),
        ChecksumType: checksum?.type,
      }),
    }
  },
}

/** A part as its object remembers it. */
const partOf = ({ number, size, checksum }: Part) => ({ number, size, ...(checksum && { checksum }) })

/** The parts that the request names, in its order. Raises InvalidPart, InvalidPartOrder, EntityTooSmall (400). */
function chosenParts({ body }: BucketCall, { parts }: Upload): Part[] {
  const root = readXml(body.toString('utf8'))
  const named = root.children.filter(({ name }) => name === 'Part')
  if (root.name !== 'CompleteMultipartUpload' || named.length === 0) throw malformed()

  const chosen = named.map((node) => {
    const part = parts.find(({ number }) => number === Number(textOf(node, 'PartNumber')))
    if (part && part.etag === textOf(node, 'ETag')?.replaceAll('"', '')) return part
    throw new AwsError(400, 'InvalidPart', 'One or more of the specified parts could not be found.')
  })
  chosen.forEach((part, index) => {
    const next = chosen[index + 1]
    if (!next) return
    if (next.number <= part.number)
      throw new AwsError(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.')
    if (part.size < MIN_PART_BYTES)
      throw new AwsError(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
  })
  return chosen
}

async function checksumOf(
  { bucket }: BucketCall,
  { checksumAlgorithm, checksumType }: Upload,
  parts: readonly Part[],
  blob: string,
): Promise<Checksum | undefined> {
  if (checksumAlgorithm === undefined) return undefined
  if (checksumType === 'FULL_OBJECT') {
    const size = parts.reduce((sum, part) => sum + part.size, 0)
    const value = computeChecksum(await bucket.blobs.read(blob, size), checksumAlgorithm)
    return { algorithm: checksumAlgorithm, value, type: 'FULL_OBJECT' }
  }
  const values = parts.flatMap(({ checksum }) => (checksum?.algorithm === checksumAlgorithm ? [checksum.value] : []))
  if (values.length < parts.length) {
    throw new AwsError(
      400,
      'InvalidPart',
      `The upload was created with a ${checksumAlgorithm} checksum; a part has none.`,
    )
  }
  return compositeChecksum(checksumAlgorithm, values)
}
