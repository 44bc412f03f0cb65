import { decodeJwt, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { type Person, personName, type PersonRole, ROLES } from '../state/people'

/** The purpose of a token: a link is exchanged for a session, and neither can be used as the other. */
type Purpose = 'link' | 'session'

export interface Bearer extends Person {
  /** When the token was made and when it ends; milliseconds. */
  issuedMs: number
  expiresMs: number
}

/** Why a token is refused. */
export type Denial = 'expired' | 'forged'

/** `ms` is `iat` in milliseconds; tokens of older releases have none. */
const claims = z.object({
  sub: personName,
  role: z.enum(ROLES),
  iat: z.number(),
  exp: z.number(),
  ms: z.number().optional(),
})

/** Sign a token for a person in a role: HS256. A session names the hash of the secret that it is bound to. */
export const sign = (
  key: string,
  purpose: Purpose,
  { name, role, issuedMs, expiresMs, binding }: Bearer & { binding?: string },
): Promise<string> =>
  tokenFor(name, audienceOf(purpose), expiresMs, { role, ms: issuedMs, ...(binding === undefined ? {} : { binding }) })
    .setIssuedAt(Math.floor(issuedMs / 1000))
    .sign(bytesOf(key))

/** A token of this person for this audience, to be signed. */
const tokenFor = (name: string, audience: string, expiresMs: number, said: Record<string, string | number>): SignJWT =>
  new SignJWT(said)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(name)
    .setAudience(audience)
    .setExpirationTime(Math.floor(expiresMs / 1000))

/**
 * The claims of a token that this key signed for this audience. Throws a JOSEError for any other token, and for an
 * expired one.
 */
async function payloadOf(key: string, audience: string, token: string, now: Date): Promise<JWTPayload> {
  const options = { algorithms: ['HS256'], audience, currentDate: now }
  return (await jwtVerify(token, bytesOf(key), options)).payload
}

/** The person of a token, or why it is refused. A token of another key, purpose or form counts as forged. */
export async function verify(key: string, purpose: Purpose, token: string, now: Date): Promise<Bearer | Denial> {
  try {
    const claimed = claims.safeParse(await payloadOf(key, audienceOf(purpose), token, now))
    if (!claimed.success) return 'forged'
    const { sub, role, iat, exp, ms } = claimed.data
    // A token with whole seconds counts as of the end of its second: its invitation began within that second.
    return { name: sub, role, issuedMs: ms ?? iat * 1000 + 999, expiresMs: exp * 1000 }
  } catch (error) {
    return error instanceof errors.JWTExpired ? 'expired' : 'forged'
  }
}

/** A number of the report that another website may show. */
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

/**
 * Sign the token of a card. It claims no role and has an audience of its own, so it is neither a link nor a session.
 */
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

/** What a card's token shows; undefined where it is expired, or of another key, purpose or form. */
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

/** The role that a token claims, only for the wording of a refusal: nothing of it is verified. */
export function claimedRole(token: string): PersonRole | undefined {
  try {
    return z.enum(ROLES).safeParse(decodeJwt(token).role).data
  } catch {
    return undefined
  }
}

/** The binding that a session claims. It is not verified: `verify` tells whether the session is genuine. */
export function claimedBinding(token: string): string | undefined {
  try {
    return z.string().safeParse(decodeJwt(token).binding).data
  } catch {
    return undefined
  }
}

const audienceOf = (purpose: Purpose): string => `bellwether-${purpose}`
const bytesOf = (key: string): Uint8Array => new TextEncoder().encode(key)
