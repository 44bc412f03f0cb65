import { createHash } from 'node:crypto'
import { AwsError } from '../protocol/aws-error'
import type { NewObject } from './bucket'
import type { BucketCall } from './call'
import { checkWrite, isConditional } from './preconditions'
import type { StoredObject } from './version'

/** Raw MD5, from which S3 makes its ETags. */
export const md5 = (bytes: Buffer): Buffer => createHash('md5').update(bytes).digest()

/**
 * Write the bytes, then make them the object. Checks the conditions before and after.
 * Raises PreconditionFailed (412) when another write was first, ConditionalRequestConflict (409) when a delete came between.
 */
export async function commitObject(
  { bucket, key, headers }: BucketCall,
  writeBytes: () => Promise<string>,
  object: Omit<NewObject, 'blob'>,
): Promise<StoredObject> {
  checkWrite(headers, bucket.find(key))
  const deletions = bucket.deletions(key)
  const blob = await writeBytes()
  try {
    if (isConditional(headers) && bucket.deletions(key) !== deletions) throw conflict()
    checkWrite(headers, bucket.find(key))
  } catch (error) {
    bucket.blobs.remove(blob)
    throw error
  }
  return bucket.put({ ...object, blob })
}

const conflict = (): AwsError =>
  new AwsError(
    409,
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
  )
