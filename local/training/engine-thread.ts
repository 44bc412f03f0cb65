import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Example, Hyperparameters, ModelFiles } from '../../shared/engines/engine'
import { ROOT } from '../root'

/** What an engine is to learn from. */
export interface EngineOrder {
  /** Its name. */
  engine: string
  examples: readonly Example[]
  hyperparameters: Hyperparameters
}

/** `isRefused` where no model can be learned from the examples. */
export type EngineResult = { files: ModelFiles } | { failure: string; isRefused: boolean }

/** Train in a thread of its own: engines compute without a pause, and this thread goes on showing progress meanwhile. */
export async function trainInThread(order: EngineOrder): Promise<EngineResult> {
  const thread = new Worker(path.join(ROOT, 'bin/run.mjs'), { argv: ['local/training/engine-worker.ts'] })
  try {
    return await new Promise((resolve, reject) => {
      thread.once('message', resolve)
      thread.once('error', reject)
      thread.once('exit', (code) => reject(new Error(`the training thread ended with ${code}`)))
      thread.postMessage(order)
    })
  } finally {
    await thread.terminate()
  }
}
