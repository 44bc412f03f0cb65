import { z } from 'zod'
import { byBatch, isOfADay } from '../batches'
import { keys } from '../keys'

/*
 * The correlation id of the work from a run to its report is the UTC day of the posts: a run, its batch and its report have
 * that day in their names, and a dataset lists the batches it is made of. An environment runs one invocation at a time, so the id is
 * one variable, which the door sets before each piece of work.
 */
let current: string | undefined
let listener: (id: string | undefined) => void = () => undefined

/** The id of the work under way. */
export const correlation = (): string | undefined => current

/** Begin a piece of work: its id, as far as its input tells, and who hears when it becomes known or changes. */
export function beginCorrelation(id: string | undefined, heard: typeof listener): void {
  listener = heard
  correlate(id)
}

/** What the input did not tell is known now, as the day of a dataset. */
export function correlate(id: string | undefined): void {
  current = id
  listener(id)
}

/** A dataset, and with it everything made of it, goes by its newest batch: the one whose labels had it made. */
export function correlated<D extends { manifests: readonly string[] }>(dataset: D): D {
  const batches = dataset.manifests.flatMap((key) => keys.settledManifest.match(key)?.batch ?? []).sort(byBatch)
  const newest = batches.findLast(isOfADay) ?? batches.at(-1)
  if (newest !== undefined) correlate(correlationOfBatch(newest))
  return dataset
}

/** The id of a batch: its day. Imports and corrections go by their own names. */
export const correlationOfBatch = (batch: string): string => (isOfADay(batch) ? batch.slice(0, 10) : batch)

const named = z.object({
  date: z.iso.date().optional(),
  days: z.array(z.iso.date()).optional(),
  batch: z.string().optional(),
  settle: z.string().optional(),
  settled: z.string().optional(),
  labels: z.string().optional(),
  run: z.string().optional(),
})

/** The id that a request, or the detail of an event, names; nothing where only the work finds out. */
export function correlationOfRequest(request: unknown): string | undefined {
  const { data } = named.safeParse(request)
  if (!data) return undefined
  const batch = data.batch ?? data.settle ?? data.settled ?? data.labels
  return data.date ?? data.days?.at(-1) ?? (batch && correlationOfBatch(batch)) ?? correlationOfKey(data.run ?? '')
}

/** The id that the key of an object names. */
export function correlationOfKey(key: string): string | undefined {
  const date = keys.run.match(key)?.date
  const batch = (keys.settledManifest.match(key) ?? keys.jobManifest.match(key))?.batch
  return date ?? (batch === undefined ? undefined : correlationOfBatch(batch))
}
