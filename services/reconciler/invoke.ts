import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import type { Service } from './findings'

/**
 * Invoke a function without waiting for its result. Lambda retries failures, including refused requests, and then keeps
 * the request in the dead letters.
 */
export type Invoke = (service: Service, request: object) => Promise<void>

export const lambdaInvoke =
  (client: LambdaClient, functions: Record<Service, string>): Invoke =>
  async (service, request) => {
    await client.send(
      new InvokeCommand({
        FunctionName: functions[service],
        InvocationType: 'Event',
        Payload: JSON.stringify({ ...request, unattended: true }),
      }),
    )
  }
