import type { LambdaClient } from '@aws-sdk/client-lambda'
import { invokeUnattended } from '../../shared/unattended'
import type { OwnerPorts } from './owner'

/** Ask labeling without waiting. */
export const lambdaCloseBatch =
  (client: LambdaClient, labeling: string): OwnerPorts['closeBatch'] =>
  (batch) =>
    invokeUnattended(client, labeling, { settle: batch, now: true })
