import { AwsError } from '../../protocol/aws-error'
import { onObject } from '../access'
import type { BucketCall, S3Operation } from '../call'
import { checksumElement, compositeChecksum, computeChecksum } from '../checksum'
import { findUpload } from '../find-upload'
import { notifyCreated } from '../notify'
import { versionHeader } from '../stored-headers'
import { withTags } from '../tags'
import type { Part, Upload } from '../upload'
import type { Checksum } from '../version'
import { commitObject, md5 } from '../write'
import { malformed, readXml, textOf, writeXml } from '../xml'

const MIN_PART_BYTES = 5 * 1024 * 1024

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
