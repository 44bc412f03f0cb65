import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Make the folder, and make sure that no other process writes into it; answers a function that gives it back. */
export function claimFolder(dataDir: string): () => void {
  // Posts are personal data: other users of this machine have no business here.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  chmodSync(dataDir, 0o700)
  const lock = path.join(dataDir, 'process')
  const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : process.pid
  if (holder !== process.pid && isRunning(holder)) throw new Error(`${dataDir} is in use by process ${holder}`)
  writeFileSync(lock, String(process.pid))
  return () => rmSync(lock, { force: true })
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
