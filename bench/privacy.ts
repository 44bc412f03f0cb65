import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { type Cloud, createCloud } from '../local/cloud'
import { ROOT } from '../local/root'
import { s3Versions, type Versions } from '../services/privacy/versions'
import { makeCascadeIndex } from '../shared/cascades/cascade-index'
import { textsToBytes } from '../shared/cascades/known-texts'
import { trainingLine } from '../shared/engines/training-lines'
import { keys } from '../shared/keys'
import { labelStore } from '../shared/labels'
import { type Objects, s3Objects } from '../shared/objects'
import { type Post, postsToCsv } from '../shared/posts'
import { deletionRecord } from '../shared/records'
import { claimForLabelling } from '../shared/state/cascade-claims'
import { addBatch } from '../shared/state/desk'
import { mulberry32 } from '../shared/statistics/random'
import { dynamoTable, type Table } from '../shared/table'
import { shownText, tokenise } from '../shared/text'
import { dayAfter } from '../shared/utc-day'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/privacy.ts [--posts 100000] [--days 30] [--delete 1000]

How long does it take to delete posts from a month of data, and is all of them gone and nothing else? Fills a bucket and a table
of the embedded cloud as a month would, and invokes the packaged function. Then every version of every object and every row is
searched for the ids, and for the texts that nobody else posted.

  --posts N       posts of all days
  --days N        days
  --delete N      posts to delete
`

const { values: options } = benchOptions(USAGE, {
  posts: { type: 'string', default: '100000' },
  days: { type: 'string', default: '30' },
  delete: { type: 'string', default: '1000' },
})
const DAYS = Number(options.days)
const PER_DAY = Math.round(Number(options.posts) / DAYS)
const LABELLED = 60
const PAGE = 1000
const FIRST_DAY = '2026-03-01'
const MOST_SECONDS = 120
const CATEGORIES = ['technical', 'marketing']

/** A post with a word that only its text and copies of it contain. */
interface Made extends Post {
  word: string
}

const asPost = (made: Made): Post => {
  const { word: _, ...post } = made
  return post
}

async function main(): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'bench-privacy-'))
  const cloud = await emptyCloud(dataDir)
  try {
    const posts = madePosts()
    await fill(cloud, posts)
    const deleted = chosen(posts)
    const ids = new Set(deleted.map(({ id }) => id))
    // Reposts of a deleted post are deleted with it.
    const gone = posts.flat().filter(({ id, retweetOf }) => ids.has(id) || ids.has(retweetOf))
    const before = await hashes(cloud)

    const began = Date.now()
    const cpu = process.cpuUsage()
    const answer = await invoke(cloud, { delete: { posts: [...ids] } })
    const seconds = (Date.now() - began) / 1000
    const { user, system } = process.cpuUsage(cpu)

    const left = new Set(
      posts
        .flat()
        .filter((post) => !gone.includes(post))
        .map(({ word }) => word),
    )
    const words = new Set([
      ...gone.map(({ id }) => id),
      ...gone.map(({ word }) => word).filter((word) => !left.has(word)),
    ])
    const found = await search(cloud, words)
    const changed = await changedWithoutCause(cloud, before)
    console.log(
      JSON.stringify({
        state: answer.state,
        posts: answer.posts,
        items: answer.items,
        versions: answer.versions,
        rows: answer.rows,
      }),
    )
    console.log(
      `${posts.flat().length} posts of ${DAYS} days in ${before.size} objects, ${ids.size} deleted and ${gone.length - ids.size} that repeat them`,
    )
    console.log(
      `deleted in ${seconds.toFixed(1)} s (to reach: at most ${MOST_SECONDS}), ${((user + system) / 1e6).toFixed(1)} s of processors`,
    )
    console.log(
      `${words.size} ids and texts searched for: found ${found.length}; objects without them that changed: ${changed.length}`,
    )
    for (const place of [...found, ...changed].slice(0, 10)) console.log(`  ${place}`)
    if (seconds > MOST_SECONDS || found.length > 0 || changed.length > 0) process.exitCode = 1
  } finally {
    await cloud.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** The packaged stack without reactions to puts, because a whole month is put at once. */
async function emptyCloud(dataDir: string): Promise<Cloud> {
  const file = execFileSync(process.execPath, [path.join(ROOT, 'bin/package.mjs')], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1)!
  const template = z
    .looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) })
    .parse(JSON.parse(readFileSync(file, 'utf8')))
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).filter(
      ([, { Type }]) => !['AWS::Events::Rule', 'AWS::Scheduler::Schedule'].includes(Type),
    ),
  )
  return createCloud({
    dataDir,
    packageDir: path.dirname(file),
    template: { ...template, Resources },
    stackName: 'bellwether-dev',
  })
}

/** Posts by day. One in twenty reposts an earlier one of its day, and one in twenty is a copy by another author. */
function madePosts(): Made[][] {
  const random = mulberry32(7)
  const subjects = ['bucket', 'queue', 'lambda', 'cluster', 'table', 'stream', 'gateway', 'vault', 'cache', 'pipeline']
  const wordOf = () =>
    `w${Math.floor(random() * 2 ** 50)
      .toString(36)
      .padStart(10, '0')}`
  return Array.from({ length: DAYS }, (_, day) => {
    const made: Made[] = []
    for (let i = 0; i < PER_DAY; i++) {
      const earlier = made[Math.floor(random() * made.length)]
      const kind = earlier ? random() : 1
      const word = kind < 0.1 ? earlier!.word : wordOf()
      const said = Array.from({ length: 12 }, () => subjects[Math.floor(random() * subjects.length)]).join(' ')
      made.push({
        id: String(1_900_000_000_000_000_000n + BigInt(day * PER_DAY + i) * 7919n),
        createdAt: new Date(
          Date.parse(dayAfter(FIRST_DAY, day)) + Math.floor((i * 86_400_000) / PER_DAY),
        ).toISOString(),
        authorId: `u${Math.floor(random() * 20_000)}`,
        language: 'en',
        retweetOf: kind < 0.05 ? earlier!.retweetOf || earlier!.id : '',
        source: 'bench',
        text: kind < 0.1 ? earlier!.text : `${said} ${word} #aws`,
        word,
      })
    }
    return made
  })
}

/** Some labelled posts and any other posts. */
function chosen(posts: readonly Made[][]): Made[] {
  const random = mulberry32(8)
  const labelled = posts.flatMap((day) => day.slice(0, LABELLED)).filter(() => random() < 0.1)
  const picked = new Set(labelled)
  const all = posts.flat()
  while (picked.size < Number(options.delete)) picked.add(all[Math.floor(random() * all.length)]!)
  return [...picked]
}

async function fill(cloud: Cloud, posts: readonly Made[][]): Promise<void> {
  const objects = bucketOf(cloud)
  const table = tableOf(cloud)
  const labels = labelStore(objects, { schemaVersion: 1, categories: CATEGORIES })
  const index = makeCascadeIndex()
  const shown: { item: string; post: Made; label: string }[] = []
  await objects.put(
    keys.source({ file: 'posts.jsonl' }),
    posts
      .flat()
      .map((post) => `${JSON.stringify({ ...asPost(post), author: post.authorId })}\n`)
      .join(''),
  )
  for (const [day, made] of posts.entries()) {
    const date = dayAfter(FIRST_DAY, day)
    const items = new Map(made.map(({ id, text }) => [id, index.identify(text)]))
    await putRun(objects, date, made, items)
    await objects.put(keys.knownTexts(runOf(date)), textsToBytes(index.learned()))
    const fresh = made
      .slice(0, LABELLED)
      .filter(({ id }, i) => made.findIndex((one) => items.get(one.id) === items.get(id)) === i)
    const asked = fresh.map((post, i) => ({ item: items.get(post.id)!, post, label: CATEGORIES[i % 2]! }))
    await putBatch(objects, table, date, asked)
    await labels.record(date)
    shown.push(...asked)
    await putDataset(objects, createHash('sha256').update(date).digest('hex').slice(0, 16), shown)
  }
}

const runOf = (date: string) => ({ hashtag: 'aws', date, run: 'all' })

async function putRun(
  objects: Objects,
  date: string,
  made: readonly Made[],
  items: ReadonlyMap<string, string>,
): Promise<void> {
  const run = runOf(date)
  for (let from = 0; from < made.length; from += PAGE) {
    const page = keys.posts({ ...run, page: String(1 + from / PAGE) })
    const csv = postsToCsv(made.slice(from, from + PAGE).map(asPost))
    await objects.put(page, csv)
    // An overwrite keeps the earlier version.
    if (from === 0) await objects.put(page, csv)
  }
  await objects.put(keys.run(run), JSON.stringify({ hashtag: 'aws', date }))
  const rows = (header: string[], of: (post: Made) => string[]) =>
    stringify([header, ...made.map(of)], { record_delimiter: '\r\n' })
  await objects.put(
    keys.cascades(run),
    rows(['post_id', 'cascade'], ({ id }) => [id, items.get(id)!]),
  )
  await objects.put(
    keys.predictions(run),
    rows(['post_id', 'label', 'probability', 'model', 'cascade', 'probabilities'], ({ id }) => [
      id,
      'technical',
      '0.9',
      'job',
      items.get(id)!,
      '{"technical":0.9}',
    ]),
  )
  await objects.put(keys.report({ hashtag: 'aws', date }), '{}')
}

type Asked = { item: string; post: Made; label: string }[]

async function putBatch(objects: Objects, table: Table, batch: string, asked: Asked): Promise<void> {
  const sourceOf = ({ text }: Made) => shownText(text)
  const jsonl = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  await objects.put(
    keys.plan({ batch }),
    JSON.stringify({ batch, items: asked.map(({ item, post }) => ({ item, post: post.id })), draws: [] }),
  )
  await objects.put(
    keys.inputManifest({ batch }),
    jsonl(asked.map(({ item, post }) => ({ source: sourceOf(post), item }))),
  )
  await objects.put(
    keys.judgements({ batch }),
    JSON.stringify({ batch, items: asked.map(({ item }) => ({ item, judgements: [] })) }),
  )
  await objects.put(
    keys.settledManifest({ batch }),
    jsonl(
      asked.map(({ item, post, label }) => ({
        source: sourceOf(post),
        item,
        'post-id': post.id,
        role: 'training',
        hashtags: ['aws'],
        date: batch,
        size: 1,
        'inclusion-probability': 0.1,
        label: CATEGORIES.indexOf(label),
        'label-metadata': {
          'class-name': label,
          confidence: 1,
          'human-annotated': 'yes',
          'job-name': `labeling-job/${batch}`,
          'creation-date': `${batch}T20:00:00.000`,
          type: 'groundtruth/text-classification',
          'schema-version': 1,
          judgements: [{ annotator: 'ana', label }],
        },
      })),
    ),
  )
  await addBatch(table, {
    batch,
    deadline: `${batch}T20:00:00.000Z`,
    categories: [],
    items: asked.map(({ item, post }) => ({ item, source: sourceOf(post), wanted: 1, most: 2 })),
    expiresAt: 2_000_000_000,
  })
  for (const { item } of asked) await claimForLabelling(table, item, 'training', batch)
}

async function putDataset(objects: Objects, dataset: string, asked: Asked): Promise<void> {
  const examples = asked.map(({ item, post, label }) => ({
    item,
    shown: shownText(post.text),
    label,
    inclusionProbability: 0.1,
  }))
  await objects.put(
    keys.train({ dataset }),
    examples.map(({ shown, label }) => `${trainingLine(label, tokenise(shown))}\n`).join(''),
  )
  await objects.put(keys.trainExamples({ dataset }), examples.map((line) => `${JSON.stringify(line)}\n`).join(''))
  await objects.put(
    keys.datasetLabels({ dataset }),
    `item,part\n${examples.map(({ item }) => `${item},train\n`).join('')}`,
  )
  await objects.put(keys.dataset({ dataset }), JSON.stringify({ datasetId: dataset }))
  const job = `bellwether-dev-${dataset}-1`
  await objects.put(keys.training({ job }), JSON.stringify({ datasetId: dataset }))
  await objects.put(keys.artefact({ job }), 'a model')
}

/** SHA-256 of every version, and the ids that it contains. */
async function hashes(cloud: Cloud): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const bucket = versionsOf(cloud)
  for await (const version of bucket.list('')) {
    const { body } = (await bucket.read(version))!
    found.set(`${version.key} ${version.versionId}`, createHash('sha256').update(body).digest('hex'))
  }
  return found
}

/** Objects that changed although no deletion lists them. */
async function changedWithoutCause(cloud: Cloud, before: ReadonlyMap<string, string>): Promise<string[]> {
  const objects = bucketOf(cloud)
  const listed = new Set<string>()
  for await (const { key } of objects.list('privacy/')) {
    const record =
      keys.deletion.match(key) && deletionRecord.parse(JSON.parse((await objects.read(key))!.body.toString()))
    for (const { key: rewritten } of record?.objects ?? []) listed.add(rewritten)
    for (const job of record?.models ?? []) listed.add(keys.artefact({ job }))
  }
  const after = await hashes(cloud)
  return [...before].flatMap(([name, sha256]) =>
    listed.has(name.split(' ')[0]!) || after.get(name) === sha256 ? [] : [name],
  )
}

/** The places of any of the words: versions of objects, and rows. */
async function search(cloud: Cloud, words: ReadonlySet<string>): Promise<string[]> {
  const places: string[] = []
  const look = (place: string, text: string) => {
    for (const [word] of text.matchAll(/\b(?:w[0-9a-z]{10,}|19\d{17})\b/g))
      if (words.has(word)) return void places.push(`${place}: ${word}`)
  }
  const bucket = versionsOf(cloud)
  for await (const version of bucket.list('')) look(version.key, (await bucket.read(version))!.body.toString('latin1'))
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(access(cloud)))
  for await (const { Items } of paginateScan({ client }, { TableName: nameOf(cloud, 'AWS::DynamoDB::Table') })) {
    for (const item of Items ?? []) look(`${item.pk} ${item.sk}`, JSON.stringify(item))
  }
  return places
}

async function invoke(cloud: Cloud, request: unknown) {
  const { payload, functionError } = await cloud.invoke('privacy', request)
  if (functionError) throw new Error(payload)
  return z
    .looseObject({ state: z.string(), posts: z.int(), items: z.unknown(), versions: z.int(), rows: z.unknown() })
    .parse(JSON.parse(payload))
}

const access = ({ region, endpoint }: Cloud) => ({
  region,
  endpoint,
  credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' },
})
const nameOf = (cloud: Cloud, wanted: string): string => {
  const found = cloud.stack.resources.filter(({ type }) => type === wanted)
  return (found.find(({ logicalId }) => logicalId === 'Bucket') ?? found[0])?.ref ?? ''
}
const bucketOf = (cloud: Cloud): Objects => s3Objects(new S3Client(access(cloud)), nameOf(cloud, 'AWS::S3::Bucket'))
const versionsOf = (cloud: Cloud): Versions => s3Versions(new S3Client(access(cloud)), nameOf(cloud, 'AWS::S3::Bucket'))
const tableOf = (cloud: Cloud): Table =>
  dynamoTable(new DynamoDBClient(access(cloud)), nameOf(cloud, 'AWS::DynamoDB::Table'))

void main()
