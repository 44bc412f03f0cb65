import { AwsError } from '../../protocol/aws-error'
import type { Access } from '../../service'
import { onBucket } from '../access'
import type { Bucket } from '../bucket'
import type { BucketCall, S3Operation } from '../call'
import { checksumElement } from '../checksum'
import { keyEncoder, type Entry, listPage, readPaging } from '../listing'
import type { StoredObject, Version } from '../version'
import { type Elements, writeXml } from '../xml'

export const listObjectsV2: S3Operation = {
  query: [
    'list-type',
    'prefix',
    'delimiter',
    'max-keys',
    'start-after',
    'continuation-token',
    'encoding-type',
    'fetch-owner',
  ],
  access: toList,
  async run({ bucket, bucketName, query, context }) {
    const token = query.get('continuation-token')
    const startAfter = query.get('start-after') ?? ''
    const paging = { ...readPaging(query), after: token === null ? startAfter : readToken(token) }
    const encode = keyEncoder(query)

    const { entries, next } = listPage(bucket.keys, paging, currentOf(bucket))
    const owner = query.get('fetch-owner') === 'true' ? { Owner: { ID: context.account } } : {}
    const body = writeXml('ListBucketResult', {
      Name: bucketName,
      Prefix: encode(paging.prefix),
      Delimiter: paging.delimiter === '' ? undefined : encode(paging.delimiter),
      StartAfter: startAfter === '' ? undefined : encode(startAfter),
      MaxKeys: paging.maxKeys,
      EncodingType: query.get('encoding-type') ?? undefined,
      KeyCount: entries.length,
      IsTruncated: next !== undefined,
      ContinuationToken: token ?? undefined,
      NextContinuationToken: next === undefined ? undefined : Buffer.from(next).toString('base64url'),
      Contents: entries.flatMap(({ item }) => (item ? [{ ...listedObject(item, encode), ...owner }] : [])),
      CommonPrefixes: rolledUp(entries, encode),
    })
    return { status: 200, headers: { 'content-type': 'application/xml' }, body }
  },
}

function readToken(token: string): string {
  const after = Buffer.from(token, 'base64url')
  if (after.toString('base64url') !== token) {
    throw new AwsError(400, 'InvalidArgument', 'The continuation token provided is incorrect')
  }
  return after.toString('utf8')
}

/** The first version of the listing, which old tools ask for: it goes on behind a key and not by a token. */
export const listObjects: S3Operation = {
  query: ['prefix', 'delimiter', 'max-keys', 'marker', 'encoding-type'],
  access: toList,
  async run({ bucket, bucketName, query, context }) {
    const marker = query.get('marker') ?? ''
    const paging = { ...readPaging(query), after: marker }
    const encode = keyEncoder(query)

    const { entries, next } = listPage(bucket.keys, paging, currentOf(bucket))
    const body = writeXml('ListBucketResult', {
      Name: bucketName,
      Prefix: encode(paging.prefix),
      Marker: encode(marker),
      // Without a delimiter the last key that was listed says where to go on.
      NextMarker: next === undefined || paging.delimiter === '' ? undefined : encode(next),
      MaxKeys: paging.maxKeys,
      Delimiter: paging.delimiter === '' ? undefined : encode(paging.delimiter),
      EncodingType: query.get('encoding-type') ?? undefined,
      IsTruncated: next !== undefined,
      Contents: entries.flatMap(({ item }) =>
        item ? [{ ...listedObject(item, encode), Owner: { ID: context.account } }] : [],
      ),
      CommonPrefixes: rolledUp(entries, encode),
    })
    return { status: 200, headers: { 'content-type': 'application/xml' }, body }
  },
}

/** Pages end between keys, never between the versions of one, so a page may be longer than `max-keys`. */
export const listObjectVersions: S3Operation = {
  query: ['versions', 'prefix', 'delimiter', 'max-keys', 'key-marker', 'version-id-marker', 'encoding-type'],
  access: (call) => [onBucket('ListBucketVersions', call, { 's3:prefix': call.query.get('prefix') ?? '' })],
  async run({ bucket, bucketName, query }) {
    const paging = { ...readPaging(query), after: query.get('key-marker') ?? '' }
    const encode = keyEncoder(query)
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
      CommonPrefixes: rolledUp(entries, encode),
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

function toList(call: BucketCall): Access[] {
  const conditions = {
    's3:prefix': call.query.get('prefix') ?? '',
    's3:delimiter': call.query.get('delimiter') ?? '',
    's3:max-keys': call.query.get('max-keys') ?? '1000',
  }
  return [onBucket('ListBucket', call, conditions)]
}

/** The current version of a key, as a listing without versions wants it. */
const currentOf =
  (bucket: Bucket) =>
  (key: string): StoredObject[] => {
    const current = bucket.find(key)
    return current?.kind === 'object' ? [current] : []
  }

/** An object as both listings have it. */
const listedObject = (
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
const rolledUp = (entries: readonly Entry<unknown>[], encode: (key: string) => string): Elements[] =>
  entries.flatMap(({ commonPrefix }) => (commonPrefix === undefined ? [] : [{ Prefix: encode(commonPrefix) }]))
