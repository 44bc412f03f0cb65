import { notImplemented } from '../../protocol/aws-error'
import { onObject } from '../access'
import type { BucketCall, S3Operation } from '../call'
import { notifyDeleted } from '../notify'
import { checkWrite } from '../preconditions'
import { malformed, readXml, textOf, writeXml } from '../xml'

interface Deletion {
  key: string
  versionId?: string
}

interface Deleted {
  /** The marker that was made or removed. */
  markerId?: string
  versionId?: string
}

const MAX_KEYS = 1000

export const deleteObject: S3Operation = {
  query: ['versionId'],
  access: (call) => [onObject(call.query.has('versionId') ? 'DeleteObjectVersion' : 'DeleteObject', call)],
  async run(call) {
    const { bucket, key, query, headers } = call
    const versionId = query.get('versionId') ?? undefined
    if ('if-match' in headers) checkWrite(headers, bucket.find(key, versionId))

    const { markerId, versionId: deletedId } = deleteOne(call, versionId === undefined ? { key } : { key, versionId })
    const id = deletedId ?? markerId
    return {
      status: 204,
      headers: {
        ...(markerId !== undefined && { 'x-amz-delete-marker': 'true' }),
        ...(id !== undefined && { 'x-amz-version-id': id }),
      },
    }
  },
}

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

/** Delete one version permanently, or put a delete marker before them all. A bucket without versions loses the object. */
function deleteOne(call: BucketCall, { key, versionId }: Deletion): Deleted {
  const { bucket } = call
  const { versioning } = bucket.settings()
  if (versionId === undefined && versioning) {
    const marker = bucket.putDeleteMarker(key)
    notifyDeleted(call, marker, 'Delete Marker Created')
    return { markerId: marker.versionId }
  }
  const gone = bucket.find(key, versionId)
  if (!gone) return versionId === undefined ? {} : { versionId }

  bucket.remove(gone)
  notifyDeleted(call, gone, 'Permanently Deleted')
  return {
    ...(gone.kind === 'delete marker' && { markerId: gone.versionId }),
    ...(versionId !== undefined && { versionId }),
  }
}
