import type { Table } from '../table'

export interface Lease {
  /** Whether this invocation may go on; a lease that ran out may be taken by another. */
  held: boolean
  /** When the lease of whoever holds it ends; milliseconds since the epoch. */
  until: number
  /** When the last of its holders began who finished what they were about; milliseconds since the epoch. */
  finished: number | undefined
  release(outcome?: 'finished'): Promise<void>
}

/**
 * Take the lease `name` until a time, for one owner at a time. The same owner (a retry of the same event) takes it
 * again at once. Nobody waits: who does not hold it looks at `until`.
 */
export async function takeLease(
  table: Pick<Table, 'update' | 'get'>,
  name: string,
  owner: string,
  nowMs: number,
  untilMs: number,
): Promise<Lease> {
  const key = { pk: `lease#${name}`, sk: 'lease' }
  const taken = await table.update(key, {
    set: { owner, until: untilMs, expiresAt: Math.ceil(untilMs / 1000) + 86_400 },
    when: 'attribute_not_exists(pk) OR #until < :now OR #owner = :me',
    values: { now: nowMs, me: owner },
  })
  const row = taken ?? (await table.get(key))
  return {
    held: taken !== undefined,
    until: taken ? untilMs : Number(row?.until ?? nowMs),
    finished: row?.finished === undefined ? undefined : Number(row.finished),
    release: async (outcome) => {
      const set = { until: 0, ...(outcome === 'finished' ? { finished: nowMs } : {}) }
      await table.update(key, { set, when: '#owner = :me', values: { me: owner } })
    },
  }
}
