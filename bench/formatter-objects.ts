import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Objects, parseJson } from '../shared/objects'

type Used = 'read' | 'readJson' | 'stream' | 'exists' | 'create' | 'put' | 'putStream' | 'list'

/** A folder in place of a bucket, so that what is measured is the formatter and not a network. */
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
    put: async (key, body) => writeFileSync(fileOf(key), body),
    putStream: async (key, body) => writeFile(fileOf(key), body),
    list: async function* (prefix) {
      for (const name of readdirSync(path.join(folder, prefix), { recursive: true, encoding: 'utf8' }).sort()) {
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
