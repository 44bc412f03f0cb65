import { byBatch } from '../../../shared/batches'
import { concurrently } from '../../../shared/concurrently'
import { keys, prefixes } from '../../../shared/keys'
import { BellwetherError } from '../../../shared/errors'
import { countedLabel, type StandingLabel } from '../../../shared/labels'
import type { Memory } from '../../../shared/memory'
import { type Objects, parseJson } from '../../../shared/objects'
import { type PlanRecord, planRecord } from '../../../shared/records'
import { answeredParts, greatest, type Parts } from '../../../shared/statistics/design'
import { streamLabel, type StreamName } from '../../../shared/streams'
import { dayAfter } from '../../../shared/utc-day'

/** Runs of a day that draws took their samples from together. */
export interface SampledRuns {
  /** Keys. */
  runs: ReadonlySet<string>
}

/** By item: the probabilities with which all draws together had it labelled. */
export type Design = ReadonlyMap<string, Parts>

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
      if (!stored)
        throw new BellwetherError(
          'OBJECT_MISSING',
          `${key} was listed but no longer exists: a deletion may have removed it; try again`,
        )
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

/** The strata of a stream's day: runs that one plan drew from belong together, and so do those that several plans share. */
export function strataOf(plans: readonly PlanRecord[], names: readonly StreamName[], date: string): SampledRuns[] {
  const isOfDay = isOf(names, date)
  let strata: Set<string>[] = []
  for (const { draws, runs } of plans) {
    if (!draws.some(isOfDay)) continue
    const own = runs.filter((key) => {
      const parts = keys.run.match(key)
      return parts !== undefined && isOfDay(parts)
    })
    const shares = (stratum: Set<string>) => own.some((run) => stratum.has(run))
    const joined = new Set([...strata.filter(shares).flatMap((stratum) => [...stratum]), ...own])
    strata = [...strata.filter((stratum) => !shares(stratum)), joined]
  }
  return strata.map((runs) => ({ runs }))
}

/**
 * What was drawn from days up to a date, with the probability of being among what was answered: annotators take items in
 * the order of the draw, so those that they answered are a smaller draw of the same design. A message that lives for days
 * has the greatest probability of all its draws. `given` are the labels, `from` is the day of the first of the plans.
 */
export function designOf(
  plans: readonly PlanRecord[],
  given: ReadonlyMap<string, StandingLabel>,
  from: string,
  date: string,
): Design {
  const isAnswered = (item: string) => countedLabel(given.get(item)) !== undefined
  const found = new Map<string, Parts[]>()
  const add = (item: string, parts: Parts) => void found.set(item, [...(found.get(item) ?? []), parts])
  for (const { draws } of plans) {
    for (const draw of draws) {
      if (draw.date > date) continue
      for (const [item, parts] of answeredParts(draw, isAnswered)) add(item, parts)
    }
  }
  // A draw of an earlier day, whose plan is not read, may have been what had it labelled.
  for (const item of found.keys()) {
    const label = given.get(item)
    if (label?.draw && label.planned && label.planned.batch < from) add(item, label.draw)
  }
  return new Map([...found].map(([item, parts]) => [item, greatest(parts)]))
}

/** The model whose scores the posts of a day have: training job of the one that was live when the day was first planned. */
export const modelAtPlan = (plans: readonly PlanRecord[], names: readonly StreamName[], date: string): string | null =>
  firstPlanOf(plans, names, date)?.model ?? null

/**
 * What that model says of the evaluation window, by item, where the plan has it for these categories: scores that were
 * kept when the day was planned, so a promotion changes none of them.
 */
export function windowScoresOf(
  plans: readonly PlanRecord[],
  names: readonly StreamName[],
  date: string,
  labels: readonly string[],
): ReadonlyMap<string, readonly number[]> | undefined {
  const plan = firstPlanOf(plans, names, date)
  if (!plan?.window || JSON.stringify(plan.categories) !== JSON.stringify(labels)) return undefined
  return new Map(plan.window.map(({ item, scores }) => [item, scores]))
}

const firstPlanOf = (
  plans: readonly PlanRecord[],
  names: readonly StreamName[],
  date: string,
): PlanRecord | undefined => plans.find(({ draws }) => draws.some(isOf(names, date)))

/** Whether something is of a stream's day, by whichever of its names. */
export function isOf(names: readonly StreamName[], date: string): (one: StreamName & { date: string }) => boolean {
  const labels = names.map(streamLabel)
  return (one) => one.date === date && labels.includes(streamLabel(one))
}
