import { printable } from './printable'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { serviceOf } from './arn'
import type { Clock } from './clock'
import { refusalOf, type Faults } from './faults'
import type { Iam } from './iam/iam'
import type { Work } from './work'

const delivery = z.object({
  /** The sender: `events.amazonaws.com` and the rule, `scheduler.amazonaws.com` and the schedule, `s3.amazonaws.com` and the bucket. */
  from: z.object({ principal: z.string(), arn: z.string() }),
  /** ARN of the role that delivers. Without it, the target's own policy must allow `from`. */
  role: z.string().optional(),
  /** ARN. */
  target: z.string(),
  payload: z.string(),
  retries: z.number(),
  maximumAgeMs: z.number(),
  /** ARN of a queue. */
  deadLetterQueue: z.string().optional(),
})
export type Delivery = z.infer<typeof delivery>

/** A kind of target, chosen by the service in its ARN. */
export interface DeliveryTarget {
  /** The permission that a delivery needs. */
  action: string
  /** Does the target's own policy allow this principal to deliver from this source? */
  permits(target: string, principal: string, sourceArn: string): boolean
  /** Deliver; throws `TargetGone` if the target does not exist. */
  send(target: string, payload: string, attributes?: Record<string, string>): void | Promise<void>
}

/** The function, queue or bus does not exist. */
export class TargetGone extends Error {}

interface Surroundings {
  folder: string
  clock: Clock
  work: Work
  iam: Iam
  faults: Faults
  targets: Record<string, DeliveryTarget>
}

export interface Deliveries {
  /** Does the target's own policy allow `from`? */
  permits(from: Delivery['from'], target: string): boolean
  deliver(delivery: Delivery): void
  /** Resume deliveries that waited for a retry before a restart. */
  resume(): void
}

interface Waiting extends Delivery {
  id: string
  acceptedAt: number
  dueAt: number
  attempts: number
}

const waiting = delivery.extend({ id: z.string(), acceptedAt: z.number(), dueAt: z.number(), attempts: z.number() })

/** Not retried: no permission, or no such target. */
class Final extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** Delivers events as EventBridge does, also for schedules and buckets. Permanent failures go to the dead-letter queue at once; others are retried. */
export function createDeliveries({ folder, clock, work, iam, faults, targets }: Surroundings): Deliveries {
  mkdirSync(folder, { recursive: true })
  const fileOf = (id: string) => path.join(folder, `${id}.json`)
  const schedule = (event: Waiting) =>
    void clock.at(event.dueAt, () => void work.track(`delivery to ${event.target}`, attempt(event)))

  const attempt = async (event: Waiting): Promise<void> => {
    try {
      await send(event)
      rmSync(fileOf(event.id), { force: true })
    } catch (error) {
      const exhausted = exhaustion(event, clock.now())
      if (error instanceof Final || exhausted !== undefined) {
        await giveUp(event, error, exhausted)
        rmSync(fileOf(event.id), { force: true })
      } else again(event)
    }
  }
  const send = async ({ from, role, target, payload }: Delivery) => {
    const service = from.principal.split('.')[0] ?? ''
    for (const fault of faults.strike({ service, operation: 'InvokeTarget', resource: target })) {
      const refusal = refusalOf(fault, service)
      if (refusal) throw new Error(refusal.message)
    }
    const kind = targetOf(target)
    const denied = refuses(from, role, kind, kind.action, target)
    if (denied !== undefined) throw new Final('NO_PERMISSIONS', denied)
    try {
      await kind.send(target, payload)
    } catch (error) {
      if (error instanceof TargetGone) throw new Final('RESOURCE_NOT_FOUND', error.message)
      throw error
    }
  }
  const refuses = (
    from: Delivery['from'],
    role: string | undefined,
    kind: DeliveryTarget,
    action: string,
    target: string,
  ) => {
    if (role === undefined) {
      return kind.permits(target, from.principal, from.arn) ? undefined : `${target} does not let ${from.arn} in`
    }
    const found = iam.role(role)
    if (!found || !iam.trusts(found, from.principal)) return `${from.principal} cannot assume ${role}`
    return iam.denialOf(iam.principalOf(found, 'delivery'), [{ action, resource: target }])?.message
  }
  const targetOf = (arn: string): DeliveryTarget => {
    const kind = targets[serviceOf(arn)]
    if (!kind) throw new Final('RESOURCE_NOT_FOUND', `the embedded cloud delivers to no ${arn}`)
    return kind
  }
  const again = (event: Waiting) => {
    const delayMs = Math.min(1000 * 2 ** event.attempts, 600_000)
    const later = { ...event, attempts: event.attempts + 1, dueAt: clock.now() + delayMs }
    writeFileSync(`${fileOf(event.id)}.new`, JSON.stringify(later))
    renameSync(`${fileOf(event.id)}.new`, fileOf(event.id))
    schedule(later)
  }
  const giveUp = async (event: Waiting, error: unknown, exhausted: string | undefined): Promise<void> => {
    const { from, role, target, deadLetterQueue, payload } = event
    const lost = (why: string) => console.error(printable(`${from.arn}: an event for ${target} is lost: ${why}`))
    if (deadLetterQueue === undefined) return lost(String(error))
    const kind = targetOf(deadLetterQueue)
    const denied = refuses(from, role, kind, kind.action, deadLetterQueue)
    if (denied !== undefined) return lost(denied)
    await kind.send(deadLetterQueue, payload, {
      [from.principal.startsWith('scheduler') ? 'SCHEDULE_ARN' : 'RULE_ARN']: from.arn,
      TARGET_ARN: target,
      ERROR_CODE: error instanceof Final ? error.code : 'SDK_CLIENT_ERROR',
      ERROR_MESSAGE: error instanceof Error ? error.message : String(error),
      RETRY_ATTEMPTS: String(event.attempts),
      ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted }),
    })
  }

  return {
    permits: (from, target) => targets[serviceOf(target)]?.permits(target, from.principal, from.arn) ?? false,
    deliver(given) {
      const now = clock.now()
      const event = { ...given, id: randomUUID(), acceptedAt: now, dueAt: now, attempts: 0 }
      const { duplicate, holdMs = 0, drop } = faults.disturbance() ?? {}
      if (drop?.(given.target, given.payload)) return
      for (const copy of duplicate ? [event, { ...event, id: randomUUID() }] : [event]) {
        const doing = holdMs > 0 ? pause(Math.random() * holdMs).then(() => attempt(copy)) : attempt(copy)
        void work.track(`delivery to ${given.target}`, doing)
      }
    },
    resume() {
      for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
        schedule(waiting.parse(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))))
      }
    },
  }
}

function exhaustion({ attempts, retries, acceptedAt, maximumAgeMs }: Waiting, now: number): string | undefined {
  if (attempts >= retries) return 'MaximumRetryAttempts'
  return now - acceptedAt >= maximumAgeMs ? 'MaximumEventAgeInSeconds' : undefined
}
