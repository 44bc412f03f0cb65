import { z } from 'zod'
import { BellwetherError } from '../errors'
import type { Table } from '../table'
import { rowKind } from './row'

/** The purpose of a link: to answer at the desk, to look after the labels, to read reports. */
export const ROLES = ['annotator', 'owner', 'reader'] as const
export type PersonRole = (typeof ROLES)[number]

export interface Person {
  name: string
  role: PersonRole
}

/** A name that is allowed in a link, a key and a manifest. */
export const personName = z.string().regex(/^[a-z0-9-]{1,32}$/, 'a person is named by 1 to 32 of a-z, 0-9 and -')

export const peopleRow = rowKind({
  pk: 'web',
  sk: 'people',
  meaning: 'Everybody who holds an invitation. One small row, so that one read says who is invited.',
  attributes: z.object({
    version: z.int().describe('A change from another version is refused.'),
    invited: z
      .record(z.string(), z.object({ sinceMs: z.number(), untilMs: z.number(), revoked: z.literal(true).optional() }))
      .describe('By `<role>:<name>`; milliseconds since the epoch. A revoked one stays until its links have expired.'),
  }),
})
type People = z.infer<typeof peopleRow.attributes>

/** The people who hold an invitation at an instant. */
export interface Invited {
  /** When a person's invitation began; milliseconds since the epoch. */
  since(person: Person): number | undefined
  /** Names of the annotators. */
  annotators: string[]
}

export async function invitedAt(table: Pick<Table, 'get'>, nowMs: number): Promise<Invited> {
  const { invited } = await read(table)
  const valid = new Map(Object.entries(invited).filter(isHeldAt(nowMs)))
  const prefix = idOf({ role: 'annotator', name: '' })
  return {
    since: (person) => valid.get(idOf(person))?.sinceMs,
    annotators: [...valid.keys()].filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length)),
  }
}

/** Everybody who holds an invitation, and its end; by role and name. */
export async function invitedPeople(
  table: Pick<Table, 'get'>,
  nowMs: number,
): Promise<(Person & { untilMs: number })[]> {
  const { invited } = await read(table)
  return Object.entries(invited)
    .filter(isHeldAt(nowMs))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([id, { untilMs }]) =>
      ROLES.flatMap((role) => (id.startsWith(`${role}:`) ? [{ role, name: id.slice(role.length + 1), untilMs }] : [])),
    )
}

/**
 * Invite a person until a time. Of two invitations of one person, the longer one counts. Returns the time of issue for
 * a link of it: after every link and session that was revoked before, within the same millisecond too.
 */
export async function invite(
  table: Pick<Table, 'get' | 'update'>,
  person: Person,
  nowMs: number,
  untilMs: number,
): Promise<number> {
  let issuedMs = nowMs
  await change(table, (invited) => {
    const before = invited[idOf(person)]
    const holds = before !== undefined && before.untilMs > nowMs && !before.revoked
    issuedMs = before?.revoked ? nowMs + 1 : nowMs
    const sinceMs = holds ? before.sinceMs : issuedMs
    const others = Object.entries(invited).filter(([, one]) => one.untilMs > nowMs)
    return {
      ...Object.fromEntries(others),
      [idOf(person)]: { sinceMs, untilMs: holds ? Math.max(before.untilMs, untilMs) : untilMs },
    }
  })
  return issuedMs
}

/** End every link and session of a name in these roles. Returns whether there was an invitation. */
export async function revoke(
  table: Pick<Table, 'get' | 'update'>,
  name: string,
  roles: readonly PersonRole[] = ROLES,
): Promise<boolean> {
  const ids = roles.map((role) => idOf({ role, name }))
  const before = await change(table, (invited) =>
    Object.fromEntries(
      Object.entries(invited).map(([id, one]) => [id, ids.includes(id) ? { ...one, revoked: true as const } : one]),
    ),
  )
  return ids.some((id) => before[id] !== undefined && !before[id].revoked)
}

type Invitation = People['invited'][string]
const isHeldAt =
  (nowMs: number) =>
  ([, { untilMs, revoked }]: [string, Invitation]): boolean =>
    untilMs > nowMs && !revoked

const idOf = ({ role, name }: Person): string => `${role}:${name}`

const read = async (table: Pick<Table, 'get'>): Promise<People> =>
  (await peopleRow.read(table, {})) ?? { version: 0, invited: {} }

async function change(
  table: Pick<Table, 'get' | 'update'>,
  to: (invited: People['invited']) => People['invited'],
): Promise<People['invited']> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const { version, invited } = await read(table)
    const written = await table.update(peopleRow.key({}), {
      set: { invited: to(invited), version: version + 1 },
      when: 'attribute_not_exists(pk) OR #version = :version',
      values: { version },
    })
    if (written) return invited
  }
  throw new BellwetherError(
    'CONFLICT',
    'gave up changing the list of invited people after 50 attempts: others change it at the same time; try again',
  )
}
