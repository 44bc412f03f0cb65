import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Table } from '../table'
import { problem, type HttpReply, type Request } from './http'
import {
  type Bearer,
  type CardSubject,
  claimedBinding,
  claimedRole,
  type Denial,
  sign,
  verify,
  verifyCard,
} from './link'
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
  missing: 'This page needs a personal link. Open the link that you were given. If you did so before, open it again.',
}

/** Where a session is stored: one cookie for each kind of visitor of a page, sent only to that page. */
interface Place {
  name: string
  path: string
  role: PersonRole
}

const PLACES: Record<PersonRole, Place> = {
  annotator: { name: 'bellwether-annotator', path: '/desk', role: 'annotator' },
  owner: { name: 'bellwether-owner', path: '/desk/owner', role: 'owner' },
  reader: { name: 'bellwether-reader', path: '/report', role: 'reader' },
}

/** An owner at the report. The report has only the readers' key, so the owner's page signs this session with it. */
const OWNER_AT_REPORT: Place = { name: 'bellwether-owner-report', path: '/report', role: 'owner' }

/**
 * The cookie with the secret that sessions of a role are bound to. Browsers let only this host set a `__Host-` cookie,
 * so a sibling domain can plant a session but not its secret. The cookie goes to every page; alone it opens none.
 */
const secretName = (role: PersonRole): string => `__Host-bellwether-${role}`

const SECRET_BYTES = 16
const bindingOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

/** Sessions of one place that are verified: each costs the check of a signature. */
const MOST_VERIFIED = 5

/** Exchange the token of a link for a session, any number of times; only for this role. */
export async function openSession(
  { table, linkKey, reportKey }: Ports & { reportKey?: LinkKey },
  role: PersonRole,
  request: Request,
  now: Date,
): Promise<HttpReply> {
  if (isOfAnotherSite(request)) return ELSEWHERE
  const body = z.strictObject({ token: z.string().max(4096) }).safeParse(request.json())
  // Anybody may ask: the answer is short, whatever was sent.
  if (!body.success) return problem(400, 'invalid', 'send {"token":"…"}: the part of a link after its #')
  const { token } = body.data
  const claimed = claimedRole(token)
  // A link to another page has another key.
  if (claimed !== undefined && claimed !== role) return denied('foreign')
  const key = await linkKey()
  const visitor = await admitted(table, [role], await verify(key, 'link', token, now), now)
  if (typeof visitor === 'string') return denied(visitor)

  const { name, expiresMs } = visitor
  const issuedMs = Math.max(now.getTime(), visitor.issuedMs)
  const seconds = Math.floor((expiresMs - now.getTime()) / 1000)
  const cookie = (cookieName: string, value: string, path: string) =>
    `${cookieName}=${value}; Max-Age=${seconds}; Path=${path}; HttpOnly; Secure; SameSite=Strict`

  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const binding = bindingOf(secret)
  const session = async (signedWith: string, place: Place) =>
    cookie(place.name, await sign(signedWith, 'session', { name, role, issuedMs, expiresMs, binding }), place.path)
  const sessions = [await session(key, PLACES[role])]
  if (reportKey) sessions.push(await session(await reportKey(), OWNER_AT_REPORT))
  return { status: 200, body: { name, role }, cookies: [...sessions, cookie(secretName(role), secret, '/')] }
}

/** The visitor of a page, by the newest valid session that is bound to this browser; or the reply that refuses access. */
export async function whoAsks(
  { table, linkKey }: Ports,
  roles: readonly PersonRole[],
  request: Request,
  now: Date,
): Promise<Visitor | HttpReply> {
  if (isOfAnotherSite(request)) return ELSEWHERE
  const { cookies, query } = request
  const places = roles.includes('reader') ? [PLACES.reader, OWNER_AT_REPORT] : roles.map((role) => PLACES[role])
  let reason: Reason = 'missing'
  const sessions = places.flatMap((place) =>
    boundSessions(cookies, place).map(async (token): Promise<Bearer | Reason> => {
      const bearer = await verify(await linkKey(), 'session', token, now)
      return typeof bearer === 'string' || bearer.role === place.role ? bearer : 'foreign'
    }),
  )
  // The link that was opened last counts, as an owner may be a reader too.
  for (const bearer of (await Promise.all(sessions)).sort((a, b) => openedMs(b) - openedMs(a))) {
    const visitor = await admitted(table, roles, bearer, now)
    if (typeof visitor !== 'string') return asThemselves(visitor, query.as)
    if (reason === 'missing') reason = visitor
  }
  return denied(reason)
}

const openedMs = (bearer: Bearer | Reason): number => (typeof bearer === 'string' ? 0 : bearer.issuedMs)

/**
 * The sessions of a place that claim to be bound to a secret which the browser sent. Planted cookies are skipped before
 * any is verified, so however many a sibling domain plants, they do not hide the session of the visitor.
 */
function boundSessions(cookies: Request['cookies'], { name, role }: Place): string[] {
  const bindings = cookies.get(secretName(role))?.map(bindingOf) ?? []
  const isBound = (token: string) => {
    const claimed = claimedBinding(token)
    return claimed !== undefined && bindings.some((binding) => isSame(binding, claimed))
  }
  return (cookies.get(name) ?? []).filter(isBound).slice(0, MOST_VERIFIED)
}

/** In a time that says nothing about where two texts differ. */
function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/**
 * Whether a page of another origin sent this, as a browser says. With `SameSite=Strict` it sends the cookies for pages of
 * sibling domains all the same, and a request to hand out posts claims them. Other clients do not say it.
 */
const isOfAnotherSite = ({ headers }: Request): boolean =>
  headers['sec-fetch-site'] === 'same-site' || headers['sec-fetch-site'] === 'cross-site'

const ELSEWHERE = problem(403, 'elsewhere', 'A page of another website sent this request. Open the page itself.')

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
  bearer: Bearer | Reason,
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
