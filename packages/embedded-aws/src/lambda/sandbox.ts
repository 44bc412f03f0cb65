import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { FunctionError, LambdaFunction, Outcome } from './function'
import { workerFile } from './worker-file'

/** One worker thread that runs one function, one invocation at a time, like an execution environment of Lambda. */
export interface Sandbox {
  invoke(requestId: string, payload: string): Promise<Outcome>
  /** False after it crashed, timed out or was ended. */
  alive(): boolean
  /** End it like a crash: the running invocation fails. */
  end(): Promise<void>
}

interface Surroundings {
  environment: Record<string, string>
  clockOffset: SharedArrayBuffer
  log(text: string): void
}

interface Pending {
  requestId: string
  resolve(outcome: Outcome): void
  deadline: NodeJS.Timeout
  began: number
}

const error = z.object({ errorType: z.string(), errorMessage: z.string(), trace: z.array(z.string()).optional() })
const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('broken'), error }),
  z.object({ type: z.literal('done'), requestId: z.string(), payload: z.string(), peakMb: z.number() }),
  z.object({ type: z.literal('failed'), requestId: z.string(), error, peakMb: z.number() }),
  z.object({ type: z.literal('exceeded'), usedMb: z.number() }),
])

/** Start a worker, which loads the function's bundle immediately. */
export function startSandbox(fn: LambdaFunction, { environment, clockOffset, log }: Surroundings): Sandbox {
  const worker = new Worker(workerFile(), {
    env: environment,
    workerData: { clockOffset, functionArn: fn.arn, memoryMb: fn.memoryMb },
    resourceLimits: { maxOldGenerationSizeMb: fn.memoryMb },
    stdout: true,
    stderr: true,
    execArgv: [],
  })
  let alive = true
  let pending: Pending | undefined

  const settle = (outcome: Pick<Outcome, 'payload' | 'functionError'>, peakMb?: number) => {
    if (!pending) return
    clearTimeout(pending.deadline)
    const { requestId, resolve, began } = pending
    pending = undefined
    log(reportLine(requestId, performance.now() - began, fn.memoryMb, peakMb))
    resolve({ requestId, ...outcome })
  }
  const fail = (failure: FunctionError, peakMb?: number) => {
    if (pending) log(`ERROR ${failure.errorType}: ${failure.errorMessage}\n`)
    settle({ payload: JSON.stringify(failure), functionError: 'Unhandled' }, peakMb)
  }
  const die = async (failure: FunctionError, peakMb?: number) => {
    alive = false
    fail(failure, peakMb)
    return worker.terminate()
  }
  const exited = (how: string): FunctionError => {
    const request = pending ? `RequestId: ${pending.requestId} ` : ''
    return { errorType: 'Runtime.ExitError', errorMessage: `${request}Error: Runtime exited with error: ${how}` }
  }
  const expire = (requestId: string) =>
    void die({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(fn.timeoutMs / 1000).toFixed(2)} seconds`,
    })

  worker.stdout.setEncoding('utf8').on('data', log)
  worker.stderr.setEncoding('utf8').on('data', log)
  worker.on('message', (raw) => {
    const sent = message.parse(raw)
    if (sent.type === 'broken') void die(sent.error)
    if (sent.type === 'done') settle({ payload: sent.payload }, sent.peakMb)
    if (sent.type === 'failed') fail(sent.error, sent.peakMb)
    if (sent.type === 'exceeded') void die(exited('signal: killed'), fn.memoryMb)
  })
  worker.on('error', (crash) => {
    const isOutOfHeap = 'code' in crash && crash.code === 'ERR_WORKER_OUT_OF_MEMORY'
    void die(isOutOfHeap ? exited('signal: aborted') : { errorType: crash.name, errorMessage: crash.message })
  })
  worker.on(
    'exit',
    (code) => void die({ errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with status ${code}` }),
  )

  return {
    alive: () => alive,
    invoke: (requestId, payload) =>
      new Promise((resolve) => {
        const deadline = setTimeout(expire, fn.timeoutMs, requestId)
        pending = { requestId, resolve, deadline, began: performance.now() }
        worker.postMessage({ requestId, payload, timeoutMs: fn.timeoutMs })
      }),
    async end() {
      await die({ errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited: the worker was ended' })
    },
  }
}

/** The line that Lambda writes after each invocation. The peak is missing if the worker died before it could report it. */
function reportLine(requestId: string, ms: number, memoryMb: number, peakMb: number | undefined): string {
  const peak = peakMb === undefined ? '' : `\tMax Memory Used: ${peakMb} MB`
  return `REPORT RequestId: ${requestId}\tDuration: ${ms.toFixed(2)} ms\tBilled Duration: ${Math.ceil(ms)} ms\tMemory Size: ${memoryMb} MB${peak}\n`
}
