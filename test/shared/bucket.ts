import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { BellwetherError } from '../../shared/errors'
import { type Objects, parseJson } from '../../shared/objects'

export interface TestBucket extends Objects {
  /** The content of each key. */
  texts(): Record<string, string>
  /** Keys in the order in which they were written. */
  written: string[]
  /** Called after each write; throwing here simulates a crash of the writer's function. */
  afterWrite: (key: string) => void
}

/** A bucket in memory with S3's conditional writes. The clock advances a minute per write. */
export function testBucket(bucket = 'bellwether-test'): TestBucket {
  const stored = new Map<string, { body: Buffer; etag: string; modified: Date }>()
  const madeOf = new Map<string, string | undefined>()
  const history = new Map<string, { body: Buffer; modified: Date }[]>()
  const store = (key: string, body: string | Uint8Array) => {
    const bytes = Buffer.from(body)
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
    self.written.push(key)
    const modified = new Date(Date.UTC(2026, 10, 22, 0, self.written.length))
    stored.set(key, { body: bytes, etag, modified })
    history.set(key, [{ body: bytes, modified }, ...(history.get(key) ?? [])])
    self.afterWrite(key)
    return etag
  }
  const get = (key: string) => {
    const found = stored.get(key)
    if (!found) throw new BellwetherError('OBJECT_MISSING', `there is no s3://${bucket}/${key}`)
    return found
  }

  const self: TestBucket = {
    bucket,
    written: [],
    afterWrite: () => undefined,
    texts: () =>
      Object.fromEntries(
        [...stored].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, { body }]) => [key, body.toString()]),
      ),
    read: async (key) => {
      const found = stored.get(key)
      return found && { body: found.body, etag: found.etag, versionId: `version-${found.etag.slice(1, 9)}` }
    },
    readJson: async (key, schema) => parseJson(get(key).body.toString(), schema, key),
    stream: async (key) => Readable.from([get(key).body]),
    lines: async function* (key) {
      for (const line of get(key).body.toString().split(/\r?\n/)) if (line) yield line
    },
    exists: async (key) => stored.has(key),
    etag: async (key) => stored.get(key)?.etag,
    create: async (key, body) => {
      if (stored.has(key)) return 'exists'
      store(key, body)
      return 'created'
    },
    swap: async (key, body, etag) => {
      if (stored.get(key)?.etag !== etag) return false
      return store(key, body)
    },
    put: async (key, body) => void store(key, body),
    putStream: async (key, body, _, made) => {
      const chunks: Buffer[] = []
      for await (const chunk of body) chunks.push(Buffer.from(chunk))
      madeOf.set(key, made)
      return store(key, Buffer.concat(chunks))
    },
    madeOf: async (key) => madeOf.get(key),
    versions: async function* (key) {
      yield* history.get(key) ?? []
    },
    list: async function* (prefix, after = '') {
      for (const [key, { body, modified, etag }] of [...stored].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (key.startsWith(prefix) && key > after) yield { key, size: body.length, modified, etag }
      }
    },
  }
  return self
}
