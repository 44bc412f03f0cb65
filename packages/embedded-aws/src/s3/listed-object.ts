import type { Bucket } from './bucket'
import { checksumElement } from './checksum'
import type { Entry } from './listing'
import type { StoredObject } from './version'
import type { Elements } from './xml'

/** The current version of a key, as a listing without versions wants it. */
export const currentOf =
  (bucket: Bucket) =>
  (key: string): StoredObject[] => {
    const current = bucket.find(key)
    return current?.kind === 'object' ? [current] : []
  }

/** An object as both listings have it. */
export const listedObject = (
  { key, lastModified, etag, size, headers, checksum }: StoredObject,
  encode: (key: string) => string,
): Elements => ({
  Key: encode(key),
  LastModified: new Date(lastModified).toISOString(),
  ETag: `"${etag}"`,
  ...(checksum && { ChecksumAlgorithm: Object.keys(checksumElement(checksum))[0]?.replace('Checksum', '') }),
  ...(checksum && { ChecksumType: checksum.type }),
  Size: size,
  StorageClass: headers['x-amz-storage-class'] ?? 'STANDARD',
})

/** The common prefixes of a page. */
export const rolledUp = (entries: readonly Entry<StoredObject>[], encode: (key: string) => string): Elements[] =>
  entries.flatMap(({ commonPrefix }) => (commonPrefix === undefined ? [] : [{ Prefix: encode(commonPrefix) }]))
