import { z } from 'zod'
import type { Table } from '../table'
import { sign } from './link'
import type { LinkKeys } from './link-key'
import { invite, type Person, personName, revoke, type Role } from '../state/people'

const hours = z
  .number()
  .positive()
  .max(2160)
  .default(14 * 24)

/** `{"annotator":"ana"}`, `{"owner":"me"}` or `{"reader":"team"}`, with `hours` for how long; or `{"revoke":"ana"}`. */
export const invitationRequest = z.union([
  z.strictObject({ annotator: personName, hours }),
  z.strictObject({ owner: personName, hours }),
  z.strictObject({ reader: personName, hours }),
  z.strictObject({ revoke: personName }),
])
type InvitationRequest = z.infer<typeof invitationRequest>

/** The page that a link opens. */
const PAGES: Record<Role, string> = { annotator: '/desk', owner: '/desk/owner', reader: '/report' }

interface Ports {
  table: Pick<Table, 'get' | 'update'>
  linkKeys: LinkKeys
  siteUrl: string
}

export type Link = Person & { url: string; expires: string }
export interface Revoked {
  revoked: string
  wasInvited: boolean
}

/** Make a link for one person, or end what a person has. The token stands in the fragment: no server logs it. */
export const invitation =
  ({ table, linkKeys, siteUrl }: Ports) =>
  async (request: InvitationRequest, { now }: { now: Date }): Promise<Link | Revoked> => {
    if ('revoke' in request) return { revoked: request.revoke, wasInvited: await revoke(table, request.revoke) }
    const person = personOf(request)
    const expiresMs = now.getTime() + request.hours * 3_600_000
    const key = await linkKeys[person.role]()
    const issuedMs = await invite(table, person, now.getTime(), expiresMs)
    const token = await sign(key, 'link', { ...person, issuedMs, expiresMs })
    return { ...person, url: `${siteUrl}${PAGES[person.role]}#${token}`, expires: new Date(expiresMs).toISOString() }
  }

function personOf(request: Exclude<InvitationRequest, { revoke: string }>): Person {
  if ('annotator' in request) return { name: request.annotator, role: 'annotator' }
  return 'owner' in request ? { name: request.owner, role: 'owner' } : { name: request.reader, role: 'reader' }
}
