import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import type { Service } from './findings'

/**
 * Send a function a request without waiting for its answer. Lambda retries what fails, refused requests among it, and then
 * keeps it in the dead letters.
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
