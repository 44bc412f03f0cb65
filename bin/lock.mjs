// One process at a time does a work: a file names the one that does it.
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

/** No work under a lock takes longer: a living process that a file of this age names has only the same number. */
const LONGEST_MS = 30 * 60_000
/** Without hard links, a lock is empty for a moment before its process is written into it. */
const NAMELESS_MS = 5000

/** True for the process that may work. Whoever holds the lock writes its number; that of a dead process is removed. */
export function take(file) {
  const own = `${file}.${process.pid}`
  writeFileSync(own, String(process.pid))
  try {
    place(own, file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    removeStale(file, own)
    return false
  } finally {
    rmSync(own, { force: true })
  }
}

/** What a file system without hard links answers, as exFAT and some network shares. */
const WITHOUT_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** Make a file appear as the lock. Throws EEXIST if there is one. */
function place(made, file) {
  try {
    // With its content at once: an empty lock names no process, so nobody knows whether its process is dead.
    linkSync(made, file)
  } catch (error) {
    if (!WITHOUT_LINKS.has(error.code)) throw error
    writeFileSync(file, readFileSync(made), { flag: 'wx' })
  }
}

/** The number of the process that holds the lock; undefined where none does. */
export function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

export const release = (file) => rmSync(file, { force: true })

function removeStale(file, own) {
  if (!isStale(file)) return
  const moved = `${own}.stale`
  try {
    renameSync(file, moved)
  } catch (error) {
    // Another process was faster.
    if (error.code === 'ENOENT') return
    throw error
  }
  // Another process may have removed the stale lock and taken its own in between: that one is put back.
  try {
    if (!isStale(moved)) place(moved, file)
  } catch (error) {
    // A third process has taken the lock meanwhile: its lock stays.
    if (error.code !== 'EEXIST') throw error
  } finally {
    rmSync(moved, { force: true })
  }
}

function isStale(file) {
  const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  if (made === undefined) return false
  const holder = holderOf(file)
  const age = Date.now() - made
  return holder === undefined ? age > NAMELESS_MS : !isAlive(holder) || age > LONGEST_MS
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
