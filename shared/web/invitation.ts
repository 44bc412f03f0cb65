import { z } from 'zod'
import { boundedStreamFields } from '../stream-fields'
import type { Table } from '../table'
import { sign, signCard } from './link'
import type { LinkKeys } from './link-key'
import { invite, type Person, personName, type PersonRole } from '../state/people'
import { endLink, type Revoked, type SettleAnswered } from './end-link'

const hours = z
  .number()
  .positive()
  .max(2160)
  .default(14 * 24)

/**
 * `{"annotator":"ana"}`, `{"owner":"me"}`, `{"reader":"team"}` or, for a page that embeds a number,
 * `{"card":"wiki","hashtag":"aws","label":"technical"}`, with `hours` for how long; or `{"revoke":"ana"}`.
 */
export const invitationRequest = z.union([
  z.strictObject({ annotator: personName, hours }),
  z.strictObject({ owner: personName, hours }),
  z.strictObject({ reader: personName, hours }),
  z.strictObject({
    card: personName,
    ...boundedStreamFields,
    label: z.string().min(1).max(256),
    hours,
  }),
  z.strictObject({ revoke: personName }),
])
type InvitationRequest = z.infer<typeof invitationRequest>

/** The page that a link opens. */
const PAGES: Record<PersonRole, string> = { annotator: '/desk', owner: '/desk/owner', reader: '/report' }

interface Ports {
  table: Pick<Table, 'get' | 'update'>
  linkKeys: LinkKeys
  siteUrl: string
  settleAnswered: SettleAnswered
}

export type Link = Person & { url: string; expires: string }

/** Make a link for one person, or revoke a person's links. The token is in the URL's fragment, so no server logs it. */
export const answerInvitation =
  ({ table, linkKeys, siteUrl, settleAnswered }: Ports) =>
  async (request: InvitationRequest, { now }: { now: Date }): Promise<Link | Revoked> => {
    if ('revoke' in request) return endLink({ table, settleAnswered }, request.revoke)
    if ('card' in request) return cardLink({ table, linkKeys, siteUrl }, request, now)
    const person = personOf(request)
    const expiresMs = now.getTime() + request.hours * 3_600_000
    const key = await linkKeys[person.role]()
    const issuedMs = await invite(table, person, now.getTime(), expiresMs)
    const token = await sign(key, 'link', { ...person, issuedMs, expiresMs })
    return { ...person, url: `${siteUrl}${PAGES[person.role]}#${token}`, expires: new Date(expiresMs).toISOString() }
  }

/** A card is invited as a reader of its name, so that revoking that reader revokes the card. */
async function cardLink(
  { table, linkKeys, siteUrl }: Omit<Ports, 'settleAnswered'>,
  { card, hours: valid, ...subject }: Extract<InvitationRequest, { card: string }>,
  now: Date,
): Promise<Link> {
  const person = { name: card, role: 'reader' } as const
  const expiresMs = now.getTime() + valid * 3_600_000
  const key = await linkKeys.reader()
  const issuedMs = await invite(table, person, now.getTime(), expiresMs)
  const token = await signCard(key, { name: card, issuedMs, expiresMs }, subject)
  return { ...person, url: `${siteUrl}/card/${token}`, expires: new Date(expiresMs).toISOString() }
}

function personOf(request: Exclude<InvitationRequest, { revoke: string } | { card: string }>): Person {
  if ('annotator' in request) return { name: request.annotator, role: 'annotator' }
  return 'owner' in request ? { name: request.owner, role: 'owner' } : { name: request.reader, role: 'reader' }
}
