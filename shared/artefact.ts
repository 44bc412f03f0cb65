import { createHash } from 'node:crypto'
import path from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { ENGINES } from './engines'
import type { Classifier } from './engines/classifier'
import type { Engine, ModelFiles } from './engines/engine'
import { classifierOf, type LoadedModel, loadModel, type ModelPlace } from './engines/load'
import { BellwetherError } from './errors'
import type { Objects } from './objects'

/** A model in memory, and its archive. */
export interface Artefact {
  model: Classifier
  engine: Engine
  /** Of `model.tar.gz`, in hex. */
  sha256: string
  /** S3 version of `model.tar.gz`; null in a bucket without versions. */
  versionId: string | null
}

/**
 * Load the model at a place. MODEL_UNREADABLE says what was found where there is none, where it is cut short or of
 * another program, or where its hash is not the given one.
 */
export type LoadArtefact = (place: ModelPlace) => Promise<Artefact>

/** A larger file of a model would not fit into the memory of a function. */
export const MAXIMUM_MODEL_BYTES = 2 ** 30

/** Champion and challenger. */
const CACHED = 2

/** Loads from the bucket. The last two models stay in memory, so that a warm function reads a champion once. */
export function s3Artefacts(
  objects: Pick<Objects, 'bucket' | 'read'>,
  engines: readonly Engine[] = ENGINES,
): LoadArtefact {
  const cached = new Map<string, { loaded: LoadedModel; sha256: string; versionId: string | null }>()

  return async (place) => {
    const { artefact: uri, sha256, textVersion, prior } = place
    // Another text version at the same place reads the same bytes differently.
    const keyOf = (hash: string) => `${hash} ${textVersion}`
    let entry = sha256 == null ? undefined : cached.get(keyOf(sha256))
    if (!entry) {
      const { body, ...found } = await archiveAt(objects, uri, sha256)
      const key = keyOf(found.sha256)
      entry = cached.get(key) ?? { loaded: await loadModel(await unpackModel(body, uri), place, engines), ...found }
      cached.delete(key)
      cached.set(key, entry)
      for (const oldest of [...cached.keys()].slice(0, -CACHED)) cached.delete(oldest)
    }
    const { loaded, ...archive } = entry
    return { ...archive, engine: loaded.engine, model: classifierOf(loaded, prior) }
  }
}

/**
 * The model.tar.gz at an s3:// URI, with its hash. MODEL_UNREADABLE when it is missing, or has another hash than the
 * given one.
 */
export async function archiveAt(objects: Pick<Objects, 'bucket' | 'read'>, uri: string, sha256?: string | null) {
  const { body, versionId } = await bytesAt(objects, uri)
  const found = createHash('sha256').update(body).digest('hex')
  if (sha256 != null && sha256 !== found)
    throw new BellwetherError('MODEL_UNREADABLE', `${uri}: found SHA-256 ${found}, expected ${sha256}`)
  return { body, sha256: found, versionId: versionId ?? null }
}

/** The files of a model.tar.gz by their names without folders. MODEL_UNREADABLE names an incomplete archive. */
export async function unpackModel(archive: Buffer, where: string): Promise<ModelFiles> {
  const files = new Map<string, Uint8Array>()
  const entries = extract()
  // An error of the input ends the entries with it.
  Readable.from([archive])
    .pipe(createGunzip())
    .on('error', (error) => entries.destroy(error))
    .pipe(entries)
  try {
    for await (const entry of entries) {
      const { name, type, size } = entry.header
      if (type === 'file') {
        if (size > MAXIMUM_MODEL_BYTES)
          throw unreadable(where, `a ${path.basename(name)} of ${size} bytes`, `at most ${MAXIMUM_MODEL_BYTES}`)
        files.set(path.basename(name), await bytesOf(entry, size))
      } else entry.resume()
    }
  } catch (cause) {
    if (cause instanceof BellwetherError) throw cause
    throw unreadable(where, `${archive.length} bytes that end in "${messageOf(cause)}"`, 'a whole model.tar.gz', cause)
  }
  return files
}

async function bytesAt(objects: Pick<Objects, 'bucket' | 'read'>, uri: string) {
  const prefix = `s3://${objects.bucket}/`
  if (!uri.startsWith(prefix)) throw unreadable(uri, 'an artefact in another place', `one under ${prefix}`)
  const stored = await objects.read(uri.slice(prefix.length))
  if (!stored) throw unreadable(uri, 'nothing', 'a model.tar.gz')
  return stored
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
