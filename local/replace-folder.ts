import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { onInterrupt } from './interrupt'

/**
 * Replace a folder by one with these files, complete or not at all: after a failure the earlier folder is as it was.
 * Ctrl-C takes effect afterwards, because no handler runs meanwhile.
 */
export function replaceFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  // A link stays a link: the folder that it leads to is replaced.
  const target = existsSync(folder) ? realpathSync(folder) : path.resolve(folder)
  mkdirSync(path.dirname(target), { recursive: true })
  const scratch = `${target}.${randomUUID()}`
  const [made, earlier] = [`${scratch}.new`, `${scratch}.earlier`]
  const settle = onInterrupt(() => undefined)
  try {
    mkdirSync(made)
    for (const [name, bytes] of files) writeFileSync(path.join(made, name), bytes)
    swap(made, target, earlier)
    rmSync(earlier, { recursive: true, force: true })
  } finally {
    rmSync(made, { recursive: true, force: true })
    settle()
  }
}

function swap(made: string, target: string, earlier: string): void {
  if (!existsSync(target)) return renameSync(made, target)
  renameSync(target, earlier)
  try {
    renameSync(made, target)
  } catch (error) {
    renameSync(earlier, target)
    throw error
  }
}
