import type { Invocation } from '../../shared/door'
import { countRequest } from '../../shared/state/recovery-requests'
import type { Table } from '../../shared/table'
import { type Finding, findings } from './findings'
import { gather, type Sources } from './gather'
import type { Invoke } from './invoke'

export interface Ports extends Sources {
  table: Sources['table'] & Pick<Table, 'update'>
  invoke: Invoke
}

export interface Reconciled {
  /** What seemed lost and was asked for again. */
  lost: Pick<Finding, 'to' | 'why'>[]
  /** What may be ready and was looked at. */
  looked: Pick<Finding, 'to' | 'why'>[]
  /** What was asked for so often that a person must look; its reason is in the dead letters or the log of the function. */
  stuck: Pick<Finding, 'to' | 'why'>[]
}

/** So often a lost piece of work is asked for, once in an hour. */
const MOST_ASKS = 5

/** Find what was lost and ask for it. To ask for what was not lost does no harm: every service finds its work done. */
export const reconcile =
  (ports: Ports) =>
  async ({ now, log }: Pick<Invocation, 'now' | 'log'>): Promise<Reconciled> => {
    const reconciled: Reconciled = { lost: [], looked: [], stuck: [] }
    for (const finding of findings(await gather(ports, now), now)) {
      const { to, request, why, key, once } = finding
      const may = key === null || (await countRequest(ports.table, key, once ? 1 : MOST_ASKS, now))
      if (!may && once) continue
      const kind = key === null ? 'looked' : may ? 'lost' : 'stuck'
      reconciled[kind].push({ to, why })
      if (kind !== 'stuck') await ports.invoke(to, request)
    }
    const { lost, stuck } = reconciled
    if (lost.length > 0) log.warn('lost work was asked for again', { lost })
    if (stuck.length > 0) log.error('asked for in vain', { stuck })
    return reconciled
  }
