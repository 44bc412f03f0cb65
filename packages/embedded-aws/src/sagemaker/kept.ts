import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'

/** Records by name. Each is one file, written atomically. */
export interface Kept<T> {
  get(name: string): T | undefined
  /** In order of creation. */
  all(): T[]
  put(name: string, record: T): void
}

/** Records of a folder. Names are case-insensitive, as AWS treats job names. */
export function openKept<S extends z.ZodType>(folder: string, schema: S): Kept<z.output<S>> {
  mkdirSync(folder, { recursive: true })
  const records = new Map<string, z.output<S>>()
  const files = readdirSync(folder).filter((file) => /^\d+\..+\.json$/.test(file))
  const numbers = new Map(files.map((file) => [file.slice(file.indexOf('.') + 1, -5), Number.parseInt(file, 10)]))
  for (const [name] of [...numbers].sort(([, a], [, b]) => a - b)) {
    records.set(name, schema.parse(JSON.parse(readFileSync(fileOf(name), 'utf8'))))
  }

  function fileOf(name: string): string {
    let number = numbers.get(name)
    if (number === undefined) numbers.set(name, (number = numbers.size + 1))
    return path.join(folder, `${number}.${name}.json`)
  }
  return {
    get: (name) => records.get(name.toLowerCase()),
    all: () => [...records.values()],
    put(name, record) {
      const key = name.toLowerCase()
      records.set(key, record)
      writeFileSync(`${fileOf(key)}.new`, JSON.stringify(record))
      renameSync(`${fileOf(key)}.new`, fileOf(key))
    },
  }
}
