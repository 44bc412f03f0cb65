import { z } from 'zod'
import { streamLabel, type StreamName } from '../streams'
import type { Table } from '../table'
import { rowKind } from './row'

/** DynamoDB deletes a lease this long after its end. */
const KEPT_SECONDS = 86_400

export const leaseRow = rowKind({
  pk: 'lease#{name}',
  sk: 'lease',
  meaning: 'A lock with a time limit: one invocation at a time does the work that `name` stands for.',
  attributes: z.object({
    owner: z.string().describe('The invocation that holds it, or held it last.'),
    until: z.number().describe('End of the lease, milliseconds since the epoch; 0 after a release.'),
    expiresAt: z.number().describe('Seconds since the epoch: one day after the end that the holder asked for.'),
  }),
})

/** The lease of the invocation that collects a stream. */
export const collectionLease = (name: StreamName): string => `collect#${streamLabel(name)}`

/** When the holder had to be done, even if it released the lease before; milliseconds since the epoch. */
export const deadlineOf = ({ expiresAt }: z.infer<typeof leaseRow.attributes>): number =>
  (expiresAt - KEPT_SECONDS) * 1000

export interface Lease {
  /** Whether this invocation holds the lease. Another invocation may take an expired lease. */
  held: boolean
  /** When the current holder's lease ends; milliseconds since the epoch. */
  until: number
  release(): Promise<void>
}

/**
 * Take the lease `name` until a time, for one owner at a time. The same owner (a retry of the same event) takes it
 * again at once. Does not wait: an invocation that does not get the lease can look at `until`.
 */
export async function takeLease(
  table: Pick<Table, 'update' | 'get'>,
  name: string,
  owner: string,
  nowMs: number,
  untilMs: number,
): Promise<Lease> {
  const key = leaseRow.key({ name })
  const taken = await table.update(key, {
    set: { owner, until: untilMs, expiresAt: Math.ceil(untilMs / 1000) + KEPT_SECONDS },
    when: 'attribute_not_exists(pk) OR #until < :now OR #owner = :me',
    values: { now: nowMs, me: owner },
  })
  const row = taken ? leaseRow.parse(taken) : await leaseRow.read(table, { name })
  return {
    held: taken !== undefined,
    until: taken ? untilMs : (row?.until ?? nowMs),
    release: async () => {
      await table.update(key, { set: { until: 0 }, when: '#owner = :me', values: { me: owner } })
    },
  }
}
