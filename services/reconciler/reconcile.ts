import type { Invocation } from '../../shared/door'
import { noteQuietLook } from '../../shared/state/quiet-look'
import { countRequest } from '../../shared/state/recovery-requests'
import type { Table } from '../../shared/table'
import { type Finding, findings, GRACE_MS } from './findings'
import { type Listings, NO_LISTINGS, readListings, readSigns, type Signs, type Sources } from './gather'
import type { Invoke } from './invoke'

export interface ReconcilePorts extends Sources {
  table: Sources['table'] & Pick<Table, 'update'>
  invoke: Invoke
}

interface Reconciled {
  /** What seemed lost and was asked for again. */
  lost: Pick<Finding, 'to' | 'why'>[]
  /** What may be ready and was looked at. */
  looked: Pick<Finding, 'to' | 'why'>[]
  /** What was asked for so often that a person must look; its reason is in the dead letters or the log of the function. */
  stuck: Pick<Finding, 'to' | 'why'>[]
}

/** So often a lost piece of work is asked for, once in an hour. */
const MOST_ASKS = 5

/**
 * While no sign changes, the bucket is listed twice a day: a writer may have crashed between an object and its sign. Somewhat
 * less than 12 hours, so that the twelfth hourly look lists also where it comes a little early.
 */
const LISTED_EVERY_MS = 11.5 * 3_600_000

/**
 * Find what was lost and ask for it. To ask for what was not lost does no harm: every service finds its work done. The
 * rows of the table are read every time, the bucket only until a look finds it quiet, and then when a sign has changed.
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
    if (lost.length > 0) log.warn('lost work was asked for again', { lost })
    if (stuck.length > 0) log.error('asked for in vain', { stuck })
    return reconciled
  }

const isQuiet = ({ quiet, fingerprint }: Signs, now: Date): boolean =>
  quiet?.fingerprint === fingerprint && now.getTime() - quiet.at < LISTED_EVERY_MS

/** Is nothing so young that what follows from it may still be under way? */
function isSettled({ runs, manifests, datasets, trained, champion }: Listings, now: Date): boolean {
  const puts = [...runs, ...manifests, ...datasets, ...trained].map(({ modified }) => modified)
  return Math.max(0, champion?.promotedAt ?? 0, ...puts) <= now.getTime() - GRACE_MS
}
