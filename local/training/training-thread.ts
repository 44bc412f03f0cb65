import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Trainer, TrainingOrder, TrainingResult } from '../../packages/embedded-aws/src/sagemaker/trainer'
import { ROOT } from '../root'

/** A request to the thread; its answer has the same id. */
export interface NumberedOrder extends TrainingOrder {
  id: number
}

/** A thread that trains, so that the cloud keeps serving meanwhile. It starts with the first order and stays. */
export function createTrainingThread(): Trainer {
  const waiting = new Map<number, { resolve: (result: TrainingResult) => void; reject: (error: Error) => void }>()
  let worker: Worker | undefined
  let next = 0

  const start = (): Worker => {
    const thread = new Worker(path.join(ROOT, 'bin/run.mjs'), { argv: ['local/training/training-worker.ts'] })
    const end = (error: Error) => {
      worker = undefined
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    }
    thread.on('message', ({ id, ...result }: { id: number } & TrainingResult) => {
      waiting.get(id)?.resolve(result)
      waiting.delete(id)
    })
    thread.on('error', (error) => end(error instanceof Error ? error : new Error(String(error))))
    thread.on('exit', (code) => end(new Error(`the training thread ended with ${code}`)))
    thread.unref()
    return thread
  }
  return {
    train: (order) =>
      new Promise((resolve, reject) => {
        worker ??= start()
        const id = next++
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, ...order })
      }),
    close: async () => {
      await worker?.terminate()
    },
  }
}
