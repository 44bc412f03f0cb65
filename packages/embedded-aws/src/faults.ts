import { throttled, type Refusal } from './refusal'
import type { AwsResponse } from './service'

/** The facts about a request by which a fault selects it. */
export interface Call {
  service: string
  operation: string
  /** Name of the function that sent it; absent for the owner and for SageMaker jobs. */
  functionName?: string
  /** ARN of the resource; for an item of a table with its key. */
  resource: string
}

/** A fault to inject: which requests, and exactly one of the effects below `times`. */
export interface Fault {
  service?: string
  operation?: string
  /** A suffix of the function's name, such as `-trainer`, so that the stage need not be known. */
  functionName?: string
  when?: (call: Call) => boolean
  /** How many matching requests are let through first; 0 by default. */
  after?: number
  /** How many requests fail; 1 by default. */
  times?: number
  /** Answer this instead of doing the work; `true` is a 500 `InternalFailure`. */
  error?: Refusal | true
  /** Answer this instead of doing the work: for failures that AWS reports with a 200, such as refused entries of PutEvents. */
  answer?: AwsResponse
  /** Answer the service's own throttling error. */
  throttle?: true
  /** Do the work, then answer a 500, so that the caller does not learn that it was done. */
  loseAnswer?: true
  /** Do the work after this many milliseconds of real time. */
  delayMs?: number
  /** Do the work twice, as if the client resent the request, and send the second answer. */
  repeat?: true
  /** Do the work, then kill the calling worker before it receives the answer. */
  killAfter?: true
  /** Kill the calling worker before the work is done. */
  killBefore?: true
}

export interface ActiveFault {
  /** How many requests it has made fail. */
  hits(): number
  remove(): void
}

/** What happens to every delivery while the disturbance is on. */
export interface Disturbance {
  /** Deliver everything twice. */
  duplicate?: boolean
  /** Delay each delivery by a random time up to this many milliseconds of real time, so that deliveries overtake each other. */
  holdMs?: number
  /** Never deliver these. */
  drop?: (target: string, payload: string) => boolean
}

export interface Faults {
  /** Disturb deliveries of events, schedules and queues, until called without an argument. */
  disturb(disturbance?: Disturbance): void
  disturbance(): Disturbance | undefined
  fail(fault: Fault): ActiveFault
  /** The faults that apply to this call. Counts them as used. */
  strike(call: Call): Fault[]
  clear(): void
}

/** Makes chosen requests go wrong as they do on AWS. */
export function createFaults(): Faults {
  const active = new Set<{ fault: Fault; seen: number; hits: number }>()
  let disturbance: Disturbance | undefined
  return {
    disturb: (given) => void (disturbance = given),
    disturbance: () => disturbance,
    fail(fault) {
      const entry = { fault, seen: 0, hits: 0 }
      active.add(entry)
      return { hits: () => entry.hits, remove: () => void active.delete(entry) }
    },
    strike(call) {
      const striking = [...active].filter((entry) => {
        if (!concerns(entry.fault, call)) return false
        entry.seen += 1
        return entry.seen > (entry.fault.after ?? 0) && entry.hits < (entry.fault.times ?? 1)
      })
      for (const entry of striking) entry.hits += 1
      return striking.map(({ fault }) => fault)
    },
    clear() {
      active.clear()
      disturbance = undefined
    },
  }
}

/** The error that a fault answers instead of doing the work, if any. */
export function refusalOf(fault: Fault, service: string): Refusal | undefined {
  if (fault.throttle) return throttled(service)
  if (fault.error === true) return internalFailure(service)
  return fault.error
}

/** A server error, which every SDK client retries. */
export const internalFailure = (service: string): Refusal => ({
  code: service === 's3' ? 'InternalError' : 'InternalFailure',
  message: 'We encountered an internal error. Please try again.',
  status: 500,
})

function concerns({ service, operation, functionName, when }: Fault, call: Call): boolean {
  if (service !== undefined && service !== call.service) return false
  if (operation !== undefined && operation !== call.operation) return false
  if (functionName !== undefined && !(call.functionName ?? '').endsWith(functionName)) return false
  return when?.(call) ?? true
}
