import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Create the folder and lock it against other processes; returns a function that releases it. */
export function claimFolder(dataDir: string): () => void {
  createFolder(dataDir)
  const lock = path.join(dataDir, 'process')
  const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : process.pid
  if (holder !== process.pid && isRunning(holder))
    throw new Error(`${dataDir} is in use by process ${holder}: stop that process, or choose another folder`)
  writeFileSync(lock, String(process.pid))
  return () => rmSync(lock, { force: true })
}

/** Create the folder. The data may be personal: other users of this machine may not read it. */
export function createFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    chmodSync(dataDir, 0o700)
  } catch (cause) {
    throw new Error(`${dataDir} cannot be the data folder: ${reasonOf(cause)}; choose another folder`, { cause })
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EEXIST') return 'it is a file'
  if (code === 'ENOTDIR') return 'a part of its path is a file'
  return code === 'EACCES' || code === 'EPERM' ? 'permission denied' : message
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
