import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { BellwetherError, isNamed } from '../../shared/errors'
import { metadataOf, type Rewriting, rewritingIn } from '../../shared/objects'

/** A version of an object, as a listing describes it. */
export interface Version {
  key: string
  versionId: string
  etag: string
  size: number
  modified: Date
  /** Whether it is what a reader of the key gets. */
  latest: boolean
}

export interface VersionBody {
  body: Buffer
  contentType: string | undefined
  rewriting: Rewriting | undefined
}

/** Every version under a prefix, in one call. */
export async function allVersions(bucket: Pick<Versions, 'list'>, prefix: string): Promise<Version[]> {
  const found: Version[] = []
  for await (const version of bucket.list(prefix)) found.push(version)
  return found
}

/** The bucket with every version that it keeps. */
export interface Versions {
  /** By key, the newest of each first; without delete markers. */
  list(prefix: string): AsyncIterable<Version>
  /** Undefined where another invocation has removed it. */
  read(version: Pick<Version, 'key' | 'versionId'>): Promise<VersionBody | undefined>
  /** Overwrite the version with this ETag. False where another writer was first. */
  put(key: string, body: Buffer, about: Replacement): Promise<boolean>
  /**
   * Write by copying another object. S3's event tells a copy from a put, and no rule of this stack reacts to copies.
   * The caller has checked that the version is the latest, because a copy takes no condition.
   */
  copy(from: string, key: string, about: Omit<Replacement, 'etag'>): Promise<void>
  /** Remove versions permanently. Idempotent. */
  remove(versions: readonly Pick<Version, 'key' | 'versionId'>[]): Promise<void>
}

export interface Replacement {
  etag: string | undefined
  contentType: string | undefined
  rewriting: Rewriting | undefined
}

/** The limit of one DeleteObjects request. */
const MOST_DELETED = 1000

export const s3Versions = (client: S3Client, bucket: string): Versions => ({
  list: async function* (prefix) {
    let page: ListObjectVersionsCommandOutput | undefined
    do {
      page = await client.send(
        new ListObjectVersionsCommand({
          Bucket: bucket,
          Prefix: prefix,
          KeyMarker: page?.NextKeyMarker,
          VersionIdMarker: page?.NextVersionIdMarker,
        }),
      )
      for (const { Key, VersionId, ETag, Size, LastModified, IsLatest } of page.Versions ?? []) {
        if (Key === undefined || VersionId === undefined) continue
        yield {
          key: Key,
          versionId: VersionId,
          etag: ETag ?? '',
          size: Size ?? 0,
          modified: LastModified ?? new Date(0),
          latest: IsLatest ?? false,
        }
      }
    } while (page.IsTruncated)
  },

  read: async ({ key, versionId }) => {
    try {
      const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }))
      if (!found.Body) return undefined
      return {
        body: Buffer.from(await found.Body.transformToByteArray()),
        contentType: found.ContentType,
        rewriting: rewritingIn(found.Metadata),
      }
    } catch (error) {
      if (isNamed(error, 'NoSuchKey', 'NoSuchVersion')) return undefined
      throw error
    }
  },

  put: async (key, body, { etag, contentType, rewriting }) => {
    try {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          // The SDK takes an empty body for a stream of unknown length, and warns.
          Body: body.length === 0 ? new Uint8Array() : body,
          ContentType: contentType,
          ...(rewriting && { Metadata: metadataOf(rewriting) }),
          ...(etag === undefined ? {} : { IfMatch: etag }),
        }),
      )
      return true
    } catch (error) {
      if (isNamed(error, 'PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey')) return false
      throw error
    }
  },

  copy: async (from, key, { contentType, rewriting }) => {
    await client.send(
      new CopyObjectCommand({
        Bucket: bucket,
        Key: key,
        CopySource: encodeURI(`${bucket}/${from}`),
        MetadataDirective: 'REPLACE',
        ContentType: contentType,
        ...(rewriting && { Metadata: metadataOf(rewriting) }),
      }),
    )
  },

  remove: async (versions) => {
    for (let from = 0; from < versions.length; from += MOST_DELETED) {
      const Objects = versions
        .slice(from, from + MOST_DELETED)
        .map(({ key, versionId }) => ({ Key: key, VersionId: versionId }))
      const { Errors } = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
      )
      // DeleteObjects answers 200 even when it refuses some.
      const [first] = Errors ?? []
      if (first)
        throw new BellwetherError(
          'CONFLICT',
          `${first.Key}: S3 refused to remove a version: ${first.Code}; the next look tries again`,
        )
    }
  },
})
