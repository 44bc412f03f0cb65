import type { LambdaClient } from '@aws-sdk/client-lambda'
import { type Person, type PersonRole, revoke, ROLES } from '../state/people'
import type { Table } from '../table'
import { invokeUnattended } from '../unattended'

/** Asks labeling to settle every batch that waits for nobody. */
export type SettleAnswered = () => Promise<void>

export interface EndLinkPorts {
  table: Pick<Table, 'get' | 'update'>
  settleAnswered: SettleAnswered
}

export interface Revoked {
  revoked: string
  wasInvited: boolean
}

/**
 * End the links and sessions of a name in these roles. Labeling then settles the batches that no remaining annotator can
 * answer. Idempotent: a repeated call asks labeling again, because the first may have failed after the revocation.
 */
export async function endLink(
  { table, settleAnswered }: EndLinkPorts,
  name: Person['name'],
  roles: readonly PersonRole[] = ROLES,
): Promise<Revoked> {
  const wasInvited = await revoke(table, name, roles)
  if (roles.includes('annotator')) await settleAnswered()
  return { revoked: name, wasInvited }
}

/** Asks without waiting. The caller needs no access to the rows of the desk. */
export const lambdaSettleAnswered =
  (client: LambdaClient, labeling: string): SettleAnswered =>
  () =>
    invokeUnattended(client, labeling, { settle: 'answered' })
