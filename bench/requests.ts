import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseReplayOptions } from '../local/replay/options'
import { replay } from '../local/replay/replay'
import { ROOT } from '../local/root'
import { mulberry32 } from '../shared/statistics/random'
import { dayAfter } from '../shared/utc-day'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/requests.ts [--days 60] [--posts 12] [--sample]

How many requests to AWS does a day take, and does that number grow with the age of the stack? Replays a stream of small days as
npm start -- --once --record does, and counts every request of every function. Compares days 10 to 20 with the last eleven days.

  --days N        days of the replay
  --posts N       posts of each hashtag and day
  --sample        also replay the sample posts, and list their requests by operation
`

const { values: options } = benchOptions(USAGE, {
  days: { type: 'string', default: '60' },
  /** Posts of each hashtag and day. */
  posts: { type: 'string', default: '12' },
  sample: { type: 'boolean', default: false },
})

const FIRST_DAY = '2026-03-01'
const WINDOW = 10
/** Maximum ratio of the requests of the last days to those of days 10 to 20. */
const MOST = 1.2

interface Counted {
  /** Requests of each day of the replay. */
  days: number[]
  /** Requests of each operation, as `s3.GetObject`. */
  operations: Map<string, number>
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-requests-'))
  try {
    const file = path.join(folder, 'posts.jsonl')
    writeFileSync(file, stream(Number(options.days), Number(options.posts)))
    const { days } = await count(folder, ['--posts', file, '--labels-per-day', options.posts])
    const early = mean(days.slice(WINDOW - 1, 2 * WINDOW))
    const late = mean(days.slice(-WINDOW - 1))
    const growth = late / early
    console.log(`${days.length} days of 2 × ${options.posts} posts, requests by day: ${days.join(' ')}`)
    console.log(
      `days 10 to 20: ${early.toFixed(0)} a day; days ${days.length - WINDOW} to ${days.length}: ${late.toFixed(0)}; ${growth.toFixed(2)}x (to reach: at most ${MOST})`,
    )
    if (options.sample) tell(await count(folder, []))
    if (growth > MOST) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Replay with these options, and count the requests of the functions to AWS. */
async function count(folder: string, more: readonly string[]): Promise<Counted> {
  const template = execFileSync(process.execPath, [path.join(ROOT, 'bin/package.mjs')], { encoding: 'utf8' }).trim()
  const data = mkdtempSync(path.join(folder, 'data-'))
  const record = path.join(data, 'requests')
  const parsed = parseReplayOptions(['--once', '--data', data, '--record', record, ...more], () => data)
  if (parsed === 'help' || 'problem' in parsed) throw new Error('the replay has other options now')
  const until: number[] = []
  const { cloud } = await replay(parsed, {
    packageDir: path.dirname(template),
    root: ROOT,
    screen: {
      say: () => {},
      // Reported at the start and at the end of a day.
      progress: (text) => void (/ · day \d+ of /.test(text) && until.push(readdirSync(record).length)),
      clear: () => {},
    },
    signal: new AbortController().signal,
  })
  await cloud.close()
  const files = readdirSync(record)
  until.push(files.length)
  const operations = new Map<string, number>()
  for (const name of files) {
    const operation = name.split('.').slice(1, 3).join('.')
    operations.set(operation, (operations.get(operation) ?? 0) + 1)
  }
  return { days: until.slice(1).map((total, i) => total - (until[i] ?? 0)), operations }
}

function tell({ days, operations }: Counted): void {
  const sorted = [...operations].sort(([, a], [, b]) => b - a)
  const sum = (prefix: string) =>
    sorted.reduce((total, [name, requests]) => (name.startsWith(prefix) ? total + requests : total), 0)
  console.log(`\nthe sample: ${sum('')} requests, at most ${Math.max(...days)} a day; DynamoDB ${sum('dynamodb.')}`)
  for (const [name, requests] of sorted) console.log(`${String(requests).padStart(7)}  ${name}`)
}

/** Posts of two hashtags, as JSON Lines. Each is of one of two kinds, uses its kind's words, and is like no other. */
function stream(days: number, perDay: number): string {
  const random = mulberry32(1)
  const words = {
    technical: ['latency', 'lambda', 'deploy', 'bug', 'index', 'query', 'memory', 'timeout', 'patch', 'region'],
    marketing: ['webinar', 'join', 'discount', 'hiring', 'summit', 'free', 'award', 'partner', 'register', 'offer'],
  }
  const lines: string[] = []
  for (let day = 0; day < days; day++) {
    for (const hashtag of ['aws', 'azure']) {
      for (let i = 0; i < perDay; i++) {
        const label = random() < 0.5 ? 'technical' : 'marketing'
        const said = Array.from({ length: 7 }, () => words[label][Math.floor(random() * words[label].length)])
        const minute = String(Math.floor((i * 60) / perDay)).padStart(2, '0')
        const createdAt = `${dayAfter(FIRST_DAY, day)}T12:${minute}:00.000Z`
        const name = `n${day}${hashtag}${i}x${Math.floor(random() * 1e9).toString(36)}`
        const id = `${day}-${hashtag}-${i}`
        lines.push(
          JSON.stringify({
            id,
            createdAt,
            hashtag,
            language: 'en',
            author: `a${i}`,
            text: `${said.join(' ')} ${name} #${hashtag}`,
            label,
          }),
        )
      }
    }
  }
  return `${lines.join('\n')}\n`
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

void main()
