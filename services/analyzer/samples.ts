import { byBatch } from '../../shared/batches'
import { concurrently } from '../../shared/concurrently'
import { keys, prefixes } from '../../shared/keys'
import { BellwetherError } from '../../shared/errors'
import type { Memory } from '../../shared/memory'
import { type Objects, parseJson } from '../../shared/objects'
import { type PlanRecord, planRecord } from '../../shared/records'
import { dayAfter } from '../../shared/utc-day'
import type { Day } from './days'

/** The evaluation sample of a day, and the runs that it was drawn from. */
export interface Draw {
  runs: ReadonlySet<string>
  members: PlanRecord['draws'][number]['members']
}

/** Runs that come late are drawn from by a batch of a later day; so many days are looked at. */
const LATE_DAYS = 3

const READS_AT_ONCE = 4

/** The plans of batches. */
export interface Plans {
  /** Those that can have drawn from the days between these, in the order of their batches. */
  between(from: string, to: string): Promise<PlanRecord[]>
}

/** List the plans from a day on. Each is read when it is asked for; a plan never changes, so once by a warm function. */
export async function openPlans(
  objects: Pick<Objects, 'list' | 'read'>,
  memory: Memory,
  earliest: string,
): Promise<Plans> {
  const found: { key: string; size: number }[] = []
  // Batches are named by their days, so that those of some days stand beside each other.
  for await (const { key, size } of objects.list(prefixes.labeling, `${prefixes.labeling}${earliest}`)) {
    if (keys.plan.match(key)) found.push({ key, size })
  }
  const read = ({ key, size }: { key: string; size: number }) =>
    memory.of(key, size, async () => {
      const stored = await objects.read(key)
      if (!stored) throw new BellwetherError('OBJECT_MISSING', `${key} was listed and is gone`)
      return parseJson(stored.body.toString('utf8'), planRecord, key)
    })
  return {
    between: async (from, to) => {
      const end = dayAfter(to, LATE_DAYS + 1)
      const within = found.filter(
        ({ key }) => key > `${prefixes.labeling}${from}` && key < `${prefixes.labeling}${end}`,
      )
      const plans = await concurrently(within, READS_AT_ONCE, read)
      return plans.sort((a, b) => byBatch(a.batch, b.batch))
    },
  }
}

/**
 * The draws of a day that stand beside each other: of those that share a run, that from the most runs, and of equal ones
 * the last, since a further batch of a day draws from all of it again.
 */
export function drawsOf(plans: readonly PlanRecord[], { hashtag, date }: Day): Draw[] {
  const draws = plans.flatMap(({ draws: all, runs }) => {
    const own = runs.filter((key) => {
      const parts = keys.run.match(key)
      return parts?.hashtag === hashtag && parts.date === date
    })
    return all
      .filter((draw) => draw.hashtag === hashtag && draw.date === date)
      .map(({ members }) => ({ runs: new Set(own), members }))
  })
  const chosen: Draw[] = []
  for (const draw of draws.reverse().sort((a, b) => b.runs.size - a.runs.size)) {
    if (!chosen.some(({ runs }) => [...draw.runs].some((run) => runs.has(run)))) chosen.push(draw)
  }
  return chosen
}
