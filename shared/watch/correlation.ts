import { z } from 'zod'
import { batchName, byBatch, isOfADay } from '../batches'
import { keys } from '../keys'

/*
 * The correlation id of the work from a run to its report is the UTC day of the posts. A run, its batch and its report
 * have that day in their names, and a dataset lists its batches. An environment runs one invocation at a time, so the
 * id is one variable, which the door sets before each piece of work.
 */
let current: string | undefined
let listener: (id: string | undefined) => void = () => undefined

/** The id of the current work. */
export const correlation = (): string | undefined => current

/** Begin a piece of work: sets its id, as far as its input tells, and a listener for changes of the id. */
export function beginCorrelation(id: string | undefined, heard: typeof listener): void {
  listener = heard
  correlate(id)
}

/** Set what the input did not tell, such as the day of a dataset. */
export function correlate(id: string | undefined): void {
  current = id
  listener(id)
}

/** A dataset, and everything made of it, has the id of its newest batch, whose labels caused it. */
export function correlated<D extends { manifests: readonly string[] }>(dataset: D): D {
  const batches = dataset.manifests.flatMap((key) => keys.settledManifest.match(key)?.batch ?? []).sort(byBatch)
  const newest = batches.findLast(isOfADay) ?? batches.at(-1)
  if (newest !== undefined) correlate(correlationOfBatch(newest))
  return dataset
}

/** The id of a batch: its day. Imports and corrections have their own names. */
export const correlationOfBatch = (batch: string): string => (isOfADay(batch) ? batch.slice(0, 10) : batch)

const named = z.object({
  date: z.iso.date().optional(),
  days: z.array(z.iso.date()).optional(),
  batch: z.string().optional(),
  // `answered` asks for whichever batches have all their answers: the work finds their ids.
  settle: batchName.optional().catch(undefined),
  settled: z.string().optional(),
  labels: z.string().optional(),
  run: z.string().optional(),
})

/** The id in a request, or in the detail of an event; undefined where only the work can find it. */
export function correlationOfRequest(request: unknown): string | undefined {
  const { data } = named.safeParse(request)
  if (!data) return undefined
  const batch = data.batch ?? data.settle ?? data.settled ?? data.labels
  return data.date ?? data.days?.at(-1) ?? (batch && correlationOfBatch(batch)) ?? correlationOfKey(data.run ?? '')
}

/** The id in the key of an object. */
export function correlationOfKey(key: string): string | undefined {
  const date = keys.run.match(key)?.date
  const batch = (keys.settledManifest.match(key) ?? keys.jobManifest.match(key))?.batch
  return date ?? (batch === undefined ? undefined : correlationOfBatch(batch))
}
