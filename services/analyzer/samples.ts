import { byBatch } from '../../shared/batches'
import { concurrently } from '../../shared/concurrently'
import { keys, prefixes } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { type PlanRecord, planRecord } from '../../shared/records'
import { dayAfter, type Day } from './days'

/** The evaluation sample of a day, and the runs that it was drawn from. */
export interface Draw {
  runs: ReadonlySet<string>
  members: PlanRecord['draws'][number]['members']
}

/** Runs that come late are drawn from by a batch of a later day; so many days are looked at. */
const LATE_DAYS = 3

const READS_AT_ONCE = 4

/** The plans of the batches that can have drawn from these days, in their order. */
export async function plansFor(
  objects: Pick<Objects, 'list' | 'readJson'>,
  from: string,
  to: string,
): Promise<PlanRecord[]> {
  const end = dayAfter(to, LATE_DAYS + 1)
  const found: string[] = []
  // Batches are named by their days, so that those of some days stand beside each other.
  for await (const { key } of objects.list(prefixes.labeling, `${prefixes.labeling}${from}`)) {
    if (key >= `${prefixes.labeling}${end}`) break
    if (keys.plan.match(key)) found.push(key)
  }
  const plans = await concurrently(found, READS_AT_ONCE, (key) => objects.readJson(key, planRecord))
  return plans.sort((a, b) => byBatch(a.batch, b.batch))
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
