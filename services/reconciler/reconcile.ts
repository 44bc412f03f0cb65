import type { Invocation } from '../../shared/door'
import { noteQuietLook } from '../../shared/state/quiet-look'
import { countRequest } from '../../shared/state/recovery-requests'
import type { Table } from '../../shared/table'
import { type LostWork, findings, GRACE_MS } from './findings'
import { type Listings, NO_LISTINGS, readListings, readSigns, type Signs, type RecoverySources } from './gather'
import type { Invoke } from './invoke'

export interface ReconcilePorts extends RecoverySources {
  table: RecoverySources['table'] & Pick<Table, 'update'>
  invoke: Invoke
}

interface Reconciled {
  /** What seemed lost and was requested again. */
  lost: Pick<LostWork, 'to' | 'why'>[]
  /** What may be ready and was checked. */
  looked: Pick<LostWork, 'to' | 'why'>[]
  /**
   * What was retried so often that a person must look; the reason is in the dead letters or the log of the function.
   */
  stuck: Pick<LostWork, 'to' | 'why'>[]
}

/** How often lost work is retried, once an hour. */
const MOST_ASKS = 5

/**
 * While nothing in the table changes, the bucket is listed twice a day: a writer may have crashed between an object and
 * its row. Slightly less than 12 hours, so that the twelfth hourly look lists even if it comes a little early.
 */
const LISTED_EVERY_MS = 11.5 * 3_600_000

/**
 * Find lost work and request it again. A needless request does no harm, because every service is idempotent. The table
 * is read every time. The bucket is listed until a look finds it quiet, and then only when the table has changed.
 */
export const reconcile =
  (ports: ReconcilePorts) =>
  async ({ now, log }: Pick<Invocation, 'now' | 'log'>): Promise<Reconciled> => {
    const reconciled: Reconciled = { lost: [], looked: [], stuck: [] }
    const signs = await readSigns(ports, now)
    const listings = isQuiet(signs, now) ? undefined : await readListings(ports, now)
    for (const finding of findings({ ...signs.state, ...(listings ?? NO_LISTINGS) }, now)) {
      const { to, request, why, key, once } = finding
      const may = key === null || (await countRequest(ports.table, key, once ? 1 : MOST_ASKS, now))
      if (!may && once) continue
      const kind = key === null ? 'looked' : may ? 'lost' : 'stuck'
      reconciled[kind].push({ to, why })
      if (kind !== 'stuck') await ports.invoke(to, request)
    }
    const { lost, stuck } = reconciled
    if (listings && lost.length + stuck.length === 0 && isSettled(listings, now)) {
      await noteQuietLook(ports.table, { fingerprint: signs.fingerprint, at: now.getTime() })
    }
    if (lost.length > 0) log.warn('lost work was requested again', { lost })
    if (stuck.length > 0) log.error('requested in vain', { stuck })
    return reconciled
  }

const isQuiet = ({ quiet, fingerprint }: Signs, now: Date): boolean =>
  quiet?.fingerprint === fingerprint && now.getTime() - quiet.at < LISTED_EVERY_MS

/** Whether nothing is so young that its consequences may still be in progress. */
function isSettled({ runs, manifests, datasets, trained, champion }: Listings, now: Date): boolean {
  const puts = [...runs, ...manifests, ...datasets, ...trained].map(({ modified }) => modified)
  return Math.max(0, champion?.promotedAt ?? 0, ...puts) <= now.getTime() - GRACE_MS
}
