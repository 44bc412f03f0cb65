import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { stringify } from 'yaml'
import { z } from 'zod'
import { type Cloud, createCloud } from '../../local/cloud'
import type { CloudOptions } from '../../packages/embedded-aws/src/options'
import { canonical } from '../../shared/canonical'
import { type Labels, labelStore, labelsUnder } from '../../shared/labels'
import type { Objects } from '../../shared/objects'
import { knowingJudge } from '../../local/replay/annotators'
import { answerAtDesk } from '../../local/replay/people'
import type { FilePost } from '../../local/replay/posts'
import { ownersBucket } from '../../local/stores'
import { ROOT } from '../../local/root'
import type { BusEvent } from '../../packages/embedded-aws/src/service'

/** The observable outcome of a story. */
export interface Outcome {
  /** The bytes of each object, by key; times are masked. */
  objects: Record<string, string>
  /** The distinct published events by name, without their ids. */
  events: Record<string, string[]>
  /** Messages in dead-letter queues. */
  dead: string[]
}

const DAY_MS = 86_400_000
const FIRST_DAY = Date.parse('2026-03-02T00:00:00Z')
const DAYS = 2
/** Posts of a day, without retweets. */
const POSTS = 18

/** The packaged stack; packaged again only when its sources changed. */
export function packageDir(): string {
  return path.dirname(execFileSync(process.execPath, [path.join(ROOT, 'bin/package.mjs')], { encoding: 'utf8' }).trim())
}

const subjects = ['lambda', 'bucket', 'queue', 'cluster', 'pipeline', 'cache', 'table', 'stream']

/** Two days of two hashtags: originals, a retweet of one of them, and one post that carries both hashtags. */
export const posts: FilePost[] = Array.from({ length: DAYS * POSTS }, (_, i) => {
  const day = Math.floor(i / POSTS)
  const hashtag = i % 2 ? 'azure' : 'aws'
  const subject = subjects[i % subjects.length]!
  const technical = i % 3 !== 0
  const text = technical
    ? `debugging the ${subject} number ${i}: the error log shows a timeout in the code #${hashtag}`
    : `join our free webinar ${i} and save on every ${subject} today #${hashtag}`
  const both = i === 5 ? ' #aws' : ''
  const original = {
    createdAt: new Date(FIRST_DAY + day * DAY_MS + (i % POSTS) * 4_000_000).toISOString(),
    hashtag,
    author: `a${i}`,
  }
  // Without unique words a post would be a near copy of the others.
  const own = createHash('sha256').update(`${i}`).digest('hex').match(/.{6}/g)!.join(' ')
  return {
    id: String(7_100_000_000 + i),
    text: `${text}${both} ${own}`,
    label: technical ? 'technical' : 'marketing',
    ...original,
  }
}).flatMap((post, i) =>
  i % 6 === 0 ? [post, { ...post, id: `9${post.id}`, text: `RT @someone: ${post.text}`, author: 'b' }] : [post],
)

export const labels = ['technical', 'marketing']

const settings = stringify({
  hashtags: ['aws', 'azure'].map((tag) => ({ tag, source: 'story' })),
  sources: { story: { type: 'file', file: 'story.jsonl' } },
  labels: { version: 1, categories: labels.map((name) => ({ name, definition: `It is ${name}.` })) },
  schedule: { collect: 'cron(10 0 * * ? *)', label: 'cron(0 1 * * ? *)' },
  caps: {
    posts: { perDay: 1000, perMonth: 10_000 },
    collectUsd: { perDay: 1, perMonth: 10 },
    judgements: { perDay: 100, perMonth: 1000 },
    labelUsd: { perDay: 10, perMonth: 100 },
    trainingSeconds: 600,
  },
  labelling: {
    labeller: 'desk',
    itemsPerDay: 10,
    evaluationShare: 0.5,
    evaluationJudgements: 1,
    trainingJudgements: 1,
    deadlineHours: 20,
    pricePerJudgementUsd: 0.01,
    acceptUnreliable: false,
  },
  training: {
    trainer: 'blazingtext',
    // Of two challengers a day, the first one judged is the other's champion; faults may change the order.
    engines: ['blazingtext'],
    fewLabels: 0,
    hyperparameters: { epochs: 100, learning_rate: 1, min_count: 1, vector_dim: 5, word_ngrams: 1, buckets: 1000 },
    minimumExamples: 2,
  },
  gate: { window: 20, minimumEvaluation: 4, minimumProvisional: 4 },
})

interface Length {
  days?: number
  /** The number of hours played on the last day; the reconciler runs in each. */
  hours?: number
}

/** Plays the days on a new cloud, after `trouble` has injected its faults, and returns the outcome. */
export async function play(
  packaged: string,
  trouble: (cloud: Cloud) => void = () => {},
  { days = DAYS, hours = 24, ...options }: Partial<CloudOptions> & Length = {},
): Promise<Outcome & { calls: Cloud['calls']; told: string[] }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'bellwether-loop-'))
  const published = new Map<string, Set<string>>()
  /** The events of every bus, and the functions' log lines. */
  const told: string[] = []
  const cloud = await createCloud({
    packageDir: packaged,
    stackName: 'bellwether-dev',
    dataDir,
    start: FIRST_DAY + DAY_MS - 60_000,
    overlay: { 'bellwether.yml': settings },
    ...options,
    onLog: (name, text) => {
      options.onLog?.(name, text)
      told.push(text)
    },
    onEvent: (bus, event) => {
      options.onEvent?.(bus, event)
      told.push(JSON.stringify(event))
      if (bus !== 'default') remember(published, event)
    },
  })
  try {
    const objects = ownersBucket(cloud)
    const lines = posts.map((post) => `${JSON.stringify({ ...post, label: undefined })}\n`)
    await objects.put('sources/story.jsonl', lines.join(''))
    trouble(cloud)
    const judge = knowingJudge(posts, labels, 0, 1)
    for (let day = 1; day <= days; day++) {
      const midnight = FIRST_DAY + day * DAY_MS
      // The annotators look every hour, because a fault may have delayed the batch.
      for (let hour = 1; hour <= (day < days ? 24 : hours); hour++) {
        await cloud.advanceTo(midnight + hour * 3_600_000 - 60_000)
        await cloud.idle()
        await answerAtDesk(cloud, ['ana', 'ben'], judge)
        await cloud.idle()
      }
    }
    const kept: Record<string, string> = {}
    for await (const { key } of objects.list('')) {
      // Snapshots are named by a hash that includes times, and depend on the order of writes; their content is compared instead.
      if (key.startsWith('labels/')) continue
      const stored = await objects.read(key)
      kept[key] = masked(stored?.body ?? Buffer.alloc(0), key)
    }
    kept['labels/'] = await labelsIn(objects)
    return {
      objects: kept,
      events: Object.fromEntries(
        [...published.keys()]
          .filter((name) => published.get(name)!.size > 0)
          .sort()
          .map((name) => [name, [...published.get(name)!].sort()]),
      ),
      dead: await deadLetters(cloud),
      calls: [...cloud.calls],
      told,
    }
  } finally {
    await cloud.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** The content of the label snapshots, checked against the manifests. */
async function labelsIn(objects: Objects): Promise<string> {
  const rules = { schemaVersion: 1, categories: labels }
  const inOrder = (some: Labels['labels']) => [...some.values()].sort((a, b) => (a.item < b.item ? -1 : 1))
  const state = await labelStore({ ...objects, create: refuse, put: refuse, swap: refuse }, rules).read()
  const standing = inOrder(state.labels)
  const isWhole = canonical(standing) === canonical(inOrder(await labelsUnder(objects, rules)))
  const batches = state.batches.map(({ batch, lines, quality }) => ({ batch, lines, quality }))
  return withoutTimes(canonical({ isWhole, standing, batches, refused: state.refused }))
}

const refuse = async (key: string): Promise<never> => {
  throw new Error(`the snapshots of labels are not whole: ${key} would be written`)
}

/**
 * The distinct events. A report is published again whenever it changes, and how often depends on whether labels or
 * the model came first, so only its last event counts.
 */
function remember(published: Map<string, Set<string>>, event: BusEvent): void {
  const { id: _, ...detail } = z.looseObject({ id: z.string() }).parse(event.detail)
  const name = event['detail-type']
  if (name === 'ShareReported') for (const of of OF_REPORTS) forget(published.get(of), detail)
  const seen = published.get(name) ?? new Set()
  published.set(name, seen.add(withoutTimes(canonical(detail))))
}

const OF_REPORTS = ['ShareReported', 'NotEnoughLabels', 'EstimateDisagrees']

function forget(said: Set<string> | undefined, { hashtag, date }: Record<string, unknown>): void {
  for (const text of said ?? []) {
    const one = z.object({ hashtag: z.string(), date: z.string() }).parse(JSON.parse(text))
    if (one.hashtag === hashtag && one.date === date) said?.delete(text)
  }
}

const masked = (body: Buffer, key: string): string =>
  key.endsWith('.tar.gz')
    ? body.toString('base64')
    : withoutTimes((key.endsWith('.jsonl.gz') ? gunzipSync(body) : body).toString('utf8'))

/**
 * Masks what may differ between two runs: times, durations and S3 version ids. Hashes of files that contain such
 * times are masked, too; the files themselves are compared.
 */
const withoutTimes = (text: string): string =>
  text
    .replaceAll(
      /"(deadline|promotedAt|creation-date|at|claimedAt|madeAt|recordedAt|versionId|judged_at|labelled_at)":(\s*)"[^"]*"/g,
      '"$1":$2"…"',
    )
    .replaceAll(/"(trainSeconds|billableSeconds)":(\s*)[\d.]+/g, '"$1":$2"…"')
    .replaceAll(
      /("key": "(?:labeled\/|datasets\/[^/"]*\/dataset|models\/[^/"]*\/training)[^"]*",\s*"sha256": )"[^"]*"/g,
      '$1"…"',
    )
    .replaceAll(/("labeled\/[^"]*\/output\.manifest":\s*)"[^"]*"/g, '$1"…"')

/** The messages in the dead-letter queues, as the owner reads them. */
export async function deadLetters(cloud: Cloud): Promise<string[]> {
  const client = new SQSClient({
    region: cloud.region,
    endpoint: cloud.endpoint,
    credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' },
  })
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}))
  const dead: string[] = []
  for (const QueueUrl of QueueUrls.filter((url) => /dead/i.test(url))) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    )
    dead.push(...Messages.map(({ Body }) => `${path.basename(QueueUrl)}: ${Body ?? ''}`))
  }
  return dead
}
