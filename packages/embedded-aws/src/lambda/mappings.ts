import { z } from 'zod'
import type { Creators } from '../cloudformation/create'
import type { Faults } from '../faults'
import type { Iam } from '../iam/iam'
import type { Sqs } from '../sqs'
import type { Work } from '../work'
import type { Lambda } from './lambda'
import { startMapping } from './mapping'

interface Surroundings {
  region: string
  lambda: Lambda
  sqs: Sqs
  iam: Iam
  work: Work
  faults: Faults
}

export interface Mappings {
  creators: Creators
  /** Start to poll: everything else of the template exists. */
  start(): void
  stop(): void
}

const properties = z.strictObject({
  EventSourceArn: z.string().regex(/^arn:aws:sqs:/, 'only queues are event sources here'),
  FunctionName: z.string(),
  BatchSize: z.coerce.number().default(10),
  Enabled: z.coerce.boolean().default(true),
  // A batch never waits for more messages here.
  MaximumBatchingWindowInSeconds: z.coerce.number().optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.coerce.number() }).optional(),
})

/** Concurrent batches per queue, unless the template sets another number. */
const CONCURRENT_BATCHES = 2

/** Permissions that Lambda requires of the function's role before it creates a mapping. */
const NEEDED = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']

/** Event source mappings: queues that feed functions. */
export function createMappings({ region, lambda, sqs, iam, work, faults }: Surroundings): Mappings {
  const starts: (() => () => void)[] = []
  let stops: (() => void)[] = []
  const invoke = (functionArn: string, payload: string) => lambda.invoke(functionArn, payload, { patient: true })

  return {
    creators: {
      'AWS::Lambda::EventSourceMapping': (resource) => {
        const mapping = properties.parse(resource.properties)
        const fn = lambda.find(mapping.FunctionName)
        const queue = sqs.queue(mapping.EventSourceArn.split(':').at(-1) ?? '')
        if (!fn || !queue) throw new Error(`there is no ${fn ? mapping.EventSourceArn : mapping.FunctionName}`)
        const role = iam.role(fn.role)
        const accesses = NEEDED.map((action) => ({ action, resource: mapping.EventSourceArn }))
        const denial = role && iam.denialOf(iam.principalOf(role, fn.name), accesses)
        if (denial) throw new Error(denial.message)
        if (!mapping.Enabled) return

        const concurrency = mapping.ScalingConfig?.MaximumConcurrency ?? CONCURRENT_BATCHES
        starts.push(() =>
          startMapping(
            {
              queue,
              queueArn: mapping.EventSourceArn,
              fn,
              batchSize: mapping.BatchSize,
              concurrency: Math.min(concurrency, fn.reservedConcurrency ?? concurrency),
              reportsItemFailures: mapping.FunctionResponseTypes.length > 0,
            },
            { region, work, faults, invoke },
          ),
        )
      },
    },
    start: () => void (stops = starts.map((start) => start())),
    stop: () => stops.forEach((stop) => stop()),
  }
}
