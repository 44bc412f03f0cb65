import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { readSettings } from '../shared/settings'
import { checkFiles, errorInWords } from './check/check'
import { CHECK_USAGE, parseCheck } from './check/options'
import { linkFor } from './link'
import { askUnseen } from './live/ask'
import { configure, live } from './live/live'
import { type LiveOptions, onlyLive, parseLive, resumeCommand } from './live/options'
import type { LiveSettings } from './live/settings'
import { parseReplayOptions, type ReplayOptions, REPLAY_USAGE } from './replay/options'
import { LLM_SECTION, refuseMissingFiles, type Replay, replay } from './replay/replay'
import { table } from './replay/screen'
import type { Summary } from './replay/summary'
import { truthTable } from './replay/truth'
import { widthsInWords } from './replay/widths'
import { ROOT } from './root'
import { pointTo } from './running'
import { printable } from '../packages/embedded-aws/src/printable'
import { createScreen, type Screen } from './screen'

const temporaries: string[] = []
const [command, ...rest] = process.argv.slice(2)
if (command === 'check') void runCheck(rest)
else start(process.argv.slice(2))

function start(argv: string[]): void {
  const isLive = argv.includes('--live')
  const chosen = isLive ? parseLive(argv) : (onlyLive(argv) ?? parseReplayOptions(argv, temporaryFolder))
  if (chosen === 'help') console.log(REPLAY_USAGE)
  else if ('problem' in chosen) {
    console.error(`${chosen.problem}\n\nnpm start -- --help lists the options.`)
    process.exitCode = 2
  } else if ('hashtags' in chosen) void goLive(chosen)
  else void playPosts(chosen)
}

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'bellwether-'))
  temporaries.push(folder)
  return folder
}

/** Say what would happen to files, and start nothing. */
async function runCheck(argv: string[]): Promise<void> {
  const chosen = parseCheck(argv)
  if (chosen === 'help') console.log(CHECK_USAGE)
  else if ('problem' in chosen) {
    console.error(`${chosen.problem}\n\nnpm start -- check --help lists the options.`)
    process.exitCode = 2
  } else {
    const screen = createScreen(process.stderr, { isQuiet: true, print: console.log })
    screen.progress(`checking ${chosen.files.join(', ')} …`)
    try {
      process.exitCode = await checkFiles(chosen, { root: ROOT, now: new Date(), say: screen.say })
    } catch (error) {
      screen.clear()
      console.error(printable(errorInWords(error)))
      process.exitCode = 2
    } finally {
      screen.clear()
    }
  }
}

/**
 * Work on the packaged stack until it is done or Ctrl-C stops it; 130 where Ctrl-C came before the stack was packaged.
 */
async function withStack(
  {
    screen,
    summary,
    added,
    prepare,
  }: { screen: Screen; summary: string | undefined; added?: string; prepare?: () => void },
  work: (packageDir: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(130)
    stop.abort()
    screen.say('\nStopping after this step; Ctrl-C again stops at once.')
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  // Also after a second Ctrl-C. A folder that is still being written to may need a second try.
  process.once('exit', () => {
    for (const folder of temporaries) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  try {
    if (summary !== undefined) mkdirSync(path.dirname(summary), { recursive: true })
    // A mistake in it is reported here as it is; the packager would wrap it.
    readSettings(ROOT)
    prepare?.()
    screen.progress('packaging the stack …')
    const packageDir = await packaged(stop.signal, added)
    screen.clear()
    if (packageDir === undefined) process.exitCode = 130
    else await work(packageDir, stop.signal)
  } catch (error) {
    screen.clear()
    console.error(error instanceof Error ? printable(error.message) : error)
    process.exitCode = 1
  }
}

/** The folder of the packaged stack; undefined when Ctrl-C ended the packaging. */
async function packaged(signal: AbortSignal, added?: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [path.join(ROOT, 'bin/package.mjs'), ...(added === undefined ? [] : ['--with', added])],
      { signal },
    )
    return path.dirname(stdout.trim())
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

async function goLive(chosen: LiveOptions): Promise<void> {
  const screen = createScreen(process.stdout)
  const ask = process.stdin.isTTY && process.stdout.isTTY ? askAtTerminal : undefined
  let configured: LiveSettings | undefined
  const prepare = () => (configured = configure(chosen, ROOT))
  await withStack({ screen, summary: chosen.summary, prepare }, async (packageDir, signal) => {
    await live(chosen, configured ?? prepare(), { packageDir, screen, signal, ask })
    if (signal.aborted) {
      screen.say(
        `Stopped. This command resumes from here, and collects the days in between:\n  ${resumeCommand(chosen)}`,
      )
    }
  })
}

const askAtTerminal = (question: string) => askUnseen(process.stdin, process.stdout, question)

async function playPosts(chosen: ReplayOptions): Promise<void> {
  const screen = createScreen(process.stdout)
  const added = chosen.llmMistakes === undefined ? undefined : LLM_SECTION
  const prepare = () => refuseMissingFiles(chosen)
  await withStack({ screen, summary: chosen.summary, added, prepare }, async (packageDir, signal) => {
    if (chosen.posts === undefined) {
      screen.say('Replaying the sample posts. They are made up: a seeded generator wrote them (samples/README.md).')
    }
    screen.progress('reading the posts and starting the cloud …')
    const played = await replay(chosen, { packageDir, root: ROOT, screen, signal })
    // The result below is that of the days until then. A person who labels is invited to end the replay so.
    if (signal.aborted && chosen.annotators !== 'none') process.exitCode = 130
    try {
      await show(chosen, played, screen, signal)
    } finally {
      await played.cloud.close()
    }
  })
}

/** Print the result and, without --once, serve until Ctrl-C. */
async function show(
  chosen: ReplayOptions,
  { cloud, rows, label, summary }: Replay,
  screen: Screen,
  signal: AbortSignal,
) {
  const parts = [
    rows.length > 0 ? table(rows, label) : '',
    truthTable(summary),
    widthsInWords(summary.shares),
    summaryInWords(summary),
  ]
  screen.say(`\n${parts.filter(Boolean).join('\n\n')}`)
  if (chosen.summary !== undefined) writeFileSync(chosen.summary, `${JSON.stringify(summary, null, 2)}\n`)
  if (chosen.once || signal.aborted) return
  pointTo(chosen.data)
  // Ctrl-C may come while the links are made: then nobody waits for the pages.
  const links = { report: await linkFor(cloud, 'reader'), labels: await linkFor(cloud, 'owner') }
  if (signal.aborted) return
  screen.say(serving(cloud.endpoint, chosen.data, links))
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
}

const summaryInWords = ({ posts, cascades, refusedRows, labelling, models, champion, seconds }: Summary): string =>
  [
    `${counted(posts, 'post')}${refusedRows > 0 ? ` (${counted(refusedRows, 'row')} refused)` : ''} in ${counted(cascades, 'cascade')}; ` +
      `${labellingInWords(labelling)} for $${labelling.spentUsd.toFixed(2)}; ` +
      `${counted(models.length, 'model')} trained, ${models.filter(({ verdict }) => verdict === 'promoted').length} promoted.`,
    `The labels are ${labelling.status}: ${labelling.reasons.join('; ')}.`,
    ...contestInWords(models),
    champion
      ? `Live: ${models.find(({ name }) => name === champion)?.engine ?? 'a model'}, ${champion}`
      : 'No model is live.',
    `${seconds.toFixed(1)} s.`,
  ].join('\n')

/** `51 of 60 messages have a label, from 69 judgements` */
const labellingInWords = ({ items, labelled, judgements, withoutJudgement }: Summary['labelling']): string =>
  `${labelled} of ${counted(items, 'message')} ${labelled === 1 ? 'has' : 'have'} a label, from ${counted(judgements, 'judgement')}` +
  (withoutJudgement > 0 ? ` and ${counted(withoutJudgement, 'imported label')}` : '')

/** Every model of the last dataset, with its verdict and the reasons. */
const contestInWords = (models: Summary['models']): string[] =>
  models
    .filter(({ datasetId }) => datasetId === models.at(-1)?.datasetId)
    .map(({ engine, macroF1, macroF1Interval: interval, verdict, reasons }) => {
      const score = macroF1 === null ? 'not measured' : `macro-F1 ${macroF1.toFixed(3)}`
      const range = interval ? ` (${interval.low.toFixed(3)}–${interval.high.toFixed(3)})` : ''
      return `Last contest, ${engine}: ${score}${range}, ${verdict}: ${reasons.join('; ')}.`
    })

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

const serving = (endpoint: string, data: string, links: { report: string; labels: string }): string =>
  [
    '',
    `The report: ${links.report}`,
    `The labels: ${links.labels}`,
    '',
    `The cloud keeps serving at ${endpoint}; its files are in ${data}.`,
    `  aws --endpoint-url ${endpoint} s3 ls               (any key id and secret)`,
    `  npm run invoke -- analyzer '{"text":"Cold starts on #aws Lambda, measured"}'`,
    'Ctrl-C stops it.',
  ].join('\n')
