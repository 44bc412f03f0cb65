import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Creators } from '../cloudformation/create'
import type { Clock } from '../clock'
import type { Delivery } from '../delivery'
import type { AwsService } from '../service'
import { parseExpression, type Expression } from './expression'
import { type Made, scheduleProperties, type Schedule } from './schedule'
import { schedulerService } from './service'

interface Surroundings {
  account: string
  region: string
  dataDir: string
  clock: Clock
  /** Hands an event to its target, with retries and the dead-letter queue. */
  deliver(delivery: Delivery): void
}

export interface Scheduler {
  creators: Creators
  service: AwsService
}

const kept = z.record(
  z.string(),
  z.object({ expression: z.string(), created: z.number(), next: z.number().optional() }),
)

/** EventBridge Scheduler: the template's schedules, fired by the cloud's clock. A time that passed while the cloud was off fires at the next start. */
export function createScheduler({ account, region, dataDir, clock, deliver }: Surroundings): Scheduler {
  const file = path.join(dataDir, 'schedules.json')
  const plans = existsSync(file) ? kept.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}

  const made = new Map<string, Made>()

  const keep = (schedule: Schedule, created: number, next: number | undefined) => {
    const expression = `${schedule.ScheduleExpression} ${schedule.ScheduleExpressionTimezone}`
    plans[schedule.arn] = { expression, created, ...(next === undefined ? {} : { next }) }
    writeFileSync(`${file}.new`, JSON.stringify(plans, null, 2))
    renameSync(`${file}.new`, file)
  }
  const plan = (schedule: Schedule, expression: Expression, created: number, next: number | undefined) => {
    keep(schedule, created, next)
    if (next === undefined) return
    clock.at(next, () => {
      // Fires before the next time is stored: a crash in between repeats the event instead of losing it.
      deliver(deliveryOf(schedule, next))
      plan(schedule, expression, created, expression.next(Math.max(next, clock.now()), created))
    })
  }
  const deliveryOf = (schedule: Schedule, time: number): Delivery => {
    const { Arn, RoleArn, Input, RetryPolicy, DeadLetterConfig } = schedule.Target
    const executionId = randomUUID()
    const scheduledTime = new Date(time).toISOString().replace('.000', '')
    const attributes: Record<string, string> = {
      'aws.scheduler.scheduled-time': scheduledTime,
      'aws.scheduler.schedule-arn': schedule.arn,
      'aws.scheduler.execution-id': executionId,
      'aws.scheduler.attempt-number': '1',
    }
    const scheduledEvent = JSON.stringify({
      version: '0',
      id: executionId,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account,
      time: scheduledTime,
      region,
      resources: [schedule.arn],
      detail: '{}',
    })
    return {
      from: { principal: 'scheduler.amazonaws.com', arn: schedule.arn },
      role: RoleArn,
      target: Arn,
      payload:
        Input?.replace(/<(aws\.scheduler\.[a-z-]+)>/g, (whole, name: string) => attributes[name] ?? whole) ??
        scheduledEvent,
      retries: RetryPolicy.MaximumRetryAttempts,
      maximumAgeMs: RetryPolicy.MaximumEventAgeInSeconds * 1000,
      ...(DeadLetterConfig ? { deadLetterQueue: DeadLetterConfig.Arn } : {}),
    }
  }

  return {
    service: schedulerService(made),
    creators: {
      'AWS::Scheduler::Schedule': ({ arn, properties }) => {
        const schedule = { ...scheduleProperties.parse(properties), arn }
        const expression = parseExpression(schedule.ScheduleExpression, schedule.ScheduleExpressionTimezone)
        const before = plans[arn]
        const same = before?.expression === `${schedule.ScheduleExpression} ${schedule.ScheduleExpressionTimezone}`
        const created = same ? before.created : Date.parse(schedule.StartDate ?? '') || clock.now()
        made.set(arn, { schedule, created })
        if (schedule.State === 'DISABLED') return
        // Just before `created`, so that a rate fires for the first time when it is made, as on AWS.
        plan(schedule, expression, created, same ? before.next : expression.next(created - 1, created))
      },
    },
  }
}
