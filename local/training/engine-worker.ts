import { parentPort } from 'node:worker_threads'
import { engineNamed } from '../../shared/engines'
import { BellwetherError } from '../../shared/errors'
import type { EngineOrder, EngineResult } from './engine-thread'

parentPort?.once('message', (order: EngineOrder) => {
  void work(order).then((result) => parentPort?.postMessage(result))
})

async function work({ engine: name, examples, hyperparameters }: EngineOrder): Promise<EngineResult> {
  try {
    const engine = engineNamed(name)
    if (!engine) throw new Error(`unknown engine ${name}`)
    return { files: await engine.train({ train: examples, validation: [] }, hyperparameters) }
  } catch (error) {
    const isRefused = error instanceof BellwetherError && error.code === 'TRAINING_REFUSED'
    return { failure: error instanceof Error ? error.message : String(error), isRefused }
  }
}
