import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'

/**
 * Invoke a function of ours without waiting for its result. Lambda retries failures, including refused requests, and then
 * keeps the request in the function's dead letters.
 */
export async function invokeUnattended(client: LambdaClient, functionName: string, request: object): Promise<void> {
  const Payload = JSON.stringify({ ...request, unattended: true })
  await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }))
}
