import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { ROOT } from '../root'

export interface NamedQuery {
  name: string
  /** Its first line: the question that it answers. */
  about: string
  sql: string
}

const FOLDER = path.join(ROOT, 'stack/queries')

/** The queries of the stack, by name: one for each file of stack/queries. */
export const namedQueries = (): NamedQuery[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(path.join(FOLDER, file), 'utf8')
      return { name: path.basename(file, '.sql'), about: /^-- (.*)/.exec(sql)?.[1] ?? '', sql }
    })
