import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { z } from 'zod'
import { BellwetherError, isNamed } from './errors'
import { linesOf } from './lines'

export interface Stored {
  body: Buffer
  etag: string
  versionId: string | undefined
  /** Set where a deletion has removed rows from the object. */
  rewriting?: Rewriting | undefined
}

/** What the object's metadata says since a deletion removed rows from it. Hashes are SHA-256, as 64 hex digits. */
export interface Rewriting {
  /** The request for deletion: `privacy/<request>.json` lists the object. */
  request: string
  /** Of the bytes before any deletion: names, records and other objects refer to the object by this hash. */
  was: string
  /** Of the current bytes. */
  is: string
  /** How many rows were removed or replaced. */
  rows: number
}

/** The body of an object, to be read once. */
export type ObjectStream = Readable & { rewriting?: Rewriting | undefined }

/** The bucket. A service takes the functions it uses: `Pick<Objects, 'read' | 'create'>`. */
export interface Objects {
  bucket: string
  /** The object, or undefined. */
  read(key: string): Promise<Stored | undefined>
  /** The object parsed by a schema; OBJECT_MISSING or OBJECT_INVALID name the key and the field. */
  readJson<S extends z.ZodType>(key: string, schema: S): Promise<z.infer<S>>
  stream(key: string): Promise<ObjectStream>
  /** Lines without their ends, read as a stream. */
  lines(key: string): AsyncIterable<string>
  exists(key: string): Promise<boolean>
  /** The ETag of an object, or nothing where there is none. */
  etag(key: string): Promise<string | undefined>
  /** Write, unless the object exists; returns which. An existing object stays. */
  create(key: string, body: string | Uint8Array, contentType?: string): Promise<'created' | 'exists'>
  /**
   * Compare-and-swap: write only over the version with this ETag, or only where there is none. Returns the new ETag, or
   * false.
   */
  swap(key: string, body: string, etag: string | undefined): Promise<string | false>
  put(key: string, body: string | Uint8Array, contentType?: string): Promise<void>
  /**
   * Write the output of a generator in parts, and ask it for at most two parts ahead of what is stored. Returns the
   * ETag. `madeOf` identifies the inputs, so that a later writer need not make the object again.
   */
  putStream(
    key: string,
    body: AsyncIterable<string | Uint8Array>,
    contentType?: string,
    madeOf?: string,
  ): Promise<string>
  /** The inputs that the writer of an object recorded; undefined without an object or a record. */
  madeOf(key: string): Promise<string | undefined>
  /** The objects under a prefix, sorted by key; only those after a key, where one is given. */
  list(prefix: string, after?: string): AsyncIterable<{ key: string; size: number; modified: Date; etag: string }>
  /** Every stored version of an object, the newest first. */
  versions(key: string): AsyncIterable<{ body: Buffer; modified: Date }>
}

/** A part of an upload, 5 MiB, is sent while the next one is made; more would only take memory. */
const PARTS_AT_ONCE = 2

export const s3Objects = (client: S3Client, bucket: string): Objects => {
  const get = async (key: string) => {
    try {
      return await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    } catch (error) {
      if (isNamed(error, 'NoSuchKey')) return undefined
      throw error
    }
  }

  const write = async (key: string, body: string | Uint8Array, contentType = typeOf(key), condition = {}) => {
    // The SDK takes an empty string for a stream of unknown length, and warns.
    const Body = body === '' ? new Uint8Array() : body
    const input = { Bucket: bucket, Key: key, Body, ContentType: contentType, ...condition }
    return (await client.send(new PutObjectCommand(input))).ETag ?? ''
  }

  /** False when the condition does not hold. A concurrent write (409) decides nothing yet, so the write is retried. */
  const putIf = async (
    condition: { IfNoneMatch: '*' } | { IfMatch: string },
    ...what: [string, string | Uint8Array, string?]
  ): Promise<string | false> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await write(what[0], what[1], what[2] ?? typeOf(what[0]), condition)
      } catch (error) {
        if (isNamed(error, 'PreconditionFailed', 'NoSuchKey')) return false
        if (!isNamed(error, 'ConditionalRequestConflict') || attempt === 5) throw error
      }
    }
  }

  const stream = async (key: string): Promise<ObjectStream> => {
    const found = await get(key)
    if (!found?.Body) throw new BellwetherError('OBJECT_MISSING', `there is no s3://${bucket}/${key}`)
    // In Node.js the SDK's body is a Readable.
    return Object.assign(found.Body as Readable, { rewriting: rewritingIn(found.Metadata) })
  }

  const read = async (key: string): Promise<Stored | undefined> => {
    const found = await get(key)
    if (!found?.Body) return undefined
    return {
      body: Buffer.from(await found.Body.transformToByteArray()),
      etag: found.ETag ?? '',
      versionId: found.VersionId,
      rewriting: rewritingIn(found.Metadata),
    }
  }

  const head = async (key: string) => {
    try {
      return await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
    } catch (error) {
      if (isNamed(error, 'NotFound', 'NoSuchKey')) return undefined
      throw error
    }
  }

  const etag = async (key: string): Promise<string | undefined> => {
    const found = await head(key)
    return found && (found.ETag ?? '')
  }

  return {
    bucket,
    read,
    stream,
    put: async (key, body, contentType) => void (await write(key, body, contentType)),
    readJson: async (key, schema) => {
      const found = await read(key)
      if (!found) throw new BellwetherError('OBJECT_MISSING', `there is no s3://${bucket}/${key}`)
      return parseJson(found.body.toString('utf8'), schema, key)
    },
    lines: async function* (key) {
      yield* linesOf(await stream(key))
    },
    exists: async (key) => (await etag(key)) !== undefined,
    etag,
    create: async (key, body, contentType) =>
      (await putIf({ IfNoneMatch: '*' }, key, body, contentType)) === false ? 'exists' : 'created',
    swap: async (key, body, etag) => putIf(etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag }, key, body),
    putStream: async (key, body, contentType = typeOf(key), madeOf) => {
      const upload = new Upload({
        client,
        queueSize: PARTS_AT_ONCE,
        params: {
          Bucket: bucket,
          Key: key,
          Body: Readable.from(body, { objectMode: false }),
          ContentType: contentType,
          ...(madeOf === undefined ? {} : { Metadata: { [MADE_OF]: madeOf } }),
        },
      })
      return (await upload.done()).ETag ?? ''
    },
    madeOf: async (key) => (await head(key))?.Metadata?.[MADE_OF],
    versions: async function* (key) {
      let page: ListObjectVersionsCommandOutput | undefined
      do {
        page = await client.send(
          new ListObjectVersionsCommand({
            Bucket: bucket,
            Prefix: key,
            KeyMarker: page?.NextKeyMarker,
            VersionIdMarker: page?.NextVersionIdMarker,
          }),
        )
        for (const { Key, VersionId, LastModified } of page.Versions ?? []) {
          // The prefix of a key may also be that of other keys.
          if (Key !== key) continue
          const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }))
          if (Body)
            yield { body: Buffer.from(await Body.transformToByteArray()), modified: LastModified ?? new Date(0) }
        }
      } while (page.IsTruncated)
    },
    list: async function* (prefix, after) {
      const from = { Bucket: bucket, Prefix: prefix, ...(after === undefined ? {} : { StartAfter: after }) }
      for await (const page of paginateListObjectsV2({ client }, from)) {
        for (const { Key, Size, LastModified, ETag } of page.Contents ?? []) {
          if (Key) yield { key: Key, size: Size ?? 0, modified: LastModified ?? new Date(0), etag: ETag ?? '' }
        }
      }
    },
  }
}

/** Name of the metadata that says what an object is made of. */
const MADE_OF = 'made-of'

/** Names of the metadata in which an object records its rewriting. */
const METADATA = {
  request: 'privacy-request',
  was: 'privacy-was',
  is: 'privacy-is',
  rows: 'privacy-rows',
} as const

export const metadataOf = ({ request, was, is, rows }: Rewriting): Record<string, string> => ({
  [METADATA.request]: request,
  [METADATA.was]: was,
  [METADATA.is]: is,
  [METADATA.rows]: String(rows),
})

export function rewritingIn(metadata: Record<string, string> = {}): Rewriting | undefined {
  const { [METADATA.request]: request, [METADATA.was]: was, [METADATA.is]: is, [METADATA.rows]: rows } = metadata
  return request === undefined || was === undefined || is === undefined
    ? undefined
    : { request, was, is, rows: Number(rows) }
}

/**
 * The SHA-256 by which names and records refer to these bytes: their own, or that of the object before a deletion
 * removed rows from it. Bytes that the deletion did not write have their own.
 */
export const recordedHash = (body: Uint8Array | string, rewriting: Rewriting | undefined): string =>
  asRecorded(createHash('sha256').update(body).digest('hex'), rewriting)

/** The same for bytes whose own hash is known, because they were streamed. */
export const asRecorded = (own: string, rewriting: Rewriting | undefined): string =>
  rewriting?.is === own ? rewriting.was : own

/** The object parsed by a schema, or undefined where there is none; OBJECT_INVALID names the key and the field. */
export async function findJson<S extends z.ZodType>(
  objects: Pick<Objects, 'read'>,
  key: string,
  schema: S,
): Promise<z.infer<S> | undefined> {
  const stored = await objects.read(key)
  return stored && parseJson(stored.body.toString('utf8'), schema, key)
}

/** Parse a JSON text by a schema; OBJECT_INVALID names its place and the field. */
export function parseJson<S extends z.ZodType>(text: string, schema: S, where: string): z.infer<S> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new BellwetherError('OBJECT_INVALID', `${where} is not JSON`, { cause })
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new BellwetherError('OBJECT_INVALID', `${where}: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

const typeOf = (key: string): string =>
  ({ json: 'application/json', csv: 'text/csv', jsonl: 'application/jsonlines', liquid: 'text/html' })[
    key.slice(key.lastIndexOf('.') + 1)
  ] ?? 'text/plain'
