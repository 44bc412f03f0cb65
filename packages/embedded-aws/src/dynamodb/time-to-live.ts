import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const kept = z.record(z.string(), z.string())

/** The time-to-live attribute of a table. Nothing is deleted here; on AWS deletion takes up to days. */
export interface TimeToLive {
  attributeOf(table: string): string | undefined
  set(table: string, attribute: string | undefined): void
}

/** Kept in a file, since dynalite has no time to live. */
export function openTimeToLive(file: string): TimeToLive {
  const attributes = new Map(existsSync(file) ? Object.entries(kept.parse(JSON.parse(readFileSync(file, 'utf8')))) : [])
  return {
    attributeOf: (table) => attributes.get(table),
    set(table, attribute) {
      if (attribute === undefined) attributes.delete(table)
      else attributes.set(table, attribute)
      writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(attributes)))
      renameSync(`${file}.new`, file)
    },
  }
}
