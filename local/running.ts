import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readRunning, type Running } from '../packages/embedded-aws/src/running'
import { ROOT } from './root'

export type { Running }

/** Names the data folder of the last cloud that was started without --data. */
const POINTER = path.join(ROOT, '.bellwether/running')

/** Make this cloud the one that `npm run invoke` finds by itself. */
export function pointTo(dataDir: string): void {
  mkdirSync(path.dirname(POINTER), { recursive: true })
  writeFileSync(POINTER, path.resolve(dataDir))
}

/** The data folder of the last cloud that was started without --data, running or not. */
export const lastFolder = (): string | undefined => (existsSync(POINTER) ? readFileSync(POINTER, 'utf8') : undefined)

/** The cloud with this data folder, or the last one that was started; undefined if there is none. */
export const findRunning = (dataDir?: string): Running | undefined => readRunning(dataDir ?? lastFolder() ?? '')

/** Throws the error of a call to a cloud, in plain words if the cloud no longer runs. */
export const orGone =
  (endpoint: string) =>
  (error: unknown): never => {
    if (isRefused(error)) throw new Error(`No cloud answers at ${endpoint} any more: \`npm start\` starts one.`)
    throw error
  }

/** Whether a call failed because no process listens at the address. */
export const isRefused = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNREFUSED'
