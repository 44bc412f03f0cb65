import { AwsError } from '../../protocol/aws-error'
import { onObject, toRead, toTag } from '../access'
import type { BucketCall, S3Operation } from '../call'
import { checksumElement } from '../checksum'
import { checkSource, checksumOf, COPY_SOURCE, sourceOf, sourceVersionHeader } from '../copy-source'
import { notifyCreated } from '../notify'
import { readBytes } from '../read'
import { STORABLE, storedHeaders, versionHeader } from '../stored-headers'
import { tagsInHeader, withTags } from '../tags'
import { commitObject, md5 } from '../write'
import { writeXml } from '../xml'

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
