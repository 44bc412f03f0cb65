import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'

/** A state stored as the list of its changes, one JSON line each, appended atomically. */
export interface Journal<T> {
  append(record: T): void
  /** Compact: replace all lines atomically by those that the current state needs. */
  rewrite(records: Iterable<T>): void
  /** Number of lines in the file. */
  length(): number
  close(): void
}

/** Open or create a journal and pass each record to `replay`. Drops a last line that a crash cut off. */
export function openJournal<S extends z.ZodType>(
  file: string,
  schema: S,
  replay: (record: z.output<S>) => void,
): Journal<z.output<S>> {
  mkdirSync(path.dirname(file), { recursive: true })
  const kept = existsSync(file) ? wholeLines(readFileSync(file, 'utf8')) : []
  for (const line of kept) replay(schema.parse(JSON.parse(line)))

  let descriptor = replaceBy(file, kept)
  let length = kept.length
  return {
    append(record) {
      writeSync(descriptor, `${JSON.stringify(record)}\n`)
      length += 1
    },
    rewrite(records) {
      const lines = Array.from(records, (record) => JSON.stringify(record))
      closeSync(descriptor)
      descriptor = replaceBy(file, lines)
      length = lines.length
    },
    length: () => length,
    close: () => closeSync(descriptor),
  }
}

const wholeLines = (text: string): string[] =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)

function replaceBy(file: string, lines: readonly string[]): number {
  writeFileSync(`${file}.new`, lines.map((line) => `${line}\n`).join(''))
  renameSync(`${file}.new`, file)
  return openSync(file, 'a')
}
