import { performance } from 'node:perf_hooks'
import { parentPort } from 'node:worker_threads'
import { packModel } from '../../shared/archive'
import { evaluate, FastTextError, parseBlazingText, train, writeModel } from '../../packages/fasttext/src'
import { blazingTextLog } from './blazingtext-log'
import type { TrainingResult } from '../../packages/embedded-aws/src/sagemaker/trainer'
import type { NumberedOrder } from './training-thread'

parentPort?.on('message', (order: NumberedOrder) => {
  void work(order).then((result) => parentPort?.postMessage({ id: order.id, ...result }))
})

/** Train as BlazingText's container does; mistakes of its user are client errors. */
async function work({ hyperparameters, text, validation }: NumberedOrder): Promise<TrainingResult> {
  const log = blazingTextLog(1)
  try {
    const began = performance.now()
    const model = train(text, parseBlazingText(hyperparameters), {
      validation,
      onCorpus: log.corpus,
      onEpoch: log.epoch,
    })
    const seconds = (performance.now() - began) / 1000
    const judged = validation && evaluate(model, validation)
    log.end({ train: evaluate(model, text), ...(judged ? { validation: judged } : {}) }, seconds)
    const archive = await packModel(new Map([['model.bin', writeModel(model)]]))
    const accuracy = judged && judged.examples > 0 ? judged.accuracy : undefined
    return { archive, log: log.text(), seconds, ...(accuracy === undefined ? {} : { accuracy }) }
  } catch (error) {
    const reason = error instanceof FastTextError ? `ClientError: ${error.message}` : `AlgorithmError: ${String(error)}`
    return { failure: reason, log: `${log.text()}${reason}\n` }
  }
}
