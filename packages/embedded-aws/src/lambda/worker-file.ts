import { existsSync } from 'node:fs'
import path from 'node:path'

/** Path of the worker in the repository, for a bundle that lies elsewhere in it. */
const IN_REPOSITORY = 'packages/embedded-aws/src/lambda/worker.cjs'

/** The file that a worker thread starts with: beside this one or, in a bundle, the source file. */
export function workerFile(folder = __dirname): string {
  const beside = path.join(folder, 'worker.cjs')
  if (existsSync(beside)) return beside
  const source = path.join(folder, IN_REPOSITORY)
  if (existsSync(source)) return source
  const parent = path.dirname(folder)
  if (parent === folder)
    throw new Error(`there is no ${IN_REPOSITORY} above ${__dirname}: run from a clone of the repository`)
  return workerFile(parent)
}
