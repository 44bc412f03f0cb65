import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { readSettings } from '../shared/settings'
import type { Cloud } from './cloud'
import { check, inWords } from './check/check'
import { CHECK_USAGE, parseCheck } from './check/options'
import { parseOptions, type ReplayOptions, USAGE } from './replay/options'
import { type Replay, replay } from './replay/replay'
import { table } from './replay/screen'
import type { Summary } from './replay/summary'
import { truthTable } from './replay/truth'
import { ROOT } from './root'
import { pointTo } from './running'
import { printable } from './printable'
import { createScreen, type Screen } from './screen'

const temporaries: string[] = []
const [command, ...rest] = process.argv.slice(2)
if (command === 'check') void checkFiles(rest)
else start(process.argv.slice(2))

function start(argv: string[]): void {
  const options = parseOptions(argv, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bellwether-'))
    temporaries.push(folder)
    return folder
  })
  if (options === 'help') console.log(USAGE)
  else if ('problem' in options) {
    console.error(`${options.problem}\n\nnpm start -- --help tells what there is.`)
    process.exitCode = 2
  } else void main(options)
}

/** Say what becomes of files, and start nothing. */
async function checkFiles(argv: string[]): Promise<void> {
  const chosen = parseCheck(argv)
  if (chosen === 'help') console.log(CHECK_USAGE)
  else if ('problem' in chosen) {
    console.error(`${chosen.problem}\n\nnpm start -- check --help tells what there is.`)
    process.exitCode = 2
  } else {
    try {
      process.exitCode = await check(chosen, {
        root: ROOT,
        now: new Date(),
        say: (line) => console.log(printable(line)),
      })
    } catch (error) {
      console.error(printable(inWords(error)))
      process.exitCode = 2
    }
  }
}

async function main(chosen: ReplayOptions): Promise<void> {
  const screen = createScreen(process.stdout)
  const stop = new AbortController()
  process.on('SIGINT', () => {
    if (stop.signal.aborted) process.exit(130)
    stop.abort()
    screen.say('\nStopping after this step; Ctrl-C again stops at once.')
  })
  // Also after a second Ctrl-C. What is still being written into a folder may need a second try.
  process.once('exit', () => {
    for (const folder of temporaries) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  try {
    if (chosen.summary !== undefined) mkdirSync(path.dirname(chosen.summary), { recursive: true })
    // A mistake in it is told here as it is; the packager would wrap it up.
    readSettings(ROOT)
    screen.progress('packaging the stack …')
    const packageDir = await packaged(stop.signal)
    if (packageDir === undefined) {
      screen.clear()
      process.exitCode = 130
      return
    }
    if (chosen.posts === undefined) {
      screen.say('Replaying the sample posts. They are made up: a seeded generator wrote them (samples/README.md).')
    }
    const played = await replay(chosen, { packageDir, root: ROOT, screen, signal: stop.signal })
    try {
      await show(chosen, played, screen, stop.signal)
    } finally {
      await played.cloud.close()
    }
  } catch (error) {
    screen.clear()
    console.error(error instanceof Error ? printable(error.message) : error)
    process.exitCode = 1
  }
}

/** The folder of the packaged stack; none when Ctrl-C ended the packaging. */
async function packaged(signal: AbortSignal): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(ROOT, 'bin/package.mjs')])
    return path.dirname(stdout.trim())
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

/** Tell how it went, and unless it was to be once, serve until Ctrl-C. */
async function show(
  chosen: ReplayOptions,
  { cloud, rows, label, summary }: Replay,
  screen: Screen,
  signal: AbortSignal,
) {
  const beside = truthTable(summary)
  screen.say(`\n${table(rows, label)}\n\n${beside && `${beside}\n\n`}${summaryInWords(summary)}`)
  if (chosen.summary !== undefined) writeFileSync(chosen.summary, `${JSON.stringify(summary, null, 2)}\n`)
  if (chosen.once || signal.aborted) return
  pointTo(chosen.data)
  const links = { report: await linkFor(cloud, 'reader'), labels: await linkFor(cloud, 'owner') }
  screen.say(serving(cloud.endpoint, chosen.data, links))
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
}

const summaryInWords = ({ posts, cascades, refusedRows, labelling, models, champion, seconds }: Summary): string =>
  [
    `${counted(posts, 'post')}${refusedRows > 0 ? ` (${counted(refusedRows, 'row')} refused)` : ''} in ${counted(cascades, 'cascade')}; ` +
      `${counted(labelling.items, 'item')} labelled by ${counted(labelling.judgements, 'judgement')} for $${labelling.spentUsd.toFixed(2)}; ` +
      `${counted(models.length, 'model')} trained, ${models.filter(({ verdict }) => verdict === 'promoted').length} promoted.`,
    `The labels are ${labelling.status}: ${labelling.reasons.join('; ')}.`,
    champion ? `Live: ${champion}` : 'No model is live.',
    `${seconds.toFixed(1)} s.`,
  ].join('\n')

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

/** A page, for whoever sits at this machine. */
async function linkFor(cloud: Cloud, role: 'reader' | 'owner'): Promise<string> {
  const { payload } = await cloud.invoke('desk-invite', { [role]: 'me' })
  return z.object({ url: z.url() }).parse(JSON.parse(payload)).url
}

const serving = (endpoint: string, data: string, links: { report: string; labels: string }): string =>
  [
    '',
    `The report: ${links.report}`,
    `The labels: ${links.labels}`,
    '',
    `The cloud goes on serving at ${endpoint}; its files are in ${data}.`,
    `  aws --endpoint-url ${endpoint} s3 ls               (any key id and secret)`,
    `  npm run invoke -- analyzer '{"text":"Cold starts on #aws Lambda, measured"}'`,
    'Ctrl-C stops it.',
  ].join('\n')
