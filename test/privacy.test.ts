import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { type Cloud, createCloud } from '../local/cloud'
import { BUCKET } from '../local/stores'
import type { BusEvent } from '../packages/embedded-aws/src/service'
import type { DeletionProgress } from '../services/privacy/delete'
import { s3Versions, type Versions } from '../services/privacy/versions'
import { keys } from '../shared/keys'
import { s3Objects } from '../shared/objects'
import { type Post, postsFromCsv, postsToCsv } from '../shared/posts'
import { cardRecord, deletionRecord, planRecord } from '../shared/records'
import { refusalIn } from '../shared/refused'
import { unpackFolder } from './fixtures/three-days/folder'
import { readInventory } from './fixtures/three-days/inventory'
import { deadLetters, packageDir } from './loop/story'

jest.setTimeout(300_000)

const HOUR_MS = 3_600_000
const before = readInventory()
const dataDir = mkdtempSync(path.join(tmpdir(), 'bellwether-privacy-'))
const overlay = { 'bellwether.yml': readFileSync(path.join(__dirname, 'fixtures/three-days/bellwether.yml'), 'utf8') }
const events: BusEvent[] = []
let cloud: Cloud

beforeAll(async () => {
  await unpackFolder(dataDir, Date.parse(before.stoppedAt))
  cloud = await start()
  // Pending work of the folder is completed first, up to a model of the newest labels.
  await cloud.advance(2 * HOUR_MS)
  await cloud.idle()
})

const start = () =>
  createCloud({
    packageDir: packageDir(),
    stackName: 'bellwether-dev',
    dataDir,
    overlay,
    onEvent: (_, event) => void events.push(event),
  })

afterAll(async () => {
  await cloud?.close()
  rmSync(dataDir, { recursive: true, force: true })
})

/** The stored bytes, by `<key> <version>` of an object or `row <pk> <sk>`. */
type Kept = Record<string, Buffer>

interface World {
  before: Kept
  after: Kept
  /** The posts to delete: unique ones, ones with copies, and ones at the desk. */
  alone: Post[]
  copied: Post[]
  retweets: Post[]
  dryRun: DeletionProgress
  answer: DeletionProgress
  said: BusEvent[]
  reconciled: unknown
}
let world: World

beforeAll(async () => {
  await addRetweets()
  const kept = await everything()
  const posts = await postsIn(kept)
  const { alone, copied } = chosen(kept, posts)
  const retweets = posts.filter(({ retweetOf }) => retweetOf === alone[0]!.id)
  const asked = [...alone, ...copied].map(({ id }) => id)
  const dryRun = await invoke('privacy', { delete: { posts: asked }, dryRun: true })
  // oxlint-disable-next-line jest/no-standalone-expect -- what a dry run leaves can be seen only before the deletion
  expect(differences(kept, await everything())).toEqual([])
  events.length = 0
  const answer = await invoke('privacy', { delete: { posts: asked } })
  await cloud.idle()
  const said = [...events]
  const after = await everything()
  // The reconciler has run twice: after its grace period it could mistake a rewritten manifest for new labels.
  await cloud.advance(2 * HOUR_MS)
  const reconciled = await invoke('reconciler', {})
  world = { before: kept, after, alone, copied, retweets, dryRun, answer, said, reconciled }
})

describe('deleted posts', () => {
  it('are in no version of any object and in no row, and neither are texts that only they had', () => {
    const deleted = [...world.alone, ...world.copied, ...world.retweets]
    const words = [...deleted.map(({ id }) => id), ...world.alone.map(({ text }) => text)]

    expect(world.alone).toHaveLength(6)
    expect(world.copied).toHaveLength(3)
    expect(world.retweets).toHaveLength(1)
    expect(words.flatMap((word) => holding(world.before, word)).length).toBeGreaterThan(100)
    expect(words.flatMap((word) => holding(world.after, word))).toEqual([])
  })

  it('leave every object unchanged that does not mention them, including the champion', () => {
    const listed = new Set(recordOf(world.after).objects.map(({ key }) => key))
    const others = Object.keys(world.before).filter(
      (name) =>
        !name.startsWith('row ') && !listed.has(keyOf(name)) && !MAY_CHANGE.some((key) => key.match(keyOf(name))),
    )

    expect(others.length).toBeGreaterThan(80)
    expect(others.filter((name) => !world.after[name]?.equals(world.before[name]!))).toEqual([])
    expect(others.some((name) => keyOf(name) === 'champion.json')).toBe(true)
  })

  it('leave every key in place', () => {
    const names = (kept: Kept) =>
      new Set(
        Object.keys(kept)
          .filter((name) => !name.startsWith('row '))
          .map(keyOf),
      )
    const artefacts = world.answer.models.map((job) => keys.artefact({ job }))

    expect([...names(world.before)].filter((key) => !names(world.after).has(key) && !artefacts.includes(key))).toEqual(
      [],
    )
  })

  it('are replaced by copies that other people posted', async () => {
    const posts = new Set((await postsIn(world.after)).map(({ id }) => id))
    const cascades = cascadesIn(world.before)
    const items = new Set(world.copied.map(({ id }) => cascades.get(id)))
    const planned = plannedIn(world.after).filter(({ item }) => items.has(item))

    expect(planned.length).toBeGreaterThanOrEqual(items.size)
    for (const { post } of planned) expect(posts).toContain(post)
  })

  it('are counted in the answer, in the dry run as in the deletion', () => {
    const { dryRun, answer } = world

    expect(answer).toMatchObject({ posts: 10, items: { gone: 6, replaced: 3 }, state: 'verifying' })
    expect({ ...dryRun, dryRun: undefined }).toMatchObject({
      posts: answer.posts,
      items: answer.items,
      objects: answer.objects,
      models: answer.models,
    })
    expect(answer.rows['desk items']).toBeGreaterThan(0)
  })

  it('start no training, no batch and no report', () => {
    const named = world.said.filter(({ source }) => source !== 'aws.s3')

    expect(named).toEqual([])
    expect(world.reconciled).toMatchObject({ lost: [], stuck: [] })
  })

  it('leave no trace in events, logs and dead letters', async () => {
    const words = [...world.alone, ...world.retweets].flatMap(({ id, text }) => [id, text])
    const told = JSON.stringify(world.said)
    const logs = filesIn(path.join(dataDir, 'logs'))

    expect(logs.length).toBeGreaterThan(0)
    expect(words.filter((word) => told.includes(word))).toEqual([])
    expect(words.filter((word) => logs.some((body) => body.includes(word)))).toEqual([])
    expect(await deadLetters(cloud)).toEqual([])
  })

  it('are searched for again an hour later, after which only the counts of the request are kept', async () => {
    const { state, marks, objects } = recordOf(await everything())

    expect(state).toBe('done')
    expect(marks).toEqual({ posts: [], authors: [], items: [], texts: {} })
    expect(objects.length).toBeGreaterThan(10)
  })

  it('change nothing when the deletion is requested again', async () => {
    const kept = await everything()
    const asked = [...world.alone, ...world.copied].map(({ id }) => id)

    expect(await invoke('privacy', { delete: { posts: asked } })).toMatchObject({
      request: world.answer.request,
      state: 'done',
    })
    const changed = differences(kept, await everything()).filter((name) => !name.startsWith('row lease#privacy'))
    expect(new Set(changed.map((name) => (name.startsWith('row ') ? name : keyOf(name))))).toEqual(
      new Set([world.answer.record]),
    )
    expect(recordOf(await everything())).toEqual(recordOf(kept))
  })

  it('leave the remaining labels unchanged', async () => {
    const { key, items } = z
      .object({ key: z.string(), items: z.int() })
      .parse(await invoke('labels', { export: 'manifest' }))
    const cascades = cascadesIn(world.before)
    const gone = world.alone.filter(({ id }) => labelled(world.before).has(cascades.get(id)!))

    expect(gone.length).toBeGreaterThanOrEqual(3)
    expect(key).toMatch(/^exports\//)
    expect(items).toBe(labelled(world.before).size - gone.length)
    expect(currentIn(await everything()).id).toBe(currentIn(world.before).id)
  })

  it('take the models that were trained on them away, except the live one', async () => {
    const kept = await everything()
    const live = liveIn(kept)
    const there = (job: string) => Object.keys(kept).some((name) => keyOf(name) === keys.artefact({ job }))

    expect(world.answer.models).toContain(live)
    expect(world.answer.models.length).toBeGreaterThan(1)
    expect(there(live)).toBe(true)
    for (const job of world.answer.models) {
      if (job !== live) expect(there(job)).toBe(false)
      const card = Object.entries(kept).find(([name]) => keyOf(name) === keys.card({ job }))?.[1]
      if (card) expect(cardRecord.parse(JSON.parse(card.toString())).deletedItems).toBeGreaterThan(0)
    }
  })
})

/** Objects that a deletion changes without listing them. */
const MAY_CHANGE = [keys.currentLabels, keys.card, keys.deletedFrom, keys.artefact]

/** Every version of every object by `<key> <version>`, and every row of the table. */
async function everything(): Promise<Kept> {
  const kept: Kept = {}
  const bucket = versions()
  for await (const version of bucket.list('')) {
    const { body } = (await bucket.read(version))!
    // Compressed objects are searched, too.
    kept[`${version.key} ${version.versionId}`] = version.key.endsWith('.gz') ? gunzipSync(body) : body
  }
  const table = cloud.stack.resources.find(({ type }) => type === 'AWS::DynamoDB::Table')?.ref
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(access()))
  for await (const { Items } of paginateScan({ client }, { TableName: table })) {
    for (const item of Items ?? [])
      kept[`row ${item.pk} ${item.sk}`] = Buffer.from(
        JSON.stringify(item, (_, of) => (of instanceof Set ? [...of] : of)),
      )
  }
  return kept
}

/** The post of each item that a plan asks about. */
const plannedIn = (kept: Kept) =>
  documents(kept, keys.plan).flatMap((plan) => planRecord.parse(plan).items.map(({ item, post }) => ({ item, post })))

/** The shown posts of nine messages: three unique and labelled ones, three at the desk, three with copies. */
function chosen(kept: Kept, posts: readonly Post[]) {
  const cascades = cascadesIn(kept)
  const sizes = new Map<string, number>()
  for (const item of cascades.values()) sizes.set(item, (sizes.get(item) ?? 0) + 1)
  const texts = new Map<string, number>()
  for (const { text } of posts) texts.set(text, (texts.get(text) ?? 0) + 1)
  const shown = plannedIn(kept)
  const open = new Set(before.openBatch.items.map(({ item }) => item))
  const take = (count: number, fits: (item: string) => boolean) => {
    const ids = [...new Set(shown.filter(({ item }) => fits(item)).map(({ post }) => post))]
    return ids.slice(0, count).map((id) => posts.find((post) => post.id === id)!)
  }
  const file = Object.entries(kept)
    .find(([name]) => keys.source.match(keyOf(name)))![1]
    .toString()
  /** Also excludes authors who have posts on a day that is not collected yet. */
  const isOnce = (item: string) => {
    const { post } = shown.find((one) => one.item === item)!
    const text = posts.find(({ id }) => id === post)?.text ?? ''
    return file.split(JSON.stringify(text).slice(1, -1)).length === 2
  }
  const isAlone = (item: string) => sizes.get(item) === 1 && isOnce(item)
  return {
    alone: [
      ...take(3, (item) => isAlone(item) && !open.has(item) && labelled(kept).has(item)),
      ...take(3, (item) => isAlone(item) && open.has(item)),
    ],
    copied: take(3, (item) => (sizes.get(item) ?? 0) > 1),
  }
}

/** Adds a page with retweets of a unique post. */
async function addRetweets(): Promise<void> {
  const kept = await everything()
  const posts = await postsIn(kept)
  const original = chosen(kept, posts).alone[0]!
  const page = Object.keys(kept).find((name) => keys.posts.match(keyOf(name)) && kept[name]!.includes(original.id))!
  const parts = keys.posts.match(keyOf(page))!
  const retweet = { ...original, id: '7888888888', authorId: 'u900', retweetOf: original.id }
  await objects().put(keys.posts({ ...parts, page: '99' }), postsToCsv([retweet]))
}

const documents = (kept: Kept, key: { match(key: string): unknown }): unknown[] =>
  Object.entries(kept).flatMap(([name, body]) => (key.match(keyOf(name)) ? [JSON.parse(body.toString())] : []))

const recordOf = (kept: Kept) =>
  deletionRecord.parse(
    JSON.parse(
      Object.entries(kept)
        .find(([name]) => keys.deletion.match(keyOf(name)))![1]
        .toString(),
    ),
  )

/** The items that the current label snapshots have. */
function labelled(kept: Kept): Set<string> {
  const { snapshots } = currentIn(kept)
  const bodies = snapshots.map(
    ({ snapshot }) => Object.entries(kept).find(([name]) => keyOf(name) === keys.labelSnapshot({ snapshot }))![1],
  )
  const entries = bodies.flatMap((body) => body.toString().trim().split('\n'))
  return new Set(
    entries.flatMap((line) => {
      const entry = z.object({ label: z.object({ item: z.string() }).optional() }).parse(JSON.parse(line))
      return entry.label ? [entry.label.item] : []
    }),
  )
}

const currentIn = (kept: Kept) =>
  z
    .object({ id: z.string(), snapshots: z.array(z.object({ snapshot: z.string() })) })
    .parse(documents(kept, keys.currentLabels)[0])

const liveIn = (kept: Kept): string => z.object({ job: z.string() }).parse(documents(kept, keys.champion).at(0)).job

const holding = (kept: Kept, word: string): string[] =>
  Object.entries(kept).flatMap(([name, body]) => (body.includes(word) ? [name] : []))

const differences = (a: Kept, b: Kept): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (name) => !(a[name] && b[name] && a[name].equals(b[name])),
  )

const filesIn = (folder: string): Buffer[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name)))

const keyOf = (name: string): string => name.slice(0, name.lastIndexOf(' '))

async function postsIn(kept: Record<string, Buffer>): Promise<Post[]> {
  const posts: Post[] = []
  for (const [name, body] of Object.entries(kept)) {
    if (keys.posts.match(keyOf(name))) for await (const post of postsFromCsv(body.toString())) posts.push(post)
  }
  return posts
}

const cascadesIn = (kept: Record<string, Buffer>): Map<string, string> =>
  new Map(
    Object.entries(kept).flatMap(([name, body]) =>
      keys.cascades.match(keyOf(name))
        ? body
            .toString()
            .trim()
            .split('\r\n')
            .slice(1)
            .map((row) => row.split(',').slice(0, 2) as [string, string])
        : [],
    ),
  )

const access = () => ({
  region: cloud.region,
  endpoint: cloud.endpoint,
  credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' },
})

const objects = () => s3Objects(new S3Client(access()), bucketName())
const bucketName = () => cloud.stack.resources.find(({ logicalId }) => logicalId === BUCKET)?.ref ?? ''
const versions = (): Versions => s3Versions(new S3Client(access()), bucketName())

async function invoke(name: string, request: unknown): Promise<DeletionProgress> {
  const { payload, functionError } = await cloud.invoke(name, request)
  if (functionError || refusalIn(payload) !== undefined) throw new Error(`${name}: ${payload}`)
  return JSON.parse(payload)
}
