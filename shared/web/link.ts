import { decodeJwt, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { type Person, personName, type Role, ROLES } from '../state/people'

/** What a token is for: a link is exchanged for a session, and neither serves as the other. */
type Purpose = 'link' | 'session'

export interface Bearer extends Person {
  /** When the token was made and when it ends; milliseconds. */
  issuedMs: number
  expiresMs: number
}

/** Why a token lets nobody in. */
export type Denial = 'expired' | 'forged'

/** `ms` is `iat` in milliseconds; tokens of older releases have none. */
const claims = z.object({
  sub: personName,
  role: z.enum(ROLES),
  iat: z.number(),
  exp: z.number(),
  ms: z.number().optional(),
})

/** Sign a token for a person in a role: HS256. */
export const sign = (key: string, purpose: Purpose, { name, role, issuedMs, expiresMs }: Bearer): Promise<string> =>
  tokenFor(name, audienceOf(purpose), expiresMs, { role, ms: issuedMs })
    .setIssuedAt(Math.floor(issuedMs / 1000))
    .sign(bytesOf(key))

/** A token of this person for this audience, to be signed. */
const tokenFor = (name: string, audience: string, expiresMs: number, said: Record<string, string | number>): SignJWT =>
  new SignJWT(said)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(name)
    .setAudience(audience)
    .setExpirationTime(Math.floor(expiresMs / 1000))

/** What a token claims that this key signed for this audience. Throws a JOSEError otherwise, and where it has expired. */
async function payloadOf(key: string, audience: string, token: string, now: Date): Promise<JWTPayload> {
  const options = { algorithms: ['HS256'], audience, currentDate: now }
  return (await jwtVerify(token, bytesOf(key), options)).payload
}

/** Whose token it is, or why it lets nobody in. A token of another key, purpose or form is forged. */
export async function verify(key: string, purpose: Purpose, token: string, now: Date): Promise<Bearer | Denial> {
  try {
    const claimed = claims.safeParse(await payloadOf(key, audienceOf(purpose), token, now))
    if (!claimed.success) return 'forged'
    const { sub, role, iat, exp, ms } = claimed.data
    // A token that tells seconds alone counts as of their end: its invitation began within that second.
    return { name: sub, role, issuedMs: ms ?? iat * 1000 + 999, expiresMs: exp * 1000 }
  } catch (error) {
    return error instanceof errors.JWTExpired ? 'expired' : 'forged'
  }
}

/** A number of the report that somebody else's page may show. */
export interface CardSubject {
  hashtag: string
  stream?: string | undefined
  label: string
}

const cardClaims = z.object({
  sub: personName,
  ms: z.number(),
  exp: z.number(),
  hashtag: z.string(),
  stream: z.string().optional(),
  label: z.string(),
})

/** Sign the token of a card. It claims no role and has an audience of its own: it serves as no link and no session. */
export const signCard = (
  key: string,
  { name, issuedMs, expiresMs }: Omit<Bearer, 'role'>,
  { hashtag, stream, label }: CardSubject,
): Promise<string> =>
  tokenFor(name, CARD, expiresMs, {
    hashtag,
    ...(stream === undefined ? {} : { stream }),
    label,
    ms: issuedMs,
  }).sign(bytesOf(key))

/** What a card's token shows; nothing where it is expired, or of another key, purpose or form. */
export async function verifyCard(key: string, token: string, now: Date): Promise<(CardSubject & Bearer) | undefined> {
  try {
    const { sub, ms, exp, ...subject } = cardClaims.parse(await payloadOf(key, CARD, token, now))
    return { ...subject, name: sub, role: 'reader', issuedMs: ms, expiresMs: exp * 1000 }
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) return undefined
    throw error
  }
}

const CARD = 'bellwether-card'

/** The role that a token claims, for the wording of a refusal alone: nothing of it is verified. */
export function claimedRole(token: string): Role | undefined {
  try {
    return z.enum(ROLES).safeParse(decodeJwt(token).role).data
  } catch {
    return undefined
  }
}

const audienceOf = (purpose: Purpose): string => `bellwether-${purpose}`
const bytesOf = (key: string): Uint8Array => new TextEncoder().encode(key)
