import { z } from 'zod'
import type { Table } from '../../shared/table'
import { invitedAt } from './annotators'
import { problem, type Reply, type Request } from './http'
import { type Bearer, type Denial, sign, verify } from './link'
import type { LinkKey } from './link-key'

interface Ports {
  table: Pick<Table, 'get'>
  linkKey: LinkKey
}

const COOKIE = 'desk'

const REASONS: Record<Denial | 'revoked' | 'missing', string> = {
  expired: 'This link has expired. Ask for a new one.',
  forged: 'This link is not one of ours.',
  revoked: 'This link was withdrawn. Ask for a new one.',
  missing: 'Open the link that you were given.',
}

/** Exchange the token of a link for a session, as often as the link is opened. */
export async function openSession({ table, linkKey }: Ports, request: Request, now: Date): Promise<Reply> {
  const body = z.strictObject({ token: z.string().max(4096) }).safeParse(request.json())
  if (!body.success) return problem(400, 'invalid', z.prettifyError(body.error))
  const key = await linkKey()
  const bearer = await admitted(table, await verify(key, 'link', body.data.token, now), now)
  if (typeof bearer === 'string') return denied(bearer)
  const session = await sign(key, 'session', { ...bearer, issuedMs: now.getTime() })
  const seconds = Math.floor((bearer.expiresMs - now.getTime()) / 1000)
  const cookie = `${COOKIE}=${session}; Max-Age=${seconds}; Path=/desk; HttpOnly; Secure; SameSite=Strict`
  return { status: 200, body: { annotator: bearer.annotator }, cookies: [cookie] }
}

/** Who asks, by the session's cookie; or the reply that turns them away. */
export async function whoAsks({ table, linkKey }: Ports, { cookies }: Request, now: Date): Promise<Bearer | Reply> {
  const token = cookies.get(COOKIE)
  if (!token) return denied('missing')
  const bearer = await admitted(table, await verify(await linkKey(), 'session', token, now), now)
  return typeof bearer === 'string' ? denied(bearer) : bearer
}

async function admitted(
  table: Ports['table'],
  bearer: Bearer | Denial,
  now: Date,
): Promise<Bearer | Denial | 'revoked'> {
  if (typeof bearer === 'string') return bearer
  const sinceMs = (await invitedAt(table, now.getTime())).get(bearer.annotator)
  // A token tells seconds.
  const stands = sinceMs !== undefined && bearer.issuedMs >= Math.floor(sinceMs / 1000) * 1000
  return stands ? bearer : 'revoked'
}

const denied = (reason: keyof typeof REASONS): Reply => problem(401, reason, REASONS[reason])
