import { z } from 'zod'
import type { Table } from '../table'
import { problem, type Reply, type Request } from './http'
import { type Bearer, type Denial, sign, verify } from './link'
import type { LinkKey } from './link-key'
import { type Invited, invitedAt, type Role } from '../state/people'

interface Ports {
  table: Pick<Table, 'get'>
  linkKey: LinkKey
}

/** A person who has a session, and who else is invited. */
export interface Visitor extends Bearer {
  invited: Invited
}

type Reason = Denial | 'revoked' | 'missing' | 'foreign'

const REASONS: Record<Reason, string> = {
  expired: 'This link has expired. Ask whoever sent it for a new one.',
  forged: 'This link is not one of ours. Look whether all of it was copied, or ask for a new one.',
  revoked: 'This link was withdrawn. Ask whoever sent it for a new one.',
  foreign: 'This link is for another page. Open it where it was made for.',
  missing: 'Open the link that you were given. This page is for those who have one.',
}

/** One cookie for each role, so that a person who has several links may have several pages open. */
const cookieOf = (role: Role): string => `bellwether-${role}`

/** Exchange the token of a link for a session, as often as the link is opened; for these roles only. */
export async function openSession(
  { table, linkKey }: Ports,
  roles: readonly Role[],
  request: Request,
  now: Date,
): Promise<Reply> {
  const body = z.strictObject({ token: z.string().max(4096) }).safeParse(request.json())
  if (!body.success) return problem(400, 'invalid', z.prettifyError(body.error))
  const key = await linkKey()
  const visitor = await admitted(table, roles, await verify(key, 'link', body.data.token, now), now)
  if (typeof visitor === 'string') return denied(visitor)
  const { name, role, expiresMs } = visitor
  const session = await sign(key, 'session', { name, role, issuedMs: now.getTime(), expiresMs })
  const seconds = Math.floor((expiresMs - now.getTime()) / 1000)
  const cookie = `${cookieOf(role)}=${session}; Max-Age=${seconds}; Path=/; HttpOnly; Secure; SameSite=Strict`
  return { status: 200, body: { name, role }, cookies: [cookie] }
}

/** Who asks, by the cookie of a session in the first of these roles that has one; or the reply that turns them away. */
export async function whoAsks(
  { table, linkKey }: Ports,
  roles: readonly Role[],
  { cookies, query }: Request,
  now: Date,
): Promise<Visitor | Reply> {
  const token = roles.map((role) => cookies.get(cookieOf(role))).find((found) => found !== undefined)
  if (!token) return denied('missing')
  const visitor = await admitted(table, roles, await verify(await linkKey(), 'session', token, now), now)
  if (typeof visitor === 'string') return denied(visitor)
  if (query.as !== undefined && query.as !== visitor.name) {
    return problem(409, 'other', 'A link of somebody else was opened in this browser. Open yours again.')
  }
  return visitor
}

async function admitted(
  table: Ports['table'],
  roles: readonly Role[],
  bearer: Bearer | Denial,
  now: Date,
): Promise<Visitor | Reason> {
  if (typeof bearer === 'string') return bearer
  if (!roles.includes(bearer.role)) return 'foreign'
  const invited = await invitedAt(table, now.getTime())
  const sinceMs = invited.since(bearer)
  // A token tells seconds.
  const stands = sinceMs !== undefined && bearer.issuedMs >= Math.floor(sinceMs / 1000) * 1000
  return stands ? { ...bearer, invited } : 'revoked'
}

const denied = (reason: Reason): Reply => problem(401, reason, REASONS[reason])
