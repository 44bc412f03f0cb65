import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { ROOT } from '../../../local/root'
import { DAY_MS, dayAfter, dayOf, midnightOf } from '../../../shared/utc-day'
import { type MastodonStub, startMastodon } from '../../stubs/mastodon'
import { weekOfPosts } from '../../stubs/week'
// Packaged in advance, so that no command packages.
import '../../stack/packaged'

let folder = ''
let stub: MastodonStub
const children: ChildProcess[] = []
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'live-'))
  stub = await startMastodon()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await stub.stop()
  rmSync(folder, { recursive: true, maxRetries: 5 })
})

const data = () => path.join(folder, 'data')
const NOON_MS = DAY_MS / 2
/** About half a minute on an idle machine: a process with its functions, and a restart on the next day. */
const SLOW_MS = 300_000

/** Sets the clock of the data folder to noon of a day, from the next start on. */
function standAt(day: string, folder = data()): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'clock'), `${Date.parse(day) + NOON_MS - Date.now()}\n`)
}

/** `npm start -- --live` against the stub. */
const startLive = (...more: string[]) =>
  startWith('--hashtag', 'aws', '--mastodon', stub.url, '--data', data(), ...more)

function startWith(...more: string[]) {
  const args = ['--live', '--count-after', '1', ...more]
  const child = spawn(process.execPath, [path.join(ROOT, 'bin/run.mjs'), 'local/start.ts', ...args], { cwd: ROOT })
  children.push(child)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  /** Waits for this output; fails when the process ends before. */
  const says = async (wanted: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = wanted.exec(said)
      if (found) return found
      if (child.exitCode !== null) throw new Error(`it ended without ${wanted}:\n${said}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return {
    says,
    ended,
    said: () => said,
    stop: async () => {
      child.kill('SIGINT')
      return ended
    },
  }
}

/** Opens a page by its link. */
async function visit(link: string) {
  const { origin, pathname, hash } = new URL(link)
  const opened = await fetch(`${origin}${pathname}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: hash.slice(1) }),
  })
  const cookie = opened.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  return async (method: 'GET' | 'POST', of: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${origin}${pathname}${of}`, {
      method,
      headers: { cookie, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    expect(answer.status).toBe(200)
    return answer.json()
  }
}

const handed = z.object({ items: z.array(z.object({ batch: z.string(), item: z.string(), text: z.string() })) })
const receipt = z.object({ answers: z.array(z.object({ result: z.string() })) })
const share = z.object({ label: z.string(), share: z.number(), low: z.number(), high: z.number() })
const reported = z.object({
  days: z.array(
    z.object({ date: z.string(), day: z.object({ byPosts: z.object({ state: z.string(), shares: z.array(share) }) }) }),
  ),
})

it(
  'shows real posts, counts ten labels, stops, and catches up on the missed day',
  async () => {
    const today = dayOf(midnightOf(Date.now()))
    const yesterday = dayAfter(today, -1)
    stub.statuses = weekOfPosts(today, 8)
    standAt(yesterday)

    const first = startLive('--labels-per-day', '12')
    const [, desk = ''] = await first.says(/keys 1, 2.*\n {2}(\S+)/)
    await first.says(/While this command runs/)
    expect(first.said()).toContain(`#aws on Mastodon, as ${new URL(stub.url).host} has it. Terms: ${stub.url}/about`)
    expect(first.said()).toContain(`The time here, ${yesterday} 12:00 UTC`)
    expect(first.said()).toMatch(new RegExp(`${dayAfter(yesterday, -7)}  #aws +90\n`))
    expect(first.said()).toMatch(/\n\d{3} posts of 7 days\.\n/)

    const annotator = await visit(desk)
    const { items } = handed.parse(await annotator('GET', '/batch/next?count=10'))
    const answers = items.map(({ batch, item, text }) => ({
      batch,
      item,
      revision: 1,
      label: /join|register|free|webinar/i.test(text) ? 'marketing' : 'technical',
    }))
    const { answers: kept } = receipt.parse(await annotator('POST', '/answers', { answers }))
    expect(kept.filter(({ result }) => result === 'kept')).toHaveLength(10)
    await first.says(new RegExp(`10 labels of ${dayAfter(yesterday, -1)} are counted\\.`))

    expect(await first.stop()).toBe(0)
    expect(first.said()).toMatch(
      /Stopped\. .*\n {2}npm start -- --live --hashtag aws --mastodon http:\/\/127\.0\.0\.1:\d+ --labels-per-day 12 --data \S+\n$/,
    )
    const pages = () => stub.asked.filter(({ path: of }) => of.startsWith('/api/v1/timelines/')).length
    const read = pages()

    standAt(today)
    const second = startLive('--labels-per-day', '12')
    const [, report = ''] = await second.says(/See the shares:\n {2}(\S+)/)
    await second.says(/While this command runs/)
    expect(second.said()).toContain(`Continues in ${data()}, which was used before.`)
    expect(second.said()).toMatch(new RegExp(`${yesterday}  #aws +\\d+ `))
    // Only the missed day is read.
    expect(pages() - read).toBeLessThan(read / 3)

    const sentence = await second.says(/#aws on mastodon, (\S+): \d+ % of the posts .*95 % interval \d+ to \d+ %/)
    expect(sentence[1]).toBe(dayAfter(yesterday, -1))
    const reader = await visit(report)
    const { days } = reported.parse(await reader('GET', '/data'))
    const labelled = days.find(({ date }) => date === dayAfter(yesterday, -1))
    expect(labelled).toMatchObject({ day: { byPosts: { state: 'reported' } } })
    for (const { low, high } of labelled?.day.byPosts.shares ?? []) expect(high).toBeGreaterThan(low)
    expect(await second.stop()).toBe(0)
  },
  SLOW_MS,
)

it(
  'keeps two networks of a hashtag separate, from their posts to their reports',
  async () => {
    const other = await startMastodon()
    try {
      const today = dayOf(Date.now())
      const yesterday = dayAfter(today, -1)
      stub.statuses = weekOfPosts(today, 8)
      // Fewer of the same texts, on a second network.
      other.statuses = weekOfPosts(today, 8).filter((_, i) => i % 2 === 0)
      const settings = parse(readFileSync(path.join(ROOT, 'bellwether.yml'), 'utf8')) as Record<string, unknown>
      const caps = { posts: { perDay: 10_000, perMonth: 300_000 } }
      const config = path.join(folder, 'two.yml')
      const text = stringify({
        ...settings,
        hashtags: [{ tag: 'aws', sources: ['here', 'there'] }],
        sources: {
          here: { type: 'mastodon', instance: stub.url, caps },
          there: { type: 'mastodon', instance: other.url, network: 'elsewhere', caps },
        },
      })
      writeFileSync(config, text)
      const place = ['--config', config, '--data', path.join(folder, 'two')]
      standAt(today, path.join(folder, 'two'))
      const started = startWith('--days', '2', '--labels-per-day', '40', ...place)
      const [, desk = ''] = await started.says(/keys 1, 2.*\n {2}(\S+)/)
      const [, report = ''] = await started.says(/See the shares:\n {2}(\S+)/)
      await started.says(/While this command runs/)
      const annotator = await visit(desk)
      const { items } = handed.parse(await annotator('GET', '/batch/next?count=40'))
      await annotator('POST', '/answers', {
        answers: items.map(({ batch, item }, i) => ({
          batch,
          item,
          revision: 1,
          label: i % 3 ? 'technical' : 'marketing',
        })),
      })

      const sentences = ['mastodon', 'elsewhere'].map((network) =>
        started.says(new RegExp(`#aws on ${network}, ${yesterday}: \\d+ % of the posts`)),
      )
      await Promise.all(sentences)
      const reader = await visit(report)
      const { days } = z
        .object({
          days: z.array(z.object({ date: z.string(), topic: z.string(), day: z.object({ posts: z.number() }) })),
        })
        .parse(await reader('GET', '/data'))
      const posts = new Map(
        days.filter(({ date }) => date === yesterday).map(({ topic, day }) => [topic, day.posts] as const),
      )
      expect([...posts.keys()].sort()).toEqual(['aws on elsewhere', 'aws on mastodon'])
      expect(posts.get('aws on mastodon')).toBeGreaterThan(posts.get('aws on elsewhere') ?? Infinity)
      expect(await started.stop()).toBe(0)
    } finally {
      await other.stop()
    }
  },
  SLOW_MS,
)

it(
  'waits for nobody with --once: it collects, reports, leaves batches open and exits with 0',
  async () => {
    const summary = path.join(folder, 'summary.json')
    stub.statuses = weekOfPosts(dayOf(Date.now()), 8)
    const once = startLive('--once', '--summary', summary, '--data', path.join(folder, 'once'))

    expect(await once.ended).toBe(0)
    const { posts, withheld } = z
      .object({ posts: z.number(), withheld: z.array(z.object({ state: z.string() })) })
      .parse(JSON.parse(readFileSync(summary, 'utf8')))
    expect(posts).toBeGreaterThan(500)
    expect(withheld).toContainEqual(expect.objectContaining({ state: 'not-enough-labels' }))
  },
  SLOW_MS,
)
