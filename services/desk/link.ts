import { errors, jwtVerify, SignJWT } from 'jose'
import { annotatorName } from './annotators'

/** What a token is for: a link is exchanged for a session, and neither serves as the other. */
type Purpose = 'link' | 'session'

export interface Bearer {
  annotator: string
  /** When the token was made and when it ends; milliseconds. */
  issuedMs: number
  expiresMs: number
}

/** Why a token lets nobody in. */
export type Denial = 'expired' | 'forged'

/** Sign a token for an annotator: HS256 with the stack's key. */
export const sign = (key: string, purpose: Purpose, { annotator, issuedMs, expiresMs }: Bearer): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(annotator)
    .setAudience(audienceOf(purpose))
    .setIssuedAt(Math.floor(issuedMs / 1000))
    .setExpirationTime(Math.floor(expiresMs / 1000))
    .sign(bytesOf(key))

/** Whose token it is, or why it lets nobody in. A token of another key, purpose or form is forged. */
export async function verify(key: string, purpose: Purpose, token: string, now: Date): Promise<Bearer | Denial> {
  try {
    const { payload } = await jwtVerify(token, bytesOf(key), {
      algorithms: ['HS256'],
      audience: audienceOf(purpose),
      currentDate: now,
      requiredClaims: ['sub', 'iat', 'exp'],
    })
    const annotator = annotatorName.safeParse(payload.sub)
    if (!annotator.success) return 'forged'
    return { annotator: annotator.data, issuedMs: (payload.iat ?? 0) * 1000, expiresMs: (payload.exp ?? 0) * 1000 }
  } catch (error) {
    return error instanceof errors.JWTExpired ? 'expired' : 'forged'
  }
}

const audienceOf = (purpose: Purpose): string => `bellwether-desk-${purpose}`
const bytesOf = (key: string): Uint8Array => new TextEncoder().encode(key)
