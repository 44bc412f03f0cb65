import { AwsError } from '../protocol/aws-error'
import type { BucketCall } from './call'
import type { ByteRange } from './range'
import type { StoredObject } from './version'

/** The version that the call names. Raises NoSuchKey, NoSuchVersion (404), MethodNotAllowed (405) for a delete marker. */
export function findObject({ bucket, key, query }: BucketCall): StoredObject {
  const versionId = query.get('versionId') ?? undefined
  const found = bucket.find(key, versionId)
  if (found?.kind === 'object') return found
  if (versionId === undefined) throw new AwsError(404, 'NoSuchKey', 'The specified key does not exist.')
  if (!found) throw new AwsError(404, 'NoSuchVersion', 'The specified version does not exist.')
  throw new AwsError(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
}

/** The bytes of what the call names, with the version that they are of. */
export async function readBytes(call: BucketCall, range?: ByteRange): Promise<{ object: StoredObject; bytes: Buffer }> {
  const object = findObject(call)
  if (object.size === 0) return { object, bytes: Buffer.alloc(0) }
  try {
    return { object, bytes: await call.bucket.blobs.read(object.blob, object.size, range) }
  } catch (error) {
    // Where versions are not kept, a write between the look-up and the read takes the bytes away: read what is there now.
    const now = findObject(call)
    if (now.blob === object.blob) throw error
    return readBytes(call, range && { ...range, last: Math.min(range.last, now.size - 1) })
  }
}
