import type { z } from 'zod'
import { budgetReached, type reachedCap } from '../events'
import type { Publish } from './bus'
import { isAnnounced, markAnnounced } from './state/reached-caps'
import type { Table } from './table'

/** A cap without room, in a UTC day or month. */
export type ReachedCap = z.infer<typeof reachedCap>

/** Publish BudgetReached, once for each cap and period. A subscriber sees it again only after a crash in between. */
export async function announceCap(
  table: Pick<Table, 'get' | 'create'>,
  publish: Publish,
  service: 'collector' | 'predictor',
  { cap, limit, period }: ReachedCap,
): Promise<void> {
  if (await isAnnounced(table, { cap, period })) return
  await publish(budgetReached, { cap, limit, period, service })
  await markAnnounced(table, { cap, period })
}
