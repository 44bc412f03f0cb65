import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readRunning, type Running } from '../packages/embedded-aws/src/running'
import { ROOT } from './root'

export type { Running }

/** Names the data folder of the last cloud that was started without one being named. */
const POINTER = path.join(ROOT, '.bellwether/running')

/** Make this cloud the one that `npm run invoke` finds by itself. */
export function pointTo(dataDir: string): void {
  mkdirSync(path.dirname(POINTER), { recursive: true })
  writeFileSync(POINTER, path.resolve(dataDir))
}

/** The data folder of the last cloud that was started without one being named, running or not. */
export const lastFolder = (): string | undefined => (existsSync(POINTER) ? readFileSync(POINTER, 'utf8') : undefined)

/** The cloud with this data folder, or the last one that was started; none when it left no trace. */
export const findRunning = (dataDir?: string): Running | undefined => readRunning(dataDir ?? lastFolder() ?? '')

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
