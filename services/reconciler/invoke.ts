import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import type { Service } from './findings'

/**
 * Send a function a request without waiting for its answer. Lambda retries what fails, and then keeps it in the dead letters;
 * a malformed request, or one that names what is not there, is answered with `requestRefused` and goes nowhere else.
 */
export type Invoke = (service: Service, request: unknown) => Promise<void>

export const lambdaInvoke =
  (client: LambdaClient, functions: Record<Service, string>): Invoke =>
  async (service, request) => {
    await client.send(
      new InvokeCommand({
        FunctionName: functions[service],
        InvocationType: 'Event',
        Payload: JSON.stringify(request),
      }),
    )
  }
