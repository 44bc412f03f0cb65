import { inspect } from 'node:util'
import { printable } from '../printable'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Clock } from '../clock'
import type { Work } from '../work'
import { Throttled, type Outcome } from './function'

/** A function's `AWS::Lambda::EventInvokeConfig`, or Lambda's defaults. */
export interface AsyncSettings {
  retries: number
  maximumAgeMs: number
  /** ARN of the queue that failed events go to. */
  onFailure?: string
}

export interface AsyncQueue {
  /** Accept an event; from here on it survives a restart. Returns its request id. */
  accept(functionName: string, payload: string): string
  /** Resume the events that were accepted before a restart. */
  resume(): void
  /** Start no more events. Running ones are retried after a restart. */
  stop(): void
}

interface Surroundings {
  folder: string
  clock: Clock
  work: Work
  settingsOf(functionName: string): AsyncSettings
  invoke(functionName: string, payload: string, requestId: string): Promise<Outcome>
  /** Send a failed event to its destination; retried until it does not throw. */
  giveUp(destination: string, functionName: string, record: FailureRecord): Promise<void>
}

const accepted = z.object({
  requestId: z.string(),
  functionName: z.string(),
  payload: z.string(),
  acceptedAt: z.number(),
  dueAt: z.number(),
  attempts: z.number(),
  failure: z.object({ payload: z.string(), condition: z.enum(['RetriesExhausted', 'EventAgeExceeded']) }).optional(),
})
type Accepted = z.infer<typeof accepted>

export const DEFAULT_ASYNC: AsyncSettings = { retries: 2, maximumAgeMs: 6 * 3_600_000 }

/** Lambda retries a failed event after one minute, then after two. */
const RETRY_AFTER_MS = [60_000, 120_000]

/** Lambda's queue for asynchronous invocations. Each event is a file until it succeeds or is sent to its destination. */
export function createAsyncQueue({ folder, clock, work, settingsOf, invoke, giveUp }: Surroundings): AsyncQueue {
  mkdirSync(folder, { recursive: true })
  let stopped = false
  const fileOf = ({ requestId }: Accepted) => path.join(folder, `${requestId}.json`)
  const keep = (event: Accepted) => {
    writeFileSync(`${fileOf(event)}.new`, JSON.stringify(event))
    renameSync(`${fileOf(event)}.new`, fileOf(event))
  }
  const schedule = (event: Accepted) => {
    const start = () => void work.track(`${event.functionName} ${event.requestId}`, persist(event))
    if (event.dueAt <= clock.now()) start()
    else clock.at(event.dueAt, start)
  }
  const again = (event: Accepted, delayMs: number) => {
    const later = { ...event, dueAt: clock.now() + delayMs }
    keep(later)
    schedule(later)
  }

  /** No failure on the way (a throttled function, a bug here) loses the event. */
  const persist = (event: Accepted) =>
    attempt(event).catch((error: unknown) => {
      if (!(error instanceof Throttled))
        console.error(printable(`${event.functionName} ${event.requestId} ${inspect(error)}`))
      if (!stopped) again(event, 60_000)
    })
  const attempt = async (event: Accepted): Promise<void> => {
    if (stopped) return
    if (event.failure) return handOver(event)
    const settings = settingsOf(event.functionName)
    if (clock.now() - event.acceptedAt > settings.maximumAgeMs) {
      return handOver({ ...event, failure: { payload: 'null', condition: 'EventAgeExceeded' } })
    }
    const outcome = await invoke(event.functionName, event.payload, event.requestId)
    if (stopped) return
    if (!outcome.functionError) return rmSync(fileOf(event))

    const tried = { ...event, attempts: event.attempts + 1 }
    const delayMs = RETRY_AFTER_MS[event.attempts]
    if (event.attempts >= settings.retries || delayMs === undefined) {
      return handOver({ ...tried, failure: { payload: outcome.payload, condition: 'RetriesExhausted' } })
    }
    again(tried, delayMs)
  }
  const handOver = async (event: Accepted): Promise<void> => {
    const { onFailure } = settingsOf(event.functionName)
    keep(event)
    if (onFailure) await giveUp(onFailure, event.functionName, failureRecord(event, clock.now()))
    rmSync(fileOf(event))
  }

  return {
    accept(functionName, payload) {
      const now = clock.now()
      const event = { requestId: randomUUID(), functionName, payload, acceptedAt: now, dueAt: now, attempts: 0 }
      keep(event)
      schedule(event)
      return event.requestId
    },
    resume() {
      for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
        schedule(accepted.parse(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))))
      }
    },
    stop: () => void (stopped = true),
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
export type FailureRecord = ReturnType<typeof failureRecord>

function failureRecord({ requestId, payload, attempts, failure }: Accepted, now: number) {
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: { requestId, condition: failure?.condition, approximateInvokeCount: attempts },
    requestPayload: parsed(payload),
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: parsed(failure?.payload ?? 'null'),
  }
}

const parsed = (json: string): unknown => JSON.parse(json)
