import { z } from 'zod'
import type { Table } from '../../shared/table'
import { annotatorName, invite, revoke } from './annotators'
import { sign } from './link'
import type { LinkKey } from './link-key'

const HOURS = 14 * 24

/** `{"annotator":"ana"}`, with `hours` for how long; or `{"revoke":"ana"}`. */
export const invitationRequest = z.union([
  z.strictObject({ annotator: annotatorName, hours: z.number().positive().max(2160).default(HOURS) }),
  z.strictObject({ revoke: annotatorName }),
])
type InvitationRequest = z.infer<typeof invitationRequest>

interface Ports {
  table: Pick<Table, 'get' | 'update'>
  linkKey: LinkKey
  deskUrl: string
}

/** Make a link for one annotator, or end what an annotator has. The token stands in the fragment: no server logs it. */
export const invitation =
  ({ table, linkKey, deskUrl }: Ports) =>
  async (request: InvitationRequest, { now }: { now: Date }) => {
    if ('revoke' in request) return { revoked: request.revoke, wasInvited: await revoke(table, request.revoke) }
    const { annotator, hours } = request
    const issuedMs = now.getTime()
    const expiresMs = issuedMs + hours * 3_600_000
    const token = await sign(await linkKey(), 'link', { annotator, issuedMs, expiresMs })
    await invite(table, annotator, issuedMs, expiresMs)
    return { annotator, url: `${deskUrl}#${token}`, expires: new Date(expiresMs).toISOString() }
  }
