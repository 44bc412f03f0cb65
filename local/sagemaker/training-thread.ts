import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { ROOT } from '../root'

export interface TrainingOrder {
  id: number
  hyperparameters: Record<string, string>
  text: Uint8Array
  validation?: Uint8Array
}

export type TrainingResult =
  { archive: Uint8Array; log: string; seconds: number; accuracy?: number } | { failure: string; log: string }

/** A thread that trains, so that the cloud goes on meanwhile. */
export interface TrainingThread {
  train(order: Omit<TrainingOrder, 'id'>): Promise<TrainingResult>
  close(): Promise<void>
}

/** The thread starts with the first order and stays. */
export function createTrainingThread(): TrainingThread {
  const waiting = new Map<number, { resolve: (result: TrainingResult) => void; reject: (error: Error) => void }>()
  let worker: Worker | undefined
  let next = 0

  const start = (): Worker => {
    const thread = new Worker(path.join(ROOT, 'bin/run.mjs'), { argv: ['local/sagemaker/training-worker.ts'] })
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
