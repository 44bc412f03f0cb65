import { throttled, type Refusal } from './refusal'
import type { AwsResponse } from './service'

/** What is known of a request when a fault may strike it. */
export interface Call {
  service: string
  operation: string
  /** Name of the function that sent it; none for the owner and for SageMaker jobs. */
  functionName?: string
  /** ARN of what the operation works on, with the key for a table's item. */
  resource: string
}

/** What goes wrong. Exactly one of the effects below `times`. */
export interface Fault {
  service?: string
  operation?: string
  /** Its end, so that the stage need not be known: `-trainer`. */
  functionName?: string
  when?: (call: Call) => boolean
  /** How many matching requests are let through first; 0 by default. */
  after?: number
  /** How many requests it strikes; 1 by default. */
  times?: number
  /** Answer this instead of doing the work; `true` is a 500 `InternalFailure`. */
  error?: Refusal | true
  /** Answer this instead of doing the work: what AWS says with a 200, such as entries that PutEvents refused. */
  answer?: AwsResponse
  /** Answer the service's own throttling error. */
  throttle?: true
  /** Do the work, then answer a 500: the caller does not learn that it was done. */
  loseAnswer?: true
  /** Do the work after this many milliseconds of real time. */
  delayMs?: number
  /** Do the work twice, as a resent request does; the second answer is sent. */
  repeat?: true
  /** Do the work, then end the worker that asked before it hears the answer. */
  killAfter?: true
  /** End the worker before the work is done. */
  killBefore?: true
}

export interface ActiveFault {
  /** How many requests it has struck. */
  hits(): number
  remove(): void
}

/** What happens to every delivery while it is on. */
export interface Disturbance {
  /** Deliver everything twice. */
  duplicate?: boolean
  /** Hold each delivery back for up to so many milliseconds of real time, so that they overtake each other. */
  holdMs?: number
  /** Never deliver these. */
  drop?: (target: string, payload: string) => boolean
}

export interface Faults {
  /** Disturb deliveries of events, schedules and queues until it is called with nothing. */
  disturb(disturbance?: Disturbance): void
  disturbance(): Disturbance | undefined
  fail(fault: Fault): ActiveFault
  /** The faults that strike this call, counted as struck. */
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

/** The error that a fault answers instead of the work, if it does. */
export function refusalOf(fault: Fault, service: string): Refusal | undefined {
  if (fault.throttle) return throttled(service)
  if (fault.error === true) return internalFailure(service)
  return fault.error
}

/** A server error, which every SDK client tries again. */
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
