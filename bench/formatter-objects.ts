import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Objects, parseJson } from '../shared/objects'

type Used = 'read' | 'readJson' | 'stream' | 'exists' | 'create' | 'swap' | 'put' | 'list'

/** A folder in place of a bucket, to measure the formatter without a network. */
export function folderObjects(folder: string): Pick<Objects, Used> {
  const fileOf = (key: string) => {
    const file = path.join(folder, key)
    mkdirSync(path.dirname(file), { recursive: true })
    return file
  }
  const read = (key: string) => readFileSync(fileOf(key))
  return {
    read: async (key) => (existsSync(fileOf(key)) ? { body: read(key), etag: '', versionId: undefined } : undefined),
    readJson: async (key, schema) => parseJson(read(key).toString('utf8'), schema, key),
    stream: async (key) => createReadStream(fileOf(key)),
    exists: async (key) => existsSync(fileOf(key)),
    create: async (key, body) => {
      if (existsSync(fileOf(key))) return 'exists'
      writeFileSync(fileOf(key), body)
      return 'created'
    },
    // No other process writes to the folder.
    swap: async (key, body) => {
      writeFileSync(fileOf(key), body)
      return `"${body.length}"`
    },
    put: async (key, body) => writeFileSync(fileOf(key), body),
    list: async function* (prefix) {
      for (const name of filesIn(path.join(folder, prefix))) {
        const stats = statSync(path.join(folder, prefix, name))
        if (stats.isFile())
          yield {
            key: path.posix.join(prefix, name),
            size: stats.size,
            modified: stats.mtime,
            etag: String(stats.mtimeMs),
          }
      }
    },
  }
}

const filesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort() : []
