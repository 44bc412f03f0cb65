import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { httpClient } from '../../services/collector/sources/http'
import { describeSource } from '../../shared/sources'
import { namesOf, topicIn, watchedStreams } from '../../shared/streams'
import { dayAfter, dayOf } from '../../shared/utc-day'
import { refuseNoFile } from '../given-file'
import { type Cloud, createCloud, tellOfMails } from '../cloud'
import { listener } from '../heard'
import { linkFor } from '../link'
import { keepFor } from '../purpose'
import { importLabelFile } from '../replay/import-labels'
import { summarise } from '../replay/summary'
import { findRunning, pointTo } from '../running'
import type { Screen } from '../screen'
import { ownersBucket, ownersTable } from '../stores'
import { clockDifference } from './clock-difference'
import { collectDays, refuseFuture } from './collecting'
import { daysInWords, nextInWords, placesInWords, waitsInWords } from './first-screen'
import { failureInWords, goOn } from './go-on'
import { makeJournal } from './journal'
import type { LiveOptions } from './options'
import { provideSecrets } from './secrets'
import { liveSettings, type LiveSettings } from './settings'
import { labelsForModel, postsAtDesk, runsSince, waitForReports } from './stock'

interface Surroundings {
  packageDir: string
  screen: Screen
  /** Stops it after the current step. */
  signal: AbortSignal
  /** Asks the person at the terminal for a secret; undefined without a terminal. */
  ask: ((question: string) => Promise<string>) | undefined
}

/** For reports of collected days: the analyzer waits half a minute for related changes. */
const REPORTS_MS = 5 * 60_000

/**
 * Run the loop by the real clock on posts of networks: collect the days before today, then label, count, train and
 * report, day by day, until the signal. With `once` it ends when everything available is collected and reported.
 */
export async function live(options: LiveOptions, configured: LiveSettings, surroundings: Surroundings): Promise<void> {
  const { screen } = surroundings
  const wasUsed = keepFor('live', options.data)
  for (const line of [...placesInWords(configured.settings), ...configured.notes]) screen.say(line)
  if (wasUsed) screen.say(`Continues in ${options.data}, which was used before.`)

  const heard = listener()
  const journal = makeJournal()
  const cloud = await openCloud(options, surroundings.packageDir, configured, {
    onEvent: heard.hear,
    onLog: journal.hear,
    onMail: tellOfMails(surroundings.screen.say),
  })
  try {
    await work(options, surroundings, configured, { cloud, heard, journal })
  } finally {
    screen.progress('stopping …')
    await cloud.close()
    screen.clear()
  }
}

/** The configuration for these options; `root` is the folder of `bellwether.yml`. */
export function configure(options: LiveOptions, root: string): LiveSettings {
  const file = options.config ?? path.join(root, 'bellwether.yml')
  refuseNoFile(file)
  return liveSettings(readFileSync(file, 'utf8'), path.basename(file), options)
}

interface Running {
  cloud: Cloud
  heard: ReturnType<typeof listener>
  journal: ReturnType<typeof makeJournal>
}

async function work(
  options: LiveOptions,
  surroundings: Surroundings,
  { settings }: LiveSettings,
  running: Running,
): Promise<void> {
  const began = Date.now()
  const { screen, signal, ask } = surroundings
  const { cloud, heard } = running
  const stores = { objects: ownersBucket(cloud), table: ownersTable(cloud) }
  await refuseFuture({ cloud, ...stores }, streamsOf(settings))
  await provideSecrets({ cloud, ask }, settings.sources, options.secrets)
  if (options.import !== undefined) screen.say(await importLabelFile(cloud, stores.objects, options.import))
  await compareClocks(settings, cloud, screen)

  const isWhole = await collect(options, surroundings, settings, { ...running, ...stores })
  if (signal.aborted) return
  const summary = async () => {
    if (options.summary === undefined) return
    const found = await summarise(stores.objects, heard.published, 0, (Date.now() - began) / 1000)
    writeFileSync(options.summary, `${JSON.stringify(found, null, 2)}\n`)
  }
  await summary()
  if (options.once) {
    if (!isWhole) throw new Error('Some posts could not be collected, for the reason above.')
    return
  }
  await serve(options, surroundings, settings, { ...running, ...stores }, isWhole)
  await summary()
}

/** Every stream of the configuration, with its names in keys and in words. */
const streamsOf = (settings: LiveSettings['settings']) =>
  watchedStreams(settings).map((stream) => ({ names: namesOf(settings, stream), topic: topicIn(settings, stream) }))

interface Stores {
  objects: ReturnType<typeof ownersBucket>
  table: ReturnType<typeof ownersTable>
}

/** Collect the days before today and print what they have. Returns whether every hashtag was collected. */
async function collect(
  { days, once }: LiveOptions,
  { screen, signal }: Surroundings,
  settings: LiveSettings['settings'],
  { cloud, journal, objects, table }: Running & Stores,
): Promise<boolean> {
  const streams = streamsOf(settings)
  const collected = await collectDays({ cloud, table, journal, screen, signal }, streams, days)
  const failures = collected.flatMap(({ failure }) => failure ?? [])
  for (const failure of failures) screen.say(failureInWords(failure, cloud.clock.now()))
  const runs = await runsSince(objects, streams, dayAfter(dayOf(cloud.clock.now()), -days))
  if (failures.length > 0 && runs.length === 0)
    throw new Error('Nothing could be collected now, and nothing was collected before.')
  if (signal.aborted) return false
  screen.progress('drawing a sample and reporting …')
  await cloud.idle()
  if (once) await waitForReports(objects, runs, REPORTS_MS, signal)
  screen.clear()
  screen.say(`\n${daysInWords(runs, settings.languages)}`)
  for (const line of waitsInWords(collected)) screen.say(line)
  return failures.length === 0
}

/** Print what to do next, and continue until the signal. */
async function serve(
  { data, countAfterSeconds }: LiveOptions,
  { screen, signal }: Surroundings,
  settings: LiveSettings['settings'],
  { cloud, heard, journal, objects, table }: Running & Stores,
  isWhole: boolean,
): Promise<void> {
  pointTo(data)
  const links = {
    desk: await linkFor(cloud, 'annotator'),
    report: await linkFor(cloud, 'reader'),
    owner: await linkFor(cloud, 'owner'),
  }
  const waiting = await postsAtDesk(table)
  const untilModel = await labelsForModel(objects, settings)
  screen.say(`\n${nextInWords({ links, waiting, untilModel, countAfterSeconds })}\n`)
  heard.forget()
  const countAfterMs = countAfterSeconds * 1000
  const logs = path.join(data, 'logs')
  await goOn({ cloud, table, objects, heard, journal, screen, settings, countAfterMs, logs, signal }, !isWhole)
}

type Heard = Pick<Parameters<typeof createCloud>[0], 'onEvent' | 'onLog' | 'onMail'>

/** Serves on the port of the last time, so that links and bookmarks keep working, or on a free one if it is taken. */
async function openCloud(options: LiveOptions, packageDir: string, { yaml }: LiveSettings, heard: Heard) {
  const open = (port: number) =>
    createCloud({
      packageDir,
      dataDir: options.data,
      port,
      overlay: { 'bellwether.yml': yaml },
      ...(options.record === undefined ? {} : { recordDir: options.record }),
      ...heard,
    })
  if (options.port !== undefined) return open(options.port)
  const before = Number(new URL(findRunning(options.data)?.endpoint ?? 'http://127.0.0.1').port)
  return open(before).catch((error: unknown) => {
    if (before !== 0 && isTaken(error)) return open(0)
    throw error
  })
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error &&
  typeof error.cause === 'object' &&
  error.cause !== null &&
  'code' in error.cause &&
  error.cause.code === 'EADDRINUSE'

async function compareClocks({ sources }: LiveSettings['settings'], cloud: Cloud, screen: Screen): Promise<void> {
  for (const source of Object.values(sources)) {
    const { address } = describeSource(source)
    const wrong = address && (await clockDifference(httpClient(address), address, cloud.clock.now()))
    if (wrong) screen.say(wrong)
  }
}
