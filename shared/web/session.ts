import { z } from 'zod'
import type { Table } from '../table'
import { problem, type HttpReply, type Request } from './http'
import { type Bearer, type CardSubject, claimedRole, type Denial, sign, verify, verifyCard } from './link'
import type { LinkKey } from './link-key'
import { type Invited, invitedAt, type PersonRole } from '../state/people'

interface Ports {
  table: Pick<Table, 'get'>
  /** The signing key of the page's own visitors. */
  linkKey: LinkKey
}

/** A person with a session, and who else is invited. */
export interface Visitor extends Bearer {
  invited: Invited
}

type Reason = Denial | 'revoked' | 'missing' | 'foreign'

const REASONS: Record<Reason, string> = {
  expired: 'This link has expired. Ask the person who sent it for a new one.',
  forged: 'This link is not valid. Check that you copied all of it, or ask for a new one.',
  revoked: 'This link was withdrawn. Ask the person who sent it for a new one.',
  foreign: 'This link is for another page. Open it at the address that you were given.',
  missing: 'This page needs a personal link. Open the link that you were given.',
}

/** Where a session is stored: one cookie for each kind of visitor of a page, sent only to that page. */
interface Cookie {
  name: string
  path: string
}

const COOKIES: Record<PersonRole, Cookie> = {
  annotator: { name: 'bellwether-annotator', path: '/desk' },
  owner: { name: 'bellwether-owner', path: '/desk/owner' },
  reader: { name: 'bellwether-reader', path: '/report' },
}

/** Cookies of one name that are looked at: each costs the check of a signature. */
const MOST_OF_A_NAME = 5

/** An owner at the report. The report has only the readers' key, so the owner's page signs this session with it. */
const OWNER_AT_REPORT: Cookie = { name: 'bellwether-owner-report', path: '/report' }

/** Exchange the token of a link for a session, any number of times; only for this role. */
export async function openSession(
  { table, linkKey, reportKey }: Ports & { reportKey?: LinkKey },
  role: PersonRole,
  request: Request,
  now: Date,
): Promise<HttpReply> {
  const body = z.strictObject({ token: z.string().max(4096) }).safeParse(request.json())
  if (!body.success) return problem(400, 'invalid', z.prettifyError(body.error))
  const { token } = body.data
  const claimed = claimedRole(token)
  // A link to another page has another key.
  if (claimed !== undefined && claimed !== role) return denied('foreign')
  const key = await linkKey()
  const visitor = await admitted(table, [role], await verify(key, 'link', token, now), now)
  if (typeof visitor === 'string') return denied(visitor)

  const { name, expiresMs } = visitor
  const issuedMs = Math.max(now.getTime(), visitor.issuedMs)
  const cookie = async (signedWith: string, place: Cookie) => {
    const session = await sign(signedWith, 'session', { name, role, issuedMs, expiresMs })
    const seconds = Math.floor((expiresMs - now.getTime()) / 1000)
    return `${place.name}=${session}; Max-Age=${seconds}; Path=${place.path}; HttpOnly; Secure; SameSite=Strict`
  }
  const cookies = [await cookie(key, COOKIES[role])]
  if (reportKey) cookies.push(await cookie(await reportKey(), OWNER_AT_REPORT))
  return { status: 200, body: { name, role }, cookies }
}

/** The visitor of a page, by the first cookie with a valid session; or the reply that refuses access. */
export async function whoAsks(
  { table, linkKey }: Ports,
  roles: readonly PersonRole[],
  { cookies, query }: Request,
  now: Date,
): Promise<Visitor | HttpReply> {
  const places = roles.includes('reader') ? [COOKIES.reader, OWNER_AT_REPORT] : roles.map((role) => COOKIES[role])
  let reason: Reason = 'missing'
  // A browser sends the cookie of the longest path first; one that a sibling domain set may stand before it.
  for (const token of places.flatMap(({ name }) => cookies.get(name)?.slice(0, MOST_OF_A_NAME) ?? [])) {
    if (token === '') continue
    const visitor = await admitted(table, roles, await verify(await linkKey(), 'session', token, now), now)
    if (typeof visitor !== 'string') return asThemselves(visitor, query.as)
    if (reason === 'missing') reason = visitor
  }
  return denied(reason)
}

/** What a card's token shows, while it is valid and its name is invited. It opens no session. */
export async function admittedCard(
  { table, linkKey }: Ports,
  token: string,
  now: Date,
): Promise<CardSubject | undefined> {
  const card = await verifyCard(await linkKey(), token, now)
  if (!card) return undefined
  const admittedTo = await admitted(table, ['reader'], card, now)
  return typeof admittedTo === 'string' ? undefined : card
}

/** The visitor, unless another person opened the page. */
function asThemselves(visitor: Visitor, openedBy: string | undefined): Visitor | HttpReply {
  if (openedBy === undefined || openedBy === visitor.name) return visitor
  return problem(409, 'other', "Another person's link was opened in this browser. Open your own link again.")
}

async function admitted(
  table: Ports['table'],
  roles: readonly PersonRole[],
  bearer: Bearer | Denial,
  now: Date,
): Promise<Visitor | Reason> {
  if (typeof bearer === 'string') return bearer
  if (!roles.includes(bearer.role)) return 'foreign'
  const invited = await invitedAt(table, now.getTime())
  const sinceMs = invited.since(bearer)
  const stands = sinceMs !== undefined && bearer.issuedMs >= sinceMs
  return stands ? { ...bearer, invited } : 'revoked'
}

const denied = (reason: Reason): HttpReply => problem(401, reason, REASONS[reason])
