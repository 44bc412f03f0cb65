import type { LambdaClient } from '@aws-sdk/client-lambda'
import { invokeUnattended } from '../../shared/unattended'
import type { Service } from './findings'

/** Invoke a function without waiting for its result. */
export type Invoke = (service: Service, request: object) => Promise<void>

export const lambdaInvoke =
  (client: LambdaClient, functions: Record<Service, string>): Invoke =>
  (service, request) =>
    invokeUnattended(client, functions[service], request)
