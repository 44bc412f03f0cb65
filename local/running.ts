import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { ROOT } from './root'

const about = z.object({ endpoint: z.string(), region: z.string(), functions: z.array(z.string()) })

/** What others on this machine need to know of a running cloud. */
export type Running = z.infer<typeof about>

/** Names the data folder of the last cloud that was started without one being named. */
const POINTER = path.join(ROOT, '.bellwether/running')

/** Say in its data folder how a cloud is reached. */
export const describeCloud = (dataDir: string, running: Running): void =>
  writeFileSync(path.join(dataDir, 'cloud.json'), `${JSON.stringify(running, null, 2)}\n`)

/** Make this cloud the one that `npm run invoke` finds by itself. */
export function pointTo(dataDir: string): void {
  mkdirSync(path.dirname(POINTER), { recursive: true })
  writeFileSync(POINTER, path.resolve(dataDir))
}

/** The data folder of the last cloud that was started without one being named, running or not. */
export const lastFolder = (): string | undefined => (existsSync(POINTER) ? readFileSync(POINTER, 'utf8') : undefined)

/** The cloud with this data folder, or the last one that was started; none when it left no trace. */
export function findRunning(dataDir?: string): Running | undefined {
  const folder = dataDir ?? lastFolder() ?? ''
  const file = path.join(folder, 'cloud.json')
  return existsSync(file) ? about.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

/** Fails as a call to a cloud did, in plain words where no cloud is there any more. */
export const orGone =
  (endpoint: string) =>
  (error: unknown): never => {
    if (isRefused(error)) throw new Error(`No cloud answers at ${endpoint} any more: \`npm start\` starts one.`)
    throw error
  }

/** Whether a call failed because nothing listens there. */
export const isRefused = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNREFUSED'
