import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Throttled, type LambdaFunction, type Outcome } from './function'
import type { Sandbox } from './sandbox'

/** The workers of one function. */
export interface Pool {
  /** Run one invocation. With `patient` it waits for a free worker instead of being throttled by the reserved concurrency. */
  invoke(payload: string, options?: { patient?: boolean; requestId?: string }): Promise<Outcome>
  close(): Promise<void>
}

/** Maximum workers of one function, by the number of cores. Without reserved concurrency, further invocations wait. */
const WORKERS = Math.max(2, Math.min(4, availableParallelism()))

/** Starts workers as they are needed and keeps them warm. */
export function createPool(fn: LambdaFunction, start: () => Sandbox, workers = WORKERS): Pool {
  const limit = Math.min(fn.reservedConcurrency ?? workers, workers)
  const all = new Set<Sandbox>()
  const warm: Sandbox[] = []
  const queue: ((sandbox: Sandbox) => void)[] = []
  let busy = 0

  const takeWarm = (): Sandbox => {
    for (let sandbox = warm.pop(); sandbox; sandbox = warm.pop()) {
      if (sandbox.alive()) return sandbox
      all.delete(sandbox)
    }
    const fresh = start()
    all.add(fresh)
    return fresh
  }
  const take = (): Promise<Sandbox> => {
    if (busy >= limit) return new Promise((resolve) => queue.push(resolve))
    busy += 1
    return Promise.resolve(takeWarm())
  }
  const giveBack = (sandbox: Sandbox) => {
    if (sandbox.alive()) warm.push(sandbox)
    else all.delete(sandbox)
    const next = queue.shift()
    if (next) next(takeWarm())
    else busy -= 1
  }

  return {
    async invoke(payload, { patient = false, requestId = randomUUID() } = {}) {
      const throttles = fn.reservedConcurrency === 0 || (fn.reservedConcurrency !== undefined && !patient)
      if (busy >= limit && throttles) throw new Throttled(fn.name)
      const sandbox = await take()
      try {
        return await sandbox.invoke(requestId, payload)
      } finally {
        giveBack(sandbox)
      }
    },
    async close() {
      await Promise.all([...all].map((sandbox) => sandbox.end()))
    },
  }
}
