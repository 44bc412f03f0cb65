import { z } from 'zod'
import { BellwetherError } from '../../shared/errors'
import type { Table } from '../../shared/table'

/** A name that can stand in a link, a key and a manifest. */
export const annotatorName = z.string().regex(/^[a-z0-9-]{1,32}$/, 'an annotator is named by 1 to 32 of a-z, 0-9 and -')

const row = z.object({
  version: z.int(),
  invited: z.record(z.string(), z.object({ sinceMs: z.number(), untilMs: z.number() })),
})
type Row = z.infer<typeof row>

/** All annotators stand in one small row, so that asking who is invited is one get. */
const KEY = { pk: 'desk', sk: 'annotators' }

/** Annotators whose invitation holds, and since when it does. */
export async function invitedAt(table: Pick<Table, 'get'>, nowMs: number): Promise<Map<string, number>> {
  const { invited } = await read(table)
  const valid = Object.entries(invited).filter(([, { untilMs }]) => untilMs > nowMs)
  return new Map(valid.map(([name, { sinceMs }]) => [name, sinceMs]))
}

/** Invite an annotator until a time. Invited already: for as long as the longer of the two. */
export async function invite(table: Pick<Table, 'get' | 'update'>, name: string, nowMs: number, untilMs: number) {
  await change(table, (invited) => {
    const before = invited[name]
    const holds = before !== undefined && before.untilMs > nowMs
    const sinceMs = holds ? before.sinceMs : nowMs
    return { ...invited, [name]: { sinceMs, untilMs: holds ? Math.max(before.untilMs, untilMs) : untilMs } }
  })
}

/** Every link and session that the annotator has ends. Says whether there was an invitation. */
export async function revoke(table: Pick<Table, 'get' | 'update'>, name: string): Promise<boolean> {
  const before = await change(table, (invited) => {
    const others = Object.entries(invited).filter(([other]) => other !== name)
    return Object.fromEntries(others)
  })
  return name in before
}

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
  throw new BellwetherError('CONFLICT', 'the list of annotators is changed by too many at once')
}
