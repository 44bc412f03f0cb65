import { onBucket } from '../access'
import type { S3Operation } from '../call'
import { encodeKey, listPage, readPaging } from '../listing'
import type { Version } from '../version'
import { writeXml } from '../xml'

/** Pages end between keys, never between the versions of one, so a page may be longer than `max-keys`. */
export const listObjectVersions: S3Operation = {
  query: ['versions', 'prefix', 'delimiter', 'max-keys', 'key-marker', 'version-id-marker', 'encoding-type'],
  access: (call) => [onBucket('ListBucketVersions', call, { 's3:prefix': call.query.get('prefix') ?? '' })],
  async run({ bucket, bucketName, query }) {
    const paging = { ...readPaging(query), after: query.get('key-marker') ?? '' }
    const encode = encodeKey(query)
    const { entries, next } = listPage(bucket.keys, paging, bucket.versions)
    const items = entries.flatMap(({ item }) => (item ? [item] : []))
    const isLatest = (version: Version) => bucket.find(version.key) === version

    const body = writeXml('ListVersionsResult', {
      Name: bucketName,
      Prefix: encode(paging.prefix),
      Delimiter: paging.delimiter === '' ? undefined : encode(paging.delimiter),
      KeyMarker: encode(paging.after),
      VersionIdMarker: '',
      NextKeyMarker: next === undefined ? undefined : encode(next),
      NextVersionIdMarker: next === undefined ? undefined : (bucket.versions(next).at(-1)?.versionId ?? ''),
      MaxKeys: paging.maxKeys,
      EncodingType: query.get('encoding-type') ?? undefined,
      IsTruncated: next !== undefined,
      Version: items.flatMap((one) => (one.kind === 'object' ? [{ ...common(one), ...sizes(one) }] : [])),
      DeleteMarker: items.flatMap((one) => (one.kind === 'delete marker' ? [common(one)] : [])),
      CommonPrefixes: entries.flatMap((entry) =>
        entry.commonPrefix === undefined ? [] : [{ Prefix: encode(entry.commonPrefix) }],
      ),
    })
    return { status: 200, headers: { 'content-type': 'application/xml' }, body }

    function common(version: Version) {
      return {
        Key: encode(version.key),
        VersionId: version.versionId,
        IsLatest: isLatest(version),
        LastModified: new Date(version.lastModified).toISOString(),
      }
    }
  },
}

const sizes = ({ etag, size, headers }: Extract<Version, { kind: 'object' }>) => ({
  ETag: `"${etag}"`,
  Size: size,
  StorageClass: headers['x-amz-storage-class'] ?? 'STANDARD',
})
