import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { ROOT } from '../local/root'

/** All files in a folder of the repository, recursively, as paths from the root. */
export const filesIn = (folder: string): string[] =>
  readdirSync(path.join(ROOT, folder)).flatMap((name) => {
    const file = path.join(folder, name)
    return statSync(path.join(ROOT, file)).isDirectory() ? filesIn(file) : [file]
  })
