import { concurrently } from '../../shared/concurrently'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { runRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { namesOf, watchedStreams } from '../../shared/streams'
import { type LoggedRun, loggedRuns, logRun, type RunParts } from '../../shared/state/run-log'
import type { Table } from '../../shared/table'
import { findPlan } from './plan'

/**
 * The runs of the bucket that the log does not have. For about five minutes after events were enabled, S3 sends
 * EventBridge nothing
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html). So the first
 * runs of a new stack bring no event.
 */
export async function unloggedRuns(
  { objects, settings }: { objects: Pick<Objects, 'list'>; settings: Pick<Settings, 'hashtags' | 'sources'> },
  logged: readonly LoggedRun[],
): Promise<RunParts[]> {
  const known = new Set(logged.map(({ key }) => key))
  const runs: RunParts[] = []
  for (const name of watchedStreams(settings).flatMap((stream) => namesOf(settings, stream))) {
    for await (const { key } of objects.list(keys.run.start(name))) {
      const run = keys.run.match(key)
      if (run && !known.has(key)) runs.push(run)
    }
  }
  return runs
}

/** Log the runs of the bucket that no event reported. */
export async function logStoredRuns(ports: {
  objects: Pick<Objects, 'list'>
  table: Pick<Table, 'query' | 'create'>
  settings: Pick<Settings, 'hashtags' | 'sources'>
}): Promise<void> {
  for (const run of await unloggedRuns(ports, await loggedRuns(ports.table))) {
    await logRun(ports.table, run, keys.run(run))
  }
}

/**
 * How many messages of these runs no batch of the day has asked about. An upper bound: of a run that no batch was drawn
 * from, every post counts, retweets too.
 */
export async function messagesLeft(
  objects: Pick<Objects, 'read' | 'readJson'>,
  runs: readonly (RunParts & Pick<LoggedRun, 'batch'>)[],
  date: string,
): Promise<number> {
  const undrawn = runs.filter(({ batch }) => batch === undefined)
  const records = await concurrently(undrawn, 8, (run) => objects.readJson(keys.run(run), runRecord))
  const posts = records.reduce((sum, record) => sum + record.posts, 0)
  return posts + (await notAsked(objects, date))
}

/** Messages of the runs that a day's batches were drawn from, and that none of them asked about. */
async function notAsked(objects: Pick<Objects, 'read'>, date: string): Promise<number> {
  let messages = 0
  let asked = 0
  for (let nth = 1; ; nth++) {
    const plan = await findPlan(objects, nth === 1 ? date : `${date}-${nth}`)
    if (!plan) return Math.max(0, messages - asked)
    messages = Math.max(messages, plan.cascades)
    asked += plan.items.filter(({ purpose }) => purpose === 'label').length
  }
}
