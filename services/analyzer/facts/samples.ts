import { byBatch } from '../../../shared/batches'
import { concurrently } from '../../../shared/concurrently'
import { keys, prefixes } from '../../../shared/keys'
import { countedLabel, type StandingLabel } from '../../../shared/labels'
import type { Memory } from '../../../shared/memory'
import type { Objects } from '../../../shared/objects'
import { type PlanRecord, planRecord } from '../../../shared/records'
import { answeredParts, greatest, type Parts } from '../../../shared/statistics/design'
import { streamLabel, type StreamName } from '../../../shared/streams'
import { dayAfter } from '../../../shared/utc-day'
import { readListed } from './listed'

/** A stratum: runs of a day from which samples were drawn together. */
export interface SampledRuns {
  /** Keys. */
  runs: ReadonlySet<string>
}

/** By item: the probabilities over all draws together. */
export type Design = ReadonlyMap<string, Parts>

/** A batch of a later day draws from late runs; plans of this many days are read. */
const LATE_DAYS = 3

const READS_AT_ONCE = 4

/** The plans of batches. */
export interface Plans {
  /** The plans that can have drawn from the days between these, in the order of their batches. */
  between(from: string, to: string): Promise<PlanRecord[]>
}

/** List the plans from a day on. Each is read when needed, and once by a warm function, because a plan never changes. */
export async function openPlans(
  objects: Pick<Objects, 'list' | 'read'>,
  memory: Memory,
  earliest: string,
): Promise<Plans> {
  const found: { key: string; size: number }[] = []
  // Batches are named by their days, so those of consecutive days are adjacent.
  for await (const { key, size } of objects.list(prefixes.labeling, `${prefixes.labeling}${earliest}`)) {
    if (keys.plan.match(key)) found.push({ key, size })
  }
  const read = ({ key, size }: { key: string; size: number }) =>
    memory.of(key, size, () => readListed(objects, key, planRecord))
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

/** The strata of a stream's day: runs that one plan drew from together, merged if several plans share runs. */
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
 * The items drawn from days up to a date, with their probabilities in the answered sample. Annotators take items in
 * the order of the draw, so the answered ones are a smaller draw of the same design. A message that lives for days
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
  // It may have been labelled because of a draw of an earlier day, whose plan is not read.
  for (const item of found.keys()) {
    const label = given.get(item)
    if (label?.draw && label.planned && label.planned.batch < from) add(item, label.draw)
  }
  return new Map([...found].map(([item, parts]) => [item, greatest(parts)]))
}

/** The model of a day's kept scores: training job of the model that was live when the day was first planned. */
export const modelAtPlan = (plans: readonly PlanRecord[], names: readonly StreamName[], date: string): string | null =>
  firstPlanOf(plans, names, date)?.model ?? null

/**
 * That model's scores of the evaluation window, by item, if the plan has them for these categories. They were
 * stored when the day was planned, so a promotion changes none of them.
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

/** Whether a record belongs to a stream's day, under any of its names. */
export function isOf(names: readonly StreamName[], date: string): (one: StreamName & { date: string }) => boolean {
  const labels = names.map(streamLabel)
  return (one) => one.date === date && labels.includes(streamLabel(one))
}
