import { createReadStream, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openLabels } from '../../services/labels/read'
import type { RowTally } from '../../shared/row-file/tally'
import { counted } from '../check/words'
import type { ReplayOptions } from './options'

/** Every refused row of the posts, as `file:line: field: reason`. */
const REFUSED_FILE = 'refused-rows.txt'

/** Throws what is wrong with a file of labels, before a cloud is started for it. */
export async function refuseUnreadable(labels: string): Promise<void> {
  const body = createReadStream(labels)
  await openLabels(labels, body)
  body.destroy()
}

/** What was refused or read differently from the file: the most frequent reasons, and where to find the rest. */
export function refusalsInWords(tally: RowTally, file: string, { data, once }: ReplayOptions): string[] {
  const notes = tally.notes().map((note) => `  ${note}`)
  const refused = tally.reasons().map((reason) => `  ${reason}`)
  return [
    ...(notes.length > 0 ? [`Read differently from ${file}:`, ...notes] : []),
    ...(refused.length > 0
      ? [
          `Refused ${counted(tally.refused(), 'row')} of ${file}:`,
          ...refused,
          `npm start -- check --all ${file} lists each` + (once ? '.' : `; so does ${path.join(data, REFUSED_FILE)}.`),
        ]
      : []),
  ]
}

/** Keep every refused row in the data folder. */
export function keepRefusals({ data }: ReplayOptions, refused: readonly string[]): void {
  mkdirSync(data, { recursive: true })
  writeFileSync(path.join(data, REFUSED_FILE), refused.map((line) => `${line}\n`).join(''))
}
