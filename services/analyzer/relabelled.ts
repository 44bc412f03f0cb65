import { isOfADay } from '../../shared/batches'
import type { Invocation } from '../../shared/door'
import { keys, prefixes } from '../../shared/keys'
import type { Labels } from '../../shared/labels'
import { markReported, unreportedBatches } from '../../shared/state/reported-batches'
import { nameToday, type StreamDay, streamLabel } from '../../shared/streams'
import type { Table } from '../../shared/table'
import type { AnalyzePorts } from './analyze'
import { DAY_MS, dayAfter } from '../../shared/utc-day'
import { byStream, WEEK } from './days'
import { openPlans } from './facts/samples'

/** Delay between new labels and the reports. */
const WAIT_SECONDS = 20
/** The maximum days that a message waits in a queue. */
const QUEUE_DAYS = 14

type Relabelling = Pick<AnalyzePorts, 'objects' | 'enqueue' | 'labels' | 'memory' | 'settings'> & {
  table: Pick<Table, 'getMany' | 'update'>
}

/**
 * Labels often come in a row, for example when an owner corrects some. They start a dataset and perhaps a training at once, which
 * takes longer. So the affected days are reported a little later, and a day affected by several batches only once.
 */
export const whenSettled =
  ({ enqueue }: Pick<AnalyzePorts, 'enqueue'>) =>
  async (batch: string): Promise<void> =>
    enqueue({ settled: batch }, WAIT_SECONDS)

/**
 * The delay is over: queue the days affected by all labels that no report includes yet. Nothing happens if
 * the labels of this batch were included with others.
 */
export const afterWait =
  (ports: Relabelling) =>
  async (batch: string, time: Pick<Invocation, 'now'>): Promise<{ days: StreamDay[] }> => {
    if ((await unreportedBatches(ports.table, [batch])).size === 0) return { days: [] }
    const since = time.now.getTime() - QUEUE_DAYS * DAY_MS
    const recent: string[] = []
    for await (const { key, modified } of ports.objects.list(prefixes.labeled)) {
      const found = keys.settledManifest.match(key)?.batch
      if (found !== undefined && found !== batch && modified.getTime() >= since) recent.push(found)
    }
    return reportTouched(ports, [batch, ...(await unreportedBatches(ports.table, recent))], time)
  }

/** Requested by a person or the reconciler: report the days that the labels of a batch affect. */
export const reportRelabelled =
  (ports: Relabelling) =>
  (batch: string, time: Pick<Invocation, 'now'>): Promise<{ days: StreamDay[] }> =>
    reportTouched(ports, [batch], time)

/** Queue the days that the labels of some batches affect, one message for each stream. */
async function reportTouched(
  ports: Relabelling,
  batches: readonly string[],
  { now }: Pick<Invocation, 'now'>,
): Promise<{ days: StreamDay[] }> {
  let labels: Labels | undefined
  // The invocation that settled a batch may have crashed before adding its labels to the snapshot.
  for (const batch of batches) labels = await ports.labels.record(batch)
  const days = labels ? await touchedBy(ports, batches, labels) : []
  for (const work of byStream(days)) await ports.enqueue(work)
  for (const batch of batches) await markReported(ports.table, batch, now)
  return { days }
}

/**
 * The days whose draws contain an item labelled by the batches, and the days that a batch drew from, even if nobody
 * answered. A correction has no draws: its items are found in those of the batches that drew them. Imported
 * labels without a draw count in no share.
 */
async function touchedBy(
  { objects, memory, settings }: Relabelling,
  batches: readonly string[],
  labels: Labels,
): Promise<StreamDay[]> {
  const { items, from, to } = itemsOf(labels, batches)
  if (from === undefined || to === undefined) return []
  const found = new Map<string, StreamDay>()
  for (const plan of await (await openPlans(objects, memory, from)).between(from, to)) {
    for (const { date, members, ...draw } of plan.draws) {
      if (!batches.includes(plan.batch) && !members.some(({ item }) => items.has(item))) continue
      const day = { ...nameToday(settings, draw), date }
      found.set(placeOf(day), day)
    }
  }
  return [...found.keys()]
    .sort()
    .reverse()
    .flatMap((place) => found.get(place) ?? [])
}

const placeOf = ({ date, ...name }: StreamDay): string => `${date} ${streamLabel(name)}`

/**
 * The items whose label comes from the batches, or for which the owner decided in them that no category fits. Also the range of days
 * in which a draw can contain them, including the batches' own days: a message lives for days.
 */
function itemsOf({ labels, neither }: Pick<Labels, 'labels' | 'neither'>, batches: readonly string[]) {
  const items = new Set<string>()
  const dates = batches.filter(isOfADay).map((batch) => batch.slice(0, 10))
  for (const { item, date, batch, planned } of [...labels.values(), ...neither.values()]) {
    if (!batches.includes(batch) && !(planned && batches.includes(planned.batch))) continue
    items.add(item)
    dates.push(date)
  }
  dates.sort()
  const [first, last] = [dates[0], dates.at(-1)]
  return { items, from: first && dayAfter(first, 1 - WEEK), to: last && dayAfter(last, WEEK) }
}
