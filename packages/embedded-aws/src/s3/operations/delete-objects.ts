import type { BucketCall, S3Operation } from '../call'
import { type Deletion, deleteOne } from '../delete'
import { malformed, readXml, textOf, writeXml } from '../xml'
import { notImplemented } from '../../protocol/aws-error'

const MAX_KEYS = 1000

export const deleteObjects: S3Operation = {
  query: ['delete'],
  access: (call) =>
    readRequest(call).deletions.map(({ key, versionId }) => ({
      action: versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion',
      resource: `arn:aws:s3:::${call.bucketName}/${key}`,
    })),
  async run(call) {
    const { deletions, quiet } = readRequest(call)
    const results = deletions.map((deletion) => {
      const { markerId, versionId } = deleteOne(call, deletion)
      return {
        Key: deletion.key,
        VersionId: versionId,
        DeleteMarker: markerId === undefined ? undefined : true,
        DeleteMarkerVersionId: markerId,
      }
    })
    return {
      status: 200,
      headers: { 'content-type': 'application/xml' },
      body: writeXml('DeleteResult', quiet ? {} : { Deleted: results }),
    }
  },
}

function readRequest({ body }: BucketCall): { deletions: Deletion[]; quiet: boolean } {
  const root = readXml(body.toString('utf8'))
  const objects = root.children.filter(({ name }) => name === 'Object')
  if (root.name !== 'Delete' || objects.length === 0 || objects.length > MAX_KEYS) throw malformed()

  const deletions = objects.map((object) => {
    const key = textOf(object, 'Key')
    const versionId = textOf(object, 'VersionId')
    const other = object.children.find(({ name }) => name !== 'Key' && name !== 'VersionId')
    if (other) throw notImplemented(`element ${other.name} in DeleteObjects`)
    if (!key) throw malformed()
    return versionId === undefined ? { key } : { key, versionId }
  })
  return { deletions, quiet: textOf(root, 'Quiet') === 'true' }
}
