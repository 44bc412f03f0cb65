import type { Table } from '../table'

/** What the reconciler reads: items of `pk: training#job`, `state: running` until the end of the job was told. */
export const jobKey = (name: string) => ({ pk: 'training#job', sk: name })

const dayKey = (day: string) => ({ pk: 'training#day', sk: day })
const KEPT_SECONDS = 90 * 86_400

/**
 * Take a UTC day for training on a dataset. Answers the dataset that had the day before, which is this one when it is a
 * retry; nothing when the day was free.
 */
export async function claimDay(
  table: Pick<Table, 'create' | 'get'>,
  day: string,
  datasetId: string,
): Promise<string | undefined> {
  const expiresAt = Math.ceil(Date.parse(day) / 1000) + KEPT_SECONDS
  if (await table.create({ ...dayKey(day), datasetId, expiresAt })) return undefined
  return String((await table.get(dayKey(day)))?.datasetId)
}

/** The dataset that a UTC day was taken for. */
export async function holderOf(table: Pick<Table, 'get'>, day: string): Promise<string | undefined> {
  const item = await table.get(dayKey(day))
  return item && String(item.datasetId)
}

/** Written before anything is done for the attempt, so that one whose start nobody heard of is found. */
export async function noteStart(
  table: Pick<Table, 'update'>,
  name: string,
  { datasetId, attempt, spot }: { datasetId: string; attempt: number; spot: boolean },
  now: Date,
): Promise<void> {
  const expiresAt = Math.ceil(now.getTime() / 1000) + KEPT_SECONDS
  await table.update(jobKey(name), {
    set: { datasetId, attempt, spot, state: 'running', startedAt: now.toISOString(), expiresAt },
    when: 'attribute_not_exists(pk) OR #state = :parked',
    values: { parked: 'parked' },
  })
}

/** Written after the request for the job was put on the queue, for want of a quota. */
export async function notePark(table: Pick<Table, 'update'>, name: string): Promise<void> {
  await table.update(jobKey(name), { set: { state: 'parked' } })
}

export const isParked = async (table: Pick<Table, 'get'>, name: string): Promise<boolean> =>
  (await table.get(jobKey(name)))?.state === 'parked'

/** The attempt that was noted and whose end was not told yet, if there is one. */
export async function underWay(table: Pick<Table, 'get'>, name: string): Promise<{ onDemand: boolean } | undefined> {
  const item = await table.get(jobKey(name))
  return item?.state === 'running' ? { onDemand: item.spot === false } : undefined
}

/** Written after the end of the job was told. */
export async function noteEnd(table: Pick<Table, 'update'>, name: string): Promise<void> {
  await table.update(jobKey(name), { set: { state: 'ended' } })
}
