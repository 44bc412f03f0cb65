import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Cloud } from './cloud'
import { parseOptions, USAGE } from './replay/options'
import { replay } from './replay/replay'
import { createScreen, table } from './replay/screen'
import type { Summary } from './replay/summary'
import { truthTable } from './replay/truth'
import { ROOT } from './root'
import { pointTo } from './running'

const temporaries: string[] = []
const options = parseOptions(process.argv.slice(2), () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'bellwether-'))
  temporaries.push(folder)
  return folder
})

if (options === 'help') console.log(USAGE)
else if ('problem' in options) {
  console.error(`${options.problem}\n\nnpm start -- --help tells what there is.`)
  process.exitCode = 2
} else void main(options)

async function main(chosen: Exclude<typeof options, 'help' | { problem: string }>): Promise<void> {
  const screen = createScreen(process.stdout)
  const stop = new AbortController()
  process.once('SIGINT', () => {
    screen.say('\nStopping after this step; Ctrl-C again stops at once.')
    stop.abort()
    process.once('SIGINT', () => process.exit(130))
  })
  try {
    screen.progress('packaging the stack …')
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(ROOT, 'bin/package.mjs')])
    const packageDir = path.dirname(stdout.trim())
    if (chosen.posts === undefined) {
      screen.say('Replaying the sample posts. They are made up: a seeded generator wrote them (samples/README.md).')
    }
    const { cloud, rows, label, summary } = await replay(chosen, {
      packageDir,
      root: ROOT,
      screen,
      signal: stop.signal,
    })
    const beside = truthTable(summary.shares)
    screen.say(`\n${table(rows, label)}\n\n${beside && `${beside}\n\n`}${inWords(summary)}`)
    if (chosen.summary) writeFileSync(chosen.summary, `${JSON.stringify(summary, null, 2)}\n`)
    if (!chosen.once && !stop.signal.aborted) {
      pointTo(chosen.data)
      const links = { report: await linkFor(cloud, 'reader'), labels: await linkFor(cloud, 'owner') }
      screen.say(serving(cloud.endpoint, chosen.data, links))
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
    }
    await cloud.close()
  } catch (error) {
    screen.clear()
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  } finally {
    for (const folder of temporaries) rmSync(folder, { recursive: true, force: true })
  }
}

const inWords = ({ posts, cascades, refusedRows, labelling, models, champion, seconds }: Summary): string =>
  [
    `${posts} posts${refusedRows > 0 ? ` (${refusedRows} rows refused)` : ''} in ${cascades} cascades; ` +
      `${labelling.items} items labelled by ${labelling.judgements} judgements for $${labelling.spentUsd.toFixed(2)}; ` +
      `${models.length} models trained, ${models.filter(({ verdict }) => verdict === 'promoted').length} promoted.`,
    `The labels are ${labelling.status}: ${labelling.reasons.join('; ')}.`,
    champion ? `Live: ${champion}` : 'No model is live.',
    `${seconds.toFixed(1)} s.`,
  ].join('\n')

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
