import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { type Classifier, classifierOf } from './classifier'
import { BellwetherError } from './errors'
import { readModel } from './fasttext'
import type { Objects } from './objects'

/** A trained model as it lies in S3: `model.tar.gz` with fastText's `model.bin` inside. */
export interface Artefact {
  model: Classifier
  /** Of `model.tar.gz`, in hex. */
  sha256: string
  /** S3 version of `model.tar.gz`; null in a bucket without versions. */
  versionId: string | null
}

/**
 * Load the artefact at an s3:// URI. MODEL_UNREADABLE names what was found where there is none, or one that is cut short
 * or foreign, or one with another hash than the given.
 */
export type LoadArtefact = (uri: string, sha256?: string) => Promise<Artefact>

/** A model.bin larger than this would not fit into the memory of a function. */
export const MAXIMUM_MODEL_BYTES = 2 ** 30

/** Champion and challenger. */
const KEPT = 2

/** Loads from the bucket, and keeps the last two models: a warm function reads a champion once. */
export function s3Artefacts(objects: Pick<Objects, 'bucket' | 'read'>): LoadArtefact {
  const kept = new Map<string, Artefact>()

  return async (uri, sha256) => {
    const known = sha256 === undefined ? undefined : kept.get(sha256)
    if (known) return known
    const { body, sha256: found, versionId } = await archiveAt(objects, uri, sha256)
    const artefact = kept.get(found) ?? {
      model: parseModel(await unpackModel(body, uri), uri),
      sha256: found,
      versionId,
    }
    kept.delete(found)
    kept.set(found, artefact)
    for (const oldest of [...kept.keys()].slice(0, -KEPT)) kept.delete(oldest)
    return artefact
  }
}

/** The model.tar.gz at an s3:// URI, with its hash. MODEL_UNREADABLE when it is not there, or has another hash than the given. */
export async function archiveAt(objects: Pick<Objects, 'bucket' | 'read'>, uri: string, sha256?: string) {
  const { body, versionId } = await bytesAt(objects, uri)
  const found = createHash('sha256').update(body).digest('hex')
  if (sha256 !== undefined && sha256 !== found)
    throw new BellwetherError('MODEL_UNREADABLE', `${uri}: found SHA-256 ${found}, expected ${sha256}`)
  return { body, sha256: found, versionId: versionId ?? null }
}

/** The bytes of model.bin out of a model.tar.gz. MODEL_UNREADABLE names what was found instead. */
export async function unpackModel(archive: Buffer, where: string): Promise<Buffer> {
  const others: string[] = []
  let model: Buffer | undefined
  const entries = extract()
  // An error on the way in ends the entries with it.
  Readable.from([archive])
    .pipe(createGunzip())
    .on('error', (error) => entries.destroy(error))
    .pipe(entries)
  try {
    for await (const entry of entries) {
      const { name, type, size } = entry.header
      if (type === 'file' && /(^|\/)model\.bin$/.test(name)) {
        if (size > MAXIMUM_MODEL_BYTES)
          throw unreadable(where, `a model.bin of ${size} bytes`, `at most ${MAXIMUM_MODEL_BYTES}`)
        model = await bytesOf(entry, size)
      } else {
        others.push(name)
        entry.resume()
      }
    }
  } catch (cause) {
    if (cause instanceof BellwetherError) throw cause
    throw unreadable(where, `${archive.length} bytes that end in "${messageOf(cause)}"`, 'a whole model.tar.gz', cause)
  }
  if (!model) throw unreadable(where, `only ${others.join(', ') || 'an empty archive'}`, 'a model.bin in the archive')
  return model
}

async function bytesAt(objects: Pick<Objects, 'bucket' | 'read'>, uri: string) {
  const prefix = `s3://${objects.bucket}/`
  if (!uri.startsWith(prefix)) throw unreadable(uri, 'an artefact in another place', `one under ${prefix}`)
  const stored = await objects.read(uri.slice(prefix.length))
  if (!stored) throw unreadable(uri, 'nothing', 'a model.tar.gz')
  return stored
}

function parseModel(bytes: Buffer, where: string): Classifier {
  try {
    return classifierOf(readModel(bytes, `${where}#model.bin`))
  } catch (cause) {
    throw new BellwetherError('MODEL_UNREADABLE', messageOf(cause), { cause })
  }
}

async function bytesOf(entry: AsyncIterable<unknown>, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  for await (const chunk of entry) {
    if (!(chunk instanceof Uint8Array)) continue
    bytes.set(chunk, filled)
    filled += chunk.length
  }
  return bytes.subarray(0, filled)
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const unreadable = (where: string, found: string, expected: string, cause?: unknown): BellwetherError =>
  new BellwetherError('MODEL_UNREADABLE', `${where}: found ${found}, expected ${expected}`, { cause })
