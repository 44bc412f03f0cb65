import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import type { OwnerPorts } from './owner'

/** Ask labeling without waiting: Lambda retries what fails or is refused, and then keeps it in labeling's dead letters. */
export const lambdaCloseBatch =
  (client: LambdaClient, labeling: string): OwnerPorts['closeBatch'] =>
  async (batch) => {
    const Payload = JSON.stringify({ settle: batch, now: true, unattended: true })
    await client.send(new InvokeCommand({ FunctionName: labeling, InvocationType: 'Event', Payload }))
  }
