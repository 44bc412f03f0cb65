import { statSync } from 'node:fs'

/** Throws, with what to do, where an option names no file. */
export function refuseNoFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found) throw new Error(`there is no file ${file}: correct the path`)
  if (found.isDirectory()) throw new Error(`${file} is a folder: name a file in it`)
}

/** Throws, with what to do, where an option for a folder names a file. */
export function refuseFile(option: string, folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new Error(`${option} ${folder}: it is a file; name a folder, or a new path`)
}
