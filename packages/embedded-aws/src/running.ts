import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const about = z.object({ endpoint: z.string(), region: z.string(), functions: z.array(z.string()) })

/** What other processes on this machine need to know about a running cloud. */
export type Running = z.infer<typeof about>

/** Write into the data folder how to reach the cloud. */
export const describeCloud = (dataDir: string, running: Running): void =>
  writeFileSync(path.join(dataDir, 'cloud.json'), `${JSON.stringify(running, null, 2)}\n`)

/** Read how to reach the last cloud on this folder, running or not. */
export function readRunning(dataDir: string): Running | undefined {
  const file = path.join(dataDir, 'cloud.json')
  return existsSync(file) ? about.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}
