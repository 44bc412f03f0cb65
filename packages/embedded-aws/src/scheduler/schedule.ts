import { z } from 'zod'

/** The supported part of `AWS::Scheduler::Schedule`. Other properties are refused by name. */
export const scheduleProperties = z.strictObject({
  Name: z.string().optional(),
  Description: z.string().optional(),
  GroupName: z.string().optional(),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  FlexibleTimeWindow: z.object({
    Mode: z.enum(['OFF', 'FLEXIBLE']),
    // Here a flexible schedule fires at the start of its window.
    MaximumWindowInMinutes: z.coerce.number().optional(),
  }),
  Target: z.strictObject({
    Arn: z.string(),
    RoleArn: z.string(),
    Input: z.string().optional(),
    RetryPolicy: z
      .object({
        MaximumRetryAttempts: z.coerce.number().default(185),
        MaximumEventAgeInSeconds: z.coerce.number().default(86_400),
      })
      .default({ MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 }),
    DeadLetterConfig: z.object({ Arn: z.string() }).optional(),
  }),
  StartDate: z.string().optional(),
  EndDate: z.string().optional(),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).optional(),
})

export type Schedule = z.infer<typeof scheduleProperties> & { arn: string }

/** A schedule of the template, and when it was made: milliseconds since the epoch. */
export interface Made {
  schedule: Schedule
  created: number
}
