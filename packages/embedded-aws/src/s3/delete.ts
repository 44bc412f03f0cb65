import type { BucketCall } from './call'
import { notifyDeleted } from './notify'

export interface Deletion {
  key: string
  versionId?: string
}

export interface Deleted {
  /** The marker that was made or removed. */
  markerId?: string
  versionId?: string
}

/** Delete one version for ever, or put a marker before them all; where versions are not kept, delete the object. */
export function deleteOne(call: BucketCall, { key, versionId }: Deletion): Deleted {
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
