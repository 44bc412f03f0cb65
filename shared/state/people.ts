import { z } from 'zod'
import { BellwetherError } from '../errors'
import type { Table } from '../table'

/** What a link is for: to answer at the desk, to look after the labels, to read reports. */
export const ROLES = ['annotator', 'owner', 'reader'] as const
export type Role = (typeof ROLES)[number]

export interface Person {
  name: string
  role: Role
}

/** A name that can stand in a link, a key and a manifest. */
export const personName = z.string().regex(/^[a-z0-9-]{1,32}$/, 'a person is named by 1 to 32 of a-z, 0-9 and -')

const row = z.object({
  version: z.int(),
  /** By `<role>:<name>`. */
  invited: z.record(z.string(), z.object({ sinceMs: z.number(), untilMs: z.number() })),
})
type Row = z.infer<typeof row>

/** Who holds an invitation at an instant. */
export interface Invited {
  /** Since when a person's invitation holds; milliseconds. */
  since(person: Person): number | undefined
  /** Names of those who answer at the desk. */
  annotators: string[]
}

/** All people stand in one small row, so that asking who is invited is one get. */
const KEY = { pk: 'web', sk: 'people' }

export async function invitedAt(table: Pick<Table, 'get'>, nowMs: number): Promise<Invited> {
  const { invited } = await read(table)
  const valid = new Map(Object.entries(invited).filter(([, { untilMs }]) => untilMs > nowMs))
  const prefix = idOf({ role: 'annotator', name: '' })
  return {
    since: (person) => valid.get(idOf(person))?.sinceMs,
    annotators: [...valid.keys()].filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length)),
  }
}

/** Everybody who holds an invitation, and until when; by role and name. */
export async function invitedPeople(
  table: Pick<Table, 'get'>,
  nowMs: number,
): Promise<(Person & { untilMs: number })[]> {
  const { invited } = await read(table)
  return Object.entries(invited)
    .filter(([, { untilMs }]) => untilMs > nowMs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([id, { untilMs }]) =>
      ROLES.flatMap((role) => (id.startsWith(`${role}:`) ? [{ role, name: id.slice(role.length + 1), untilMs }] : [])),
    )
}

/** Invite a person until a time. Invited already: for as long as the longer of the two. */
export async function invite(table: Pick<Table, 'get' | 'update'>, person: Person, nowMs: number, untilMs: number) {
  await change(table, (invited) => {
    const before = invited[idOf(person)]
    const holds = before !== undefined && before.untilMs > nowMs
    const sinceMs = holds ? before.sinceMs : nowMs
    return { ...invited, [idOf(person)]: { sinceMs, untilMs: holds ? Math.max(before.untilMs, untilMs) : untilMs } }
  })
}

/** Every link and session that a name has ends, in whatever role. Says whether there was an invitation. */
export async function revoke(table: Pick<Table, 'get' | 'update'>, name: string): Promise<boolean> {
  const ids = ROLES.map((role) => idOf({ role, name }))
  const before = await change(table, (invited) => {
    const others = Object.entries(invited).filter(([id]) => !ids.includes(id))
    return Object.fromEntries(others)
  })
  return ids.some((id) => id in before)
}

const idOf = ({ role, name }: Person): string => `${role}:${name}`

async function read(table: Pick<Table, 'get'>): Promise<Row> {
  const item = await table.get(KEY)
  return item ? row.parse(item) : { version: 0, invited: {} }
}

async function change(
  table: Pick<Table, 'get' | 'update'>,
  to: (invited: Row['invited']) => Row['invited'],
): Promise<Row['invited']> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const { version, invited } = await read(table)
    const written = await table.update(KEY, {
      set: { invited: to(invited), version: version + 1 },
      when: 'attribute_not_exists(pk) OR #version = :version',
      values: { version },
    })
    if (written) return invited
  }
  throw new BellwetherError('CONFLICT', 'the list of invited people is changed by too many at once')
}
