import { existsSync } from 'node:fs'
import path from 'node:path'

/** The repository's folder, whether this runs from its sources or from the bundle in `.build/`. */
export const ROOT = climb(__dirname)

function climb(folder: string): string {
  if (existsSync(path.join(folder, 'package.json'))) return folder
  const parent = path.dirname(folder)
  if (parent === folder) throw new Error(`no package.json above ${__dirname}`)
  return climb(parent)
}
