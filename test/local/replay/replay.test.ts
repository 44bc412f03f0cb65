import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseReplayOptions } from '../../../local/replay/options'
import { replay } from '../../../local/replay/replay'
import { ROOT } from '../../../local/root'
import { templateFile } from '../../stack/packaged'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'replay-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const POSTS = 12

/** Replays twelve posts per day with these labels in turn; returns the outcome and the output. */
async function replayed(labels: string[], packageDir = path.dirname(templateFile), days = ['2026-01-01']) {
  const posts = path.join(folder, 'posts.jsonl')
  const text = (i: number) =>
    `post ${i} of a day about ${'abcdefghijkl'[i]?.repeat(9)} and ${'mnopqrstuvwx'[i]?.repeat(9)}`
  const rows = days.flatMap((day) =>
    Array.from({ length: POSTS }, (_, i) => ({
      createdAt: `${day}T${10 + i}:00:00Z`,
      text: text(i),
      hashtag: 'aws',
      label: labels[i % labels.length],
    })),
  )
  writeFileSync(posts, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const options = parseReplayOptions(
    ['--once', '--posts', posts, '--data', path.join(folder, 'data'), '--config', path.join(ROOT, 'bellwether.yml')],
    () => folder,
  )
  if (options === 'help' || 'problem' in options) throw new Error('these options are good')
  const said: string[] = []
  const screen = { say: (line: string) => void said.push(line), progress: () => {}, clear: () => {} }
  const signal = new AbortController().signal
  const { cloud, rows: played, summary } = await replay(options, { packageDir, root: ROOT, screen, signal })
  await cloud.close()
  return { days: played, summary, said }
}

it('continues when the posts have labels that are not configured', async () => {
  const { days, summary, said } = await replayed(['technical', 'marketing', 'spam'])

  expect(said).toEqual([expect.stringMatching(/^4 posts count as without a label.*: spam$/)])
  expect(days).toMatchObject([{ posts: POSTS }])
  expect(summary.labelling.judgements).toBeGreaterThan(0)
}, 60_000)

it('skips days without posts, and says so', async () => {
  const packageDir = path.dirname(templateFile)
  const { days, summary, said } = await replayed(['technical', 'marketing'], packageDir, ['2025-01-01', '2026-01-01'])

  expect(said).toEqual(['Skips 364 days without posts, 2025-01-02 to 2025-12-31; --every-day plays them.'])
  expect(days).toMatchObject([
    { date: '2025-01-01', posts: POSTS, labelled: POSTS },
    { date: '2026-01-01', posts: POSTS },
  ])
  expect(summary.posts).toBe(2 * POSTS)
  expect(summary.events.PostsCollected).toBeLessThan(8)
}, 60_000)

it('lets annotators label items drawn later in the day', async () => {
  const packageDir = path.join(folder, 'package')
  cpSync(path.dirname(templateFile), packageDir, { recursive: true })
  const template = path.join(packageDir, path.basename(templateFile))
  const late = readFileSync(template, 'utf8').replace('cron(10 0 * * ? *)', 'cron(10 9 * * ? *)')
  expect(late).toContain('cron(10 9 * * ? *)')
  writeFileSync(template, late.replace('cron(0 1 * * ? *)', 'cron(0 10 * * ? *)'))

  const { days } = await replayed(['technical', 'marketing'], packageDir)

  expect(days).toMatchObject([{ posts: POSTS, labelled: POSTS }])
}, 60_000)
