import { onObject } from '../access'
import type { S3Operation } from '../call'
import { deleteOne } from '../delete'
import { checkWrite } from '../preconditions'

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
