import { execFileSync, spawnSync } from 'node:child_process'

/** Whether the official fasttext program (Debian's package `fasttext`) is on the path. */
export const isOfficialThere: boolean = spawnSync('fasttext', { encoding: 'utf8' }).error === undefined

/** Runs the official program and returns its output. */
export const official = (...args: string[]): string =>
  execFileSync('fasttext', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 })
