import { setTimeout as pause } from 'node:timers/promises'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { runRecord, type RunRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { readProgress } from '../../shared/state/desk'
import { openBatches } from '../../shared/state/open-batches'
import type { Table } from '../../shared/table'
import type { LiveStream } from './collecting'

/** The runs of these streams from a UTC day on, by date. */
export async function runsSince(
  objects: Pick<Objects, 'list' | 'readJson'>,
  streams: readonly LiveStream[],
  first: string,
): Promise<RunRecord[]> {
  const runs: RunRecord[] = []
  for (const name of streams.flatMap(({ names }) => names)) {
    for await (const { key } of objects.list(keys.run.start(name))) {
      const parts = keys.run.match(key)
      if (parts && parts.date >= first) runs.push(await objects.readJson(key, runRecord))
    }
  }
  return runs.sort((a, b) => (a.date === b.date ? 0 : a.date < b.date ? -1 : 1))
}

/** Posts of open batches that wait at the desk for a judgement. */
export async function postsAtDesk(table: Pick<Table, 'query' | 'get' | 'getMany'>): Promise<number> {
  let waiting = 0
  for (const { batch } of await openBatches(table)) {
    const progress = await readProgress(table, batch)
    waiting += progress ? progress.items - progress.complete : 0
  }
  return waiting
}

/** About how many more labels a first model needs to go live; undefined where one is live. */
export async function labelsForModel(
  objects: Pick<Objects, 'exists'>,
  { gate, labelling }: Settings,
): Promise<number | undefined> {
  if (await objects.exists(keys.champion({}))) return undefined
  return Math.ceil(gate.minimumProvisional / labelling.evaluationShare)
}

const LOOK_MS = 500

/** Resolves when each of these runs has its day's report, when the time is over, or on the signal. */
export async function waitForReports(
  objects: Pick<Objects, 'exists'>,
  runs: readonly RunRecord[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const end = Date.now() + timeoutMs
  for (const run of runs) {
    while (!signal.aborted && Date.now() < end && !(await objects.exists(keys.report(run)))) {
      await pause(LOOK_MS)
    }
  }
}
