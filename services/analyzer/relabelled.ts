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

/** Labels are reported so long after they came in. */
const WAIT_SECONDS = 20
/** A message waits in a queue for at most so many days. */
const QUEUE_DAYS = 14

type Relabelling = Pick<AnalyzePorts, 'objects' | 'enqueue' | 'labels' | 'memory' | 'settings'> & {
  table: Pick<Table, 'getMany' | 'update'>
}

/**
 * Labels come in a row, as when an owner corrects some, and have a dataset made and perhaps a model trained at once, which
 * is the longer way. So what they touch is reported a little later, and a day that several touch once.
 */
export const whenSettled =
  ({ enqueue }: Pick<AnalyzePorts, 'enqueue'>) =>
  async (batch: string): Promise<void> =>
    enqueue({ settled: batch }, WAIT_SECONDS)

/**
 * The wait is over: have reported what all labels touch that have come in and that no report has heard of. Nothing when
 * those of this batch went with others.
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

/** Asked for by a person or the reconciler: have reported what the labels of a batch touch. */
export const reportRelabelled =
  (ports: Relabelling) =>
  (batch: string, time: Pick<Invocation, 'now'>): Promise<{ days: StreamDay[] }> =>
    reportTouched(ports, [batch], time)

/** Put the days that the labels of some batches touch on the queue, a piece of work for each stream. */
async function reportTouched(
  ports: Relabelling,
  batches: readonly string[],
  { now }: Pick<Invocation, 'now'>,
): Promise<{ days: StreamDay[] }> {
  let labels: Labels | undefined
  // Whoever settled a batch may have crashed before its labels were in.
  for (const batch of batches) labels = await ports.labels.record(batch)
  const days = labels ? await touchedBy(ports, batches, labels) : []
  for (const work of byStream(days)) await ports.enqueue(work)
  for (const batch of batches) await markReported(ports.table, batch, now)
  return { days }
}

/**
 * The days whose draws have one of the items that batches label, and of a batch the days it drew from, also where nobody
 * answered. A correction has no draws of its own: its items are found in those of the batches that drew them. Imported
 * labels that no draw has count in no share.
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
 * The items whose label comes from the batches, or of which the owner decided in them that none fits, and the days between which a draw can have them or is one of the batches'
 * own days: a message lives for days.
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
