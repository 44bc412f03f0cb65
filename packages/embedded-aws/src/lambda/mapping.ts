import { z } from 'zod'
import type { Faults } from '../faults'
import { systemAttributes, type Message, type Queue } from '../sqs'
import { md5Hex } from '../sqs/message'
import type { Work } from '../work'
import type { LambdaFunction, Outcome } from './function'

/** `AWS::Lambda::EventSourceMapping` from a queue to a function. */
export interface Mapping {
  queue: Queue
  queueArn: string
  fn: LambdaFunction
  batchSize: number
  /** The maximum of concurrent batches. */
  concurrency: number
  reportsItemFailures: boolean
}

interface Surroundings {
  region: string
  work: Work
  faults: Faults
  invoke(functionArn: string, payload: string): Promise<Outcome>
}

/** Poll messages and hand them to the function. Messages that it does not report as done are received again. Returns a function that stops it. */
export function startMapping(mapping: Mapping, { region, work, faults, invoke }: Surroundings): () => void {
  const { queue, queueArn, fn, batchSize, concurrency, reportsItemFailures } = mapping
  let running = 0
  let stopped = false

  const pump = () => {
    while (!stopped && running < concurrency) {
      const batch = queue.receive(batchSize)
      if (batch.length === 0) return
      running += 1
      void work.track(`${fn.name} from ${queue.name}`, handle(batch)).then(next, next)
    }
  }
  const next = () => {
    running -= 1
    pump()
  }
  const handle = async (batch: Message[]): Promise<void> => {
    const payload = JSON.stringify({ Records: batch.map((message) => toRecord(message, queueArn, region)) })
    const done = await handOver(payload, batch)
    if (stopped) return
    for (const { receiptHandle = '' } of done) queue.remove(receiptHandle)
  }
  /** The messages that the function handled. Standard queues deliver at least once: a disturbance delivers twice. */
  const handOver = async (payload: string, batch: Message[]): Promise<Message[]> => {
    const outcomes = [await invoke(fn.arn, payload)]
    if (faults.disturbance()?.duplicate) outcomes.push(await invoke(fn.arn, payload))
    return outcomes.reduce((left, outcome) => succeeded(outcome, left, reportsItemFailures), batch)
  }

  const stop = queue.onMessage(pump)
  pump()
  return () => {
    stopped = true
    stop()
  }
}

/** The messages that a batch's answer reports as done. An unknown or empty identifier means that none was. */
function succeeded({ functionError, payload }: Outcome, batch: Message[], reportsItemFailures: boolean): Message[] {
  if (functionError) return []
  if (!reportsItemFailures) return batch
  const failures = failuresIn(JSON.parse(payload))
  if (failures === undefined) return []
  const known = new Set(batch.map(({ id }) => id))
  if (failures.some((id) => !known.has(id))) return []
  return batch.filter(({ id }) => !failures.includes(id))
}

const report = z
  .looseObject({
    batchItemFailures: z
      .array(z.object({ itemIdentifier: z.string() }))
      .nullish()
      .transform((failures) => failures ?? []),
  })
  .nullable()

function failuresIn(answer: unknown): string[] | undefined {
  const { success, data } = report.safeParse(answer)
  return success ? (data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier) : undefined
}

function toRecord(message: Message, queueArn: string, region: string): object {
  return {
    messageId: message.id,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          dataType: DataType,
          stringValue: StringValue,
          binaryValue: BinaryValue,
          stringListValues: [],
          binaryListValues: [],
        },
      ]),
    ),
    md5OfBody: md5Hex(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  }
}
