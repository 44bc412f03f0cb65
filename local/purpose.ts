import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { createFolder } from '../packages/embedded-aws/src/data-folder'

/** The purpose of a data folder: real posts by the real clock, or a replay on its own clock. */
export type FolderPurpose = 'live' | 'replay'

const purpose = z.object({ purpose: z.enum(['live', 'replay']) })

/**
 * Keep a data folder for one purpose. Returns whether it was used before. Throws if it has the other purpose: the
 * clock of a replay stops at its last day, and would decide which real posts are collected.
 */
export function keepFor(wanted: FolderPurpose, dataDir: string): boolean {
  const file = path.join(dataDir, 'purpose.json')
  // Every cloud writes this file, including releases without purposes.
  const isUsed = existsSync(path.join(dataDir, 'cloud.json'))
  const found = existsSync(file) ? purpose.parse(JSON.parse(readFileSync(file, 'utf8'))).purpose : undefined
  const has = found ?? (isUsed && wanted === 'live' ? 'replay' : wanted)
  if (has !== wanted) {
    const is = {
      live: 'holds real posts, collected by --live',
      replay: 'holds a replay, whose clock is not the real one',
    }
    const needs = { live: '--live needs a folder of its own', replay: 'a replay needs a folder of its own' }
    throw new Error(`${dataDir} ${is[has]}: ${needs[wanted]}; name another folder with --data`)
  }
  createFolder(dataDir)
  if (found === undefined) writeFileSync(file, `${JSON.stringify({ purpose: wanted })}\n`)
  return isUsed
}
