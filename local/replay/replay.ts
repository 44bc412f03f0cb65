import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { refuseNoFile } from '../given-file'
import { type Cloud, createCloud, tellOfMails } from '../cloud'
import { listener } from '../heard'
import { keepFor } from '../purpose'
import type { Screen } from '../screen'
import type { BusEvent } from '../../packages/embedded-aws/src/service'
import { ownersBucket } from '../stores'
import { knowingJudge, rowJudge, type Judge } from './annotators'
import { simulatedModel } from './language-model'
import { importLabelFile } from './import-labels'
import { PLAYED_LABELLERS } from './labellers'
import { DEFAULT_SEED, type ReplayOptions } from './options'
import { byHand } from './by-hand'
import { overlay, SOURCE_FILE } from './overlay'
import { type FilePost, readPosts } from './posts'
import { daysLeft, eveningOf, gapsIn, gapsInWords, playedDays, skip } from './gaps'
import { keepRefusals, refusalsInWords, refuseUnreadable } from './refusals'
import { withinSettings } from './within'
import { counted } from '../check/words'
import { type DayRow, shareOfDay } from './screen'
import { summarise, type Summary } from './summary'
import { makeTally } from '../../shared/row-file/tally'
import { besideTruth, truthOf } from './truth'
import { parseSettings, type Settings } from '../../shared/settings'
import { DAY_MS, dayOf } from '../../shared/utc-day'

/** What `--llm` adds to the configuration. */
export const LLM_SECTION = 'samples/llm.yml'
const MINUTE_MS = 60_000
const ANNOTATORS = ['ana', 'ben', 'cho']
const STACK_NAME = 'bellwether-dev'

export interface Replay {
  cloud: Cloud
  rows: DayRow[]
  /** The label whose share the rows show: the first of the configuration. */
  label: string
  summary: Summary
}

export interface Surroundings {
  packageDir: string
  /** The folder of `bellwether.yml` and the sample posts. */
  root: string
  screen: Screen
  /** Ends the replay between two steps. */
  signal: AbortSignal
  /** Receives each event of the stack. */
  onPublished?: (event: BusEvent) => void
}

/** Start a cloud, play the posts day by day with people who answer, and print the result of each day. */
export async function replay(options: ReplayOptions, surroundings: Surroundings): Promise<Replay> {
  const began = Date.now()
  const { screen, signal } = surroundings
  keepFor('replay', options.data)
  const played = await readInput(options, surroundings)
  const { posts, labels, refusedRows, judge, days } = played
  const [first = 0] = days
  const heard = listener(surroundings.onPublished)
  const cloud = await openCloud(options, surroundings, played, heard.hear)
  const labeller = PLAYED_LABELLERS[options.labeller]
  labeller.prepare(cloud)
  try {
    const left = daysLeft(days, cloud.clock.now())
    if (cloud.clock.now() > first + DAY_MS) screen.say(usedBefore(options.data, cloud.clock.now(), left, days))
    const objects = ownersBucket(cloud)
    await objects.putStream(`sources/${SOURCE_FILE}`, sourceLines(posts))
    if (options.import !== undefined) screen.say(await importLabelFile(cloud, objects, options.import, dayOf(first)))
    const labelByHand = options.annotators === 'none' ? await byHand(cloud, screen, signal) : undefined
    const rows: Omit<DayRow, 'share'>[] = []
    const gaps = gapsIn(days)
    const skips = gapsInWords(gaps)
    if (skips !== undefined) screen.say(skips)
    for (const [i, day] of left.entries()) {
      if (signal.aborted) break
      const date = dayOf(day)
      screen.progress(`${date} · day ${i + 1} of ${left.length}`)
      const gap = gaps.find(({ to }) => to === day)
      if (gap) await skip(gap, cloud, played.settings)
      heard.forget()
      const begun = () => heard.events().filter((event) => event['detail-type'] === 'LabelingStarted').length
      await playDay(cloud, day, begun, async () => {
        if (labelByHand) await labelByHand(date, heard.events)
        else if (judge) await labeller.answer(cloud, ANNOTATORS, judge)
      })
      const row = rowOf(date, heard.events())
      rows.push(row)
      screen.progress(
        `${date} · ${row.posts} posts, ${row.labelled} labelled${row.verdict && `, model ${row.verdict}`}`,
      )
    }
    screen.progress('adding it up …')
    const seconds = (Date.now() - began) / 1000
    const summary = await summarise(objects, heard.published, refusedRows, seconds)
    const shares = judge ? besideTruth(summary.shares, await truthOf(objects, posts)) : summary.shares
    screen.clear()
    // oxlint-disable-next-line typescript/no-non-null-assertion -- the settings demand two categories or more
    const label = labels[0]!
    return {
      cloud,
      rows: rows.map((row) => ({ ...row, share: shareOfDay(summary, row.date, label) })),
      label,
      summary: { ...summary, shares },
    }
  } catch (error) {
    await cloud.close()
    throw error
  }
}

function usedBefore(data: string, now: number, left: readonly number[], days: readonly number[]): string {
  const which =
    left.length === 0
      ? 'all days of the posts were played'
      : `${counted(left.length, 'day')} of ${days.length} ${left.length === 1 ? 'is' : 'are'} left to play`
  return (
    `${data} was used before and continues at ${dayOf(now)}: ${which}. ` +
    'What was done before is not done again, and the table by days leaves it out.'
  )
}

/** What a replay plays. */
interface Played {
  posts: FilePost[]
  refusedRows: number
  /** bellwether.yml for these posts. */
  yaml: string
  labels: string[]
  judge: Judge | undefined
  settings: Settings
  /** The days that are played; midnights. */
  days: number[]
}

/** Throws, with what to do, where an option names a file that is not there. */
export function refuseMissingFiles({ posts, config, import: labels }: ReplayOptions): void {
  for (const given of [posts, config, labels]) if (given !== undefined) refuseNoFile(given)
}

/** Read the posts and the configuration. Throws, with what to do, where nothing can be played. */
async function readInput(options: ReplayOptions, { root, screen }: Surroundings): Promise<Played> {
  const file = options.posts ?? path.join(root, 'samples/posts/sample.jsonl')
  const configFile = options.config ?? path.join(root, 'bellwether.yml')
  refuseMissingFiles(options)
  const config = readFileSync(configFile, 'utf8')
  if (options.import !== undefined) await refuseUnreadable(options.import)
  const own = options.config === undefined ? undefined : parseSettings(config, configFile)
  const tally = makeTally()
  const { posts: all, refused } = await readPosts(file, {
    perDay: options.perDay,
    tags: own?.hashtags.map(({ tag }) => tag),
    categories: own?.labels.categories.map(({ name }) => name),
    onFound: ({ words, isUnusual }) => void (isUnusual && screen.say(`Read ${file} as ${words}.`)),
    tally,
  })
  if (refused.length > 0) keepRefusals(options, refused)
  for (const line of refusalsInWords(tally, file, options)) screen.say(line)
  if (all.length === 0) {
    throw new Error(
      `${file} has no posts: ${refused.length === 0 ? 'it has no rows' : `all ${counted(refused.length, 'row')} were refused`}`,
    )
  }
  const yaml = overlay(config, configFile, all, {
    labeller: options.labeller,
    acceptUnreliable: options.acceptUnreliable,
    ...(options.labelsPerDay === undefined ? {} : { labelsPerDay: options.labelsPerDay }),
    workteamArn: 'arn:aws:sagemaker:eu-west-1:000000000000:workteam/private-crowd/annotators',
    // The default seed draws as a deployment does.
    salt: options.seed === DEFAULT_SEED ? '' : String(options.seed),
    ownConfig: options.config !== undefined,
    ...(options.llmMistakes === undefined ? {} : { added: readFileSync(path.join(root, LLM_SECTION), 'utf8') }),
  })
  const settings = parseSettings(yaml, configFile)
  const labels = settings.labels.categories.map(({ name }) => name)
  const { posts, notes } = withinSettings(all, settings)
  for (const note of notes) screen.say(note)
  return {
    posts,
    refusedRows: refused.length,
    yaml,
    labels,
    judge: judgeOf(options, posts, labels),
    settings,
    days: playedDays(posts, options.everyDay),
  }
}

function openCloud(
  options: ReplayOptions,
  { packageDir, screen }: Surroundings,
  { yaml, judge, days, posts }: Played,
  onEvent: (bus: string, event: BusEvent) => void,
): Promise<Cloud> {
  return createCloud({
    packageDir,
    stackName: STACK_NAME,
    dataDir: options.data,
    port: options.port,
    // The evening of the first day; a data folder that was used before continues from its own time.
    start: eveningOf(days[0] ?? 0),
    overlay: { 'bellwether.yml': yaml },
    ...(options.record === undefined ? {} : { recordDir: options.record }),
    ...(judge ? { annotate: judge, workers: ANNOTATORS } : {}),
    ...(options.llmMistakes === undefined
      ? {}
      : { languageModel: simulatedModel(posts, options.llmMistakes, options.seed) }),
    onEvent,
    onMail: tellOfMails(screen.say),
  })
}

/**
 * The schedule collects the day after midnight and people answer. On the day after that, deadlines end open batches.
 * People look again later in the day if one more batch began, because of a custom schedule or an earlier stop.
 */
async function playDay(cloud: Cloud, day: number, begun: () => number, answer: () => Promise<unknown>): Promise<void> {
  const next = day + DAY_MS
  let seen = -1
  for (const at of [30 * MINUTE_MS, DAY_MS / 4, DAY_MS / 2, (3 * DAY_MS) / 4]) {
    await cloud.advanceTo(next + at)
    await cloud.idle()
    if (begun() === seen) continue
    seen = begun()
    await answer()
    await cloud.idle()
  }
  await cloud.advanceTo(eveningOf(next))
  await cloud.idle()
}

function judgeOf(options: ReplayOptions, posts: readonly FilePost[], labels: readonly string[]): Judge | undefined {
  if (options.annotators === 'none') return undefined
  if (!posts.some(({ label }) => label !== undefined)) {
    throw new Error('no post has a label of the configuration, so annotators cannot be simulated: add --label-by-hand')
  }
  return options.annotators === 'rows' ? rowJudge(posts) : knowingJudge(posts, labels, options.mistakes, options.seed)
}

/** What a source may know of a post: everything but its label. */
async function* sourceLines(posts: readonly FilePost[]): AsyncIterable<string> {
  for (const { label: _, ...post } of posts) yield `${JSON.stringify(post)}\n`
}

const detail = z.object({
  posts: z.number().optional(),
  labelled: z.number().optional(),
  costUsd: z.number().optional(),
  macroF1: z.number().nullish(),
  engine: z.string().optional(),
  date: z.string().optional(),
})

/** The day's result by its events. */
function rowOf(date: string, events: readonly BusEvent[]): Omit<DayRow, 'share'> {
  const unique = [
    ...new Map(events.map((event) => [JSON.stringify([event['detail-type'], event.detail]), event])).values(),
  ]
  const of = (...names: string[]) =>
    unique.filter((event) => names.includes(event['detail-type'])).map((event) => detail.parse(event.detail))
  const sum = (numbers: (number | undefined)[]) => numbers.reduce<number>((total, n) => total + (n ?? 0), 0)

  const collected = of('PostsCollected').filter((event) => event.date === date)
  const measured = of('LabelsMeasured')
  const promoted = of('ModelPromoted')
  const judged = [...promoted, ...of('ModelRejected')]
  const scored = judged.flatMap(({ engine = '', macroF1 }) =>
    typeof macroF1 === 'number' ? [`${engine} ${macroF1.toFixed(2)}`] : [],
  )
  return {
    date,
    posts: sum(collected.map(({ posts }) => posts)),
    labelled: sum(measured.map(({ labelled }) => labelled)),
    spentUsd: sum([...collected, ...measured].map(({ costUsd }) => costUsd)),
    model: scored.sort().join(', '),
    verdict: judged.length === 0 ? '' : promoted.length > 0 ? `${promoted.at(-1)?.engine} promoted` : 'rejected',
  }
}
