import { budgetReached, labelingStarted } from '../../events'
import type { LoadArtefact } from '../../shared/artefact'
import type { Publish } from '../../shared/bus'
import { concurrently } from '../../shared/concurrently'
import { takeLease } from '../../shared/state/lease'
import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { minutesOf } from '../../shared/labellers/costs'
import type { LabelStore } from '../../shared/labels'
import type { Objects } from '../../shared/objects'
import type { Settings } from '../../shared/settings'
import { watchedInWords, streamLabel, nameToday, type Stream, watchedStreams } from '../../shared/streams'
import type { Table } from '../../shared/table'
import { allot, giveBack, NOTHING_BOOKED } from './allot'
import { logStoredRuns } from './collected'
import {
  batchesToCarry,
  claimBatch,
  closeBatch,
  findOpen,
  markCarried,
  markStarted,
  type OpenBatch,
  openBatches,
} from '../../shared/state/open-batches'
import { chooseItems, type ChoiceSettings } from './sampling/choose'
import { labellerNamed, type Labellers } from './labellers'
import { findPlan, type InputLine, planOf, readLines, storedPlan, type StoredPlan, toJsonLines } from './plan'
import { claimForLabelling } from '../../shared/state/cascade-claims'
import { claimConfirmation } from '../../shared/state/confirmations'
import { withEvaluationBoost } from './sampling/boosted'
import { loggedRuns, type LoggedRun, logRun, markDrawn, type RunParts } from '../../shared/state/run-log'
import { correlate, correlationOfBatch } from '../../shared/watch/correlation'

export interface StartPorts {
  objects: Pick<Objects, 'read' | 'readJson' | 'stream' | 'lines' | 'exists' | 'create' | 'put' | 'list'>
  /** The current labels. */
  labels: LabelStore
  table: Table
  publish: Publish
  load: LoadArtefact
  settings: Pick<Settings, 'hashtags' | 'sources' | 'labels' | 'caps' | 'labelling'> & ChoiceSettings
  labellers: Labellers
  stage: string
  /** Resolves after so many milliseconds. */
  pause(ms: number): Promise<void>
}

type At = Pick<Invocation, 'now' | 'remainingMs' | 'log'>

/** A batch that waits for labels, or why there is none. */
export type Started =
  | { batch: string; items: number; judgements: number; minutes: number; deadline: string; words?: string }
  | { waits: string }

/**
 * A run has arrived: log it. Once the runs of all streams for its day have arrived, start the day's batch. Every day
 * gets its own batch, in whatever order the runs of many days are processed, and by however many invocations at once.
 */
export const onRun =
  (ports: StartPorts) =>
  async (parts: RunParts, at: At): Promise<Started> => {
    const { table, settings } = ports
    await logRun(table, parts, keys.run(parts))
    const missing = missingOn(settings, await loggedRuns(table), parts.date)
    if (missing.length > 0)
      return {
        waits: `waiting for the run of ${missing.map((stream) => watchedInWords(settings, stream)).join(', ')} on ${parts.date}`,
      }
    return startUnlessTaken(ports, parts, at)
  }

/** The set hour: start the days that are due, then a batch of the other runs that no batch was drawn from. */
export const onSchedule =
  (ports: StartPorts) =>
  (at: At): Promise<Started> =>
    alone(ports, 'schedule', at, async () => {
      const finished = await finishAll(ports, at)
      const started: StartedDays = new Map()
      await startDue(ports, at, started)
      const date = (await loggedRuns(ports.table)).findLast(isUndrawn)?.date
      if (!date) return [...started.values()].at(-1) ?? finished ?? { waits: 'every collected run has its batch' }
      return makeBatch(ports, { batch: await freeName(ports, date), date, from: isUndrawn }, at)
    })

/** A person's request: one more batch for the latest collected day. */
export const onAsked =
  (ports: StartPorts) =>
  (at: At): Promise<Started> =>
    alone(ports, 'request', at, async () => {
      const finished = await finishAll(ports, at)
      if (finished) return finished
      const date = (await loggedRuns(ports.table)).at(-1)?.date
      if (!date) return { waits: 'no run is in' }
      return makeBatch(ports, { batch: await freeName(ports, date), date, from: isUndrawnOrOf(date) }, at)
    })

/**
 * A person's request at the beginning: a batch of so many items, so that there is a first model the same day.
 * Idempotent while annotators still work on it.
 */
export const onBootstrap =
  (ports: StartPorts) =>
  async (wanted: number, at: At): Promise<Started> => {
    const started = await alone(ports, 'request', at, async () => {
      const finished = await finishAll(ports, at)
      if (finished) return finished
      const same = (await openBatches(ports.table)).find((open) => open.wanted !== undefined)
      if (same) return announce(ports, await ports.objects.readJson(keys.plan(same), storedPlan))
      await logStoredRuns(ports)
      const date = (await loggedRuns(ports.table)).at(-1)?.date
      if (!date) return { waits: 'no run was collected: collect first, as in sls invoke -f collector' }
      return makeBatch(ports, { batch: await freeName(ports, date), date, from: isUndrawnOrOf(date), wanted }, at)
    })
    return withWords(ports, started)
  }

const isUndrawn = ({ batch }: LoggedRun): boolean => batch === undefined
const isUndrawnOrOf = (date: string) => (run: LoggedRun) => isUndrawn(run) || run.date === date

function withWords({ settings: { labelling } }: StartPorts, started: Started): Started {
  if (!('batch' in started)) return started
  const { items, judgements, minutes } = started
  const each = `${labelling.secondsPerJudgement} seconds each`
  const words =
    `${items} posts, ${judgements} judgements: about ${minutes} minutes of people's time at ${each}, ` +
    `and a third judgement of each evaluation post that two see differently`
  return { ...started, words }
}

/** The streams without a run on a day. */
function missingOn(settings: StartPorts['settings'], runs: readonly LoggedRun[], day: string): Stream[] {
  const there = new Set(runs.flatMap((run) => (run.date === day ? [streamLabel(nameToday(settings, run))] : [])))
  return watchedStreams(settings).filter((stream) => !there.has(streamLabel(stream)))
}

/** Days with a run of every stream, before any draw from them. By date. */
function dueDays(settings: StartPorts['settings'], runs: readonly LoggedRun[]): string[] {
  const days = [...new Set(runs.map(({ date }) => date))].sort()
  return days.filter(
    (day) => missingOn(settings, runs, day).length === 0 && runs.every((run) => run.date !== day || isUndrawn(run)),
  )
}

/**
 * What the batch of a day is drawn from: its own runs, and late runs of earlier days that already have their batch. An
 * earlier day without a batch waits for its other runs, or for the set hour.
 */
const isOfDay = (day: string) => (run: LoggedRun, runs: readonly LoggedRun[]) =>
  isUndrawn(run) &&
  (run.date === day || (run.date < day && runs.some(({ date, batch }) => date === run.date && batch !== undefined)))

const batchOfDay = (day: string) => ({ batch: day, date: day, from: isOfDay(day) })

/**
 * Start every day that is due, unless another invocation makes batches. In that case the run is in the log, which the
 * other invocation reads again after it has released the lease. A retry of the same event takes the lease again at
 * once.
 */
async function startUnlessTaken(ports: StartPorts, parts: RunParts, at: At): Promise<Started> {
  const owner = `run ${keys.run(parts)}`
  const lease = await takeLabelingLease(ports, owner, at.now.getTime(), at.remainingMs())
  if (!lease.held) return { waits: 'another invocation is making batches and will process this run' }
  const started: StartedDays = new Map()
  let own: Started
  try {
    await startDue(ports, at, started)
    own = started.get(parts.date) ?? (await makeBatch(ports, batchOfDay(parts.date), at))
  } finally {
    await lease.release()
  }
  await startLeft(ports, owner, at, started)
  return own
}

/** Days that an invocation has started, and the results. */
type StartedDays = Map<string, Started>

/** Start the days that are due, the earliest first, and note them in `started`. The caller holds the lease. */
async function startDue(ports: StartPorts, at: At, started: StartedDays): Promise<void> {
  for (;;) {
    const due = dueDays(ports.settings, await loggedRuns(ports.table))
    const day = due.find((one) => !started.has(one))
    if (day === undefined) return
    started.set(day, await makeBatch(ports, batchOfDay(day), at))
  }
}

/**
 * Start the days whose invocations found the lease held. The invocation that holds it now does the same after its
 * release.
 */
async function startLeft(ports: StartPorts, owner: string, at: At, started: StartedDays): Promise<void> {
  for (;;) {
    const due = dueDays(ports.settings, await loggedRuns(ports.table))
    if (due.every((day) => started.has(day))) return
    const lease = await takeLabelingLease(ports, owner, at.now.getTime(), at.remainingMs())
    if (!lease.held) return
    try {
      await startDue(ports, at, started)
    } finally {
      await lease.release()
    }
  }
}

interface NewBatch {
  batch: string
  date: string
  from(run: LoggedRun, runs: readonly LoggedRun[]): boolean
  wanted?: number
}

/**
 * Make a batch, or find it made. The caller holds the lease: batches are made one at a time, so that no cascade is
 * drawn twice.
 */
async function makeBatch(ports: StartPorts, { batch, date, from, wanted }: NewBatch, at: At): Promise<Started> {
  correlate(correlationOfBatch(batch))
  const made = await findMade(ports, batch)
  if (made) return announce(ports, made)
  labellerNamed(ports.labellers, ports.settings.labelling.labeller).check()
  await finishAll(ports, at, batch)
  // Other batches may have been settled meanwhile.
  correlate(correlationOfBatch(batch))
  const runs = await loggedRuns(ports.table)
  const open = await claimBatch(ports.table, {
    batch,
    date,
    claimedAt: at.now.toISOString(),
    deadline: deadlineAt(at.now, ports.settings.labelling.deadlineHours),
    runs: runs
      .filter((run) => from(run, runs))
      .map(({ key }) => key)
      .sort(),
    carried: await batchesToCarry(ports.table),
    ...(wanted === undefined ? {} : { wanted }),
  })
  return finish(ports, open)
}

/** Finish what an earlier invocation left half made; returns the last of them. */
async function finishAll(ports: StartPorts, { log }: At, except?: string): Promise<Started | undefined> {
  let finished: Started | undefined
  for (const open of await openBatches(ports.table)) {
    if (open.started || open.batch === except) continue
    try {
      finished = await finish(ports, open)
    } catch (error) {
      // Its deadline will release its claims; the day's batch does not wait for that.
      if (!(error instanceof BellwetherError) || error.code !== 'LABELLER_REFUSED') throw error
      log.error('an earlier batch cannot start', { batch: open.batch, error: error.message })
    }
  }
  return finished
}

/** Everything after the batch's claim. Each step is idempotent, so an invocation may stop anywhere and be retried. */
async function finish(ports: StartPorts, open: OpenBatch): Promise<Started> {
  const { objects, table, settings, labellers } = ports
  const { batch } = open
  const stored = await findPlan(objects, batch)
  const { plan, lines } = stored ? { plan: stored, lines: undefined } : await makePlan(ports, open)

  const ours = await claimItems(table, plan)
  for (const key of plan.runs) {
    const run = keys.run.match(key)
    if (run) await markDrawn(table, run, batch)
  }
  await markCarried(
    table,
    plan.carried.filter((one) => !plan.waiting.includes(one)),
  )

  const labeller = labellerNamed(labellers, plan.labeller)
  if (plan.items.length === 0) {
    await giveBack(table, plan, labeller.terms, plan.booked, NOTHING_BOOKED)
    await closeBatch(table, batch, false)
    return announce(ports, plan)
  }
  const asked = (lines ?? (await readLines(objects, keys.inputManifest(plan)))).filter(({ item }) => ours.has(item))
  await labeller.start({ plan, lines: asked, categories: settings.labels.categories })
  await markStarted(table, batch)
  return announce(ports, plan)
}

/** Choose what the batch asks, and store it. The lines are returned only if this invocation stored the plan. */
async function makePlan(
  ports: StartPorts,
  open: OpenBatch,
): Promise<{ plan: StoredPlan; lines: InputLine[] | undefined }> {
  const { objects, table, settings, labellers } = ports
  const { batch } = open
  const labelling = await withEvaluationBoost(table, settings, open.runs)
  const { terms } = labellerNamed(labellers, labelling.labeller)
  const allotment = await allot(table, { ...settings, labelling }, terms, open)
  // As it was booked: a boost that was requested since then waits for the next batch.
  const evaluationShare = allotment.evaluationShare ?? labelling.evaluationShare
  const drawn = { ...settings, labelling: { ...labelling, evaluationShare } }
  const chosen = await chooseItems(ports, open, allotment.items, drawn, terms)
  const { plan, lines } = planOf(open, settings, terms, allotment, chosen, jobName(ports.stage, batch))
  // The plan comes last and stays: without it no invocation reads the manifest.
  await objects.put(keys.inputManifest({ batch }), toJsonLines(lines))
  const planKey = keys.plan({ batch })
  const stored = await objects.create(planKey, JSON.stringify(plan, null, 1))
  if (stored === 'created') return { plan, lines }
  return { plan: await objects.readJson(planKey, storedPlan), lines: undefined }
}

/** Claim the items of a plan; returns the ids that this batch may ask about. */
async function claimItems(table: StartPorts['table'], { batch, items }: StoredPlan): Promise<Set<string>> {
  const asked = await concurrently(items, 16, async ({ item, role, purpose }) => {
    if (purpose === 'label') return (await claimForLabelling(table, item, role, batch)) ? [item] : []
    if (purpose !== 'confirm' && purpose !== 'relabel') return [item]
    return (await claimConfirmation(table, item, batch)) ? [item] : []
  })
  return new Set(asked.flat())
}

/**
 * Publish that the batch was started. A retry publishes again: the first invocation may have stopped before publishing.
 */
async function announce({ publish, settings: { labelling } }: StartPorts, plan: StoredPlan): Promise<Started> {
  const { batch, labeller, judgements, deadline, costUsd, items, reached } = plan
  if (reached) await publish(budgetReached, { ...reached, service: 'labeling' })
  if (items.length === 0) return { waits: `batch ${batch} has no items to ask about` }
  const planKey = keys.plan({ batch })
  await publish(labelingStarted, { batch, planKey, labeller, items: items.length, judgements, deadline, costUsd })
  return { batch, items: items.length, judgements, minutes: minutesOf(labelling, judgements), deadline }
}

/** The plan of a batch that was started or is already settled. */
async function findMade({ objects, table }: StartPorts, batch: string): Promise<StoredPlan | undefined> {
  const open = await findOpen(table, batch)
  return open && !open.started ? undefined : findPlan(objects, batch)
}

/** The day's batch, or where that name is taken `<date>-2`, `<date>-3`, … */
async function freeName({ objects, table }: StartPorts, date: string): Promise<string> {
  for (let nth = 1; ; nth++) {
    const batch = nth === 1 ? date : `${date}-${nth}`
    if ((await findOpen(table, batch)) === undefined && !(await objects.exists(keys.plan({ batch })))) return batch
  }
}

const PAUSE_MS = 2000

/** Wait for the lease, and work under it. LEASE_HELD after half the invocation's time. */
async function alone(ports: StartPorts, what: string, at: At, work: () => Promise<Started>): Promise<Started> {
  const given = at.remainingMs()
  // No two invocations have the same owner, so that neither can take the other's lease.
  const owner = `${what} ${at.now.toISOString()}`
  for (;;) {
    const left = at.remainingMs()
    const lease = await takeLabelingLease(ports, owner, at.now.getTime() + given - left, left)
    if (lease.held) {
      let done: Started
      try {
        done = await work()
      } finally {
        await lease.release()
      }
      await startLeft(ports, owner, at, new Map())
      return done
    }
    if (left < given / 2)
      throw new BellwetherError(
        'LEASE_HELD',
        `labeling: another invocation is making batches; try again in five minutes`,
      )
    await ports.pause(PAUSE_MS)
  }
}

const takeLabelingLease = ({ table }: StartPorts, owner: string, nowMs: number, remainingMs: number) =>
  takeLease(table, 'labeling', owner, nowMs, nowMs + remainingMs)

const jobName = (stage: string, batch: string): string => `bellwether-${stage}-${batch}`

const deadlineAt = (now: Date, hours: number): string => new Date(now.getTime() + hours * 3_600_000).toISOString()
