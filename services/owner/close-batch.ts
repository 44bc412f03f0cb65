import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import type { Ports } from './owner'

/** Asks labeling without waiting: Lambda tries again, and keeps what fails in labeling's dead letters. */
export const lambdaCloseBatch =
  (client: LambdaClient, labeling: string): Ports['closeBatch'] =>
  async (batch) => {
    const Payload = JSON.stringify({ settle: batch, now: true })
    await client.send(new InvokeCommand({ FunctionName: labeling, InvocationType: 'Event', Payload }))
  }
