import { createHash } from 'node:crypto'
import { stringify } from 'csv-stringify/sync'
import { markWith } from '../../../shared/tombstones'
import { deletePosts, resumeDeletions, type DeletionProgress, type DeletePorts } from '../../../services/privacy/delete'
import { expireTexts } from '../../../services/privacy/expire'
import { textsToBytes } from '../../../shared/cascades/known-texts'
import { makeCascadeIndex } from '../../../shared/cascades/cascade-index'
import { keys } from '../../../shared/keys'
import { labelStore } from '../../../shared/labels'
import type { Post } from '../../../shared/posts'
import { claimForLabelling } from '../../../shared/state/cascade-claims'
import { claimConfirmation } from '../../../shared/state/confirmations'
import { addBatch } from '../../../shared/state/desk'
import type { Table } from '../../../shared/table'
import { lineBreaksOf, shownText, tokenise } from '../../../shared/text'
import { aPost, aSettledLine, CATEGORIES, invocationOf, putRun, type Writes } from '../../given'
import { memoryTable } from '../../shared/memory-table'
import { versionedBucket, type VersionedBucket } from './versioned'

export const MARK = markWith('a key for tests that is long enough')
export const NOW = new Date('2026-11-23T12:00:00Z')
export const BATCH = '2026-11-21'
export const DATASET = '00112233445566ff'
export const JOB = `bellwether-dev-${DATASET}-1`
const LIVE = 'bellwether-dev-ffeeddccbbaa9988-1'

/** The posts: `lone` has no copy, `other` copied `first`, and `fan` retweeted `lone`. */
export const posts = {
  lone: aPost('7000000001', 'We moved the fleet of lone lambdas behind a queue #aws', { authorId: 'u1' }),
  fan: aPost('7000000002', 'We moved the fleet of lone lambdas behind a queue #aws', {
    authorId: 'u2',
    retweetOf: '7000000001',
    createdAt: '2026-11-21T11:00:00.000Z',
  }),
  first: aPost('7000000003', 'Join our free webinar\non tables &amp; chairs #aws', { authorId: 'u3' }),
  other: aPost('7000000004', 'Join our free webinar on tables &amp; chairs! #aws', {
    authorId: 'u4',
    createdAt: '2026-11-21T12:00:00.000Z',
  }),
  stays: aPost('7000000005', 'A text that has nothing to do with it, "quoted"\r\nand in two lines #aws', {
    authorId: 'u5',
  }),
} satisfies Record<string, Post>

export interface World extends Writes {
  bucket: VersionedBucket
  table: Table
  now: Date
  retentionDays?: number
  /** Cascade ids. */
  items: Record<keyof typeof posts, string>
}

/** A batch that was settled and trained on, and an open one. */
export async function newWorld(): Promise<World> {
  const bucket = versionedBucket()
  const table = memoryTable()
  const { objects } = bucket
  const run = await putRun(objects, {
    pages: [
      [posts.lone, posts.first, posts.stays],
      [posts.fan, posts.other],
    ],
  })
  const index = makeCascadeIndex()
  const items = Object.fromEntries(Object.entries(posts).map(([name, { text }]) => [name, index.identify(text)]))
  const cascades = Object.entries(posts).map(([name, { id }]) => [id, items[name], '0.1 0.9'])
  await objects.put(
    keys.cascades(run),
    stringify([['post_id', 'cascade', 'scores'], ...cascades], { record_delimiter: '\r\n' }),
  )
  await objects.put(keys.knownTexts(run), textsToBytes(index.learned()))
  await objects.put(
    keys.predictions(run),
    stringify([['post_id', 'label'], ...Object.values(posts).map(({ id }) => [id, 'technical'])], {
      record_delimiter: '\r\n',
    }),
  )
  const refused = { line: 3, field: 'text', reason: 'is empty', row: { id: posts.lone.id, text: '' } }
  await objects.put(keys.refused({ ...run, page: '1' }), `${JSON.stringify(refused)}\n`)
  const file = Object.values(posts).map((post) => `${JSON.stringify(post)}\n`)
  await objects.put(keys.source({ file: 'posts.jsonl' }), file.join(''))

  const asked = [posts.lone, posts.first, posts.stays]
  const itemOf = ({ id }: Post) => items[Object.entries(posts).find(([, post]) => post.id === id)![0]]!
  const shownOf = ({ text }: Post) => shownText(text.replaceAll('&amp;', '&'))
  const lines = asked.map((post, i) =>
    aSettledLine(itemOf(post), CATEGORIES[i % 2]!, { source: shownOf(post), 'post-id': post.id }),
  )
  const planned = asked.map((post) => ({ item: itemOf(post), post: post.id, role: 'training' }))
  await objects.put(
    keys.plan({ batch: BATCH }),
    `${JSON.stringify({ batch: BATCH, items: planned, draws: [{ members: planned.map(({ item }) => ({ item })) }] }, null, 2)}\n`,
  )
  const manifest = asked.map(
    (post) => `${JSON.stringify({ source: shownOf(post), breaks: lineBreaksOf(post.text), item: itemOf(post) })}\n`,
  )
  await objects.put(keys.inputManifest({ batch: BATCH }), manifest.join(''))
  await objects.put(
    keys.judgements({ batch: BATCH }),
    JSON.stringify({
      items: asked.map((post) => ({ item: itemOf(post), post: post.id, judgements: [noted(shownOf(post))] })),
    }),
  )
  // An earlier version with the same text, as after a retry.
  await objects.put(keys.settledManifest({ batch: BATCH }), `${JSON.stringify(lines[0])}\n`)
  await objects.put(keys.settledManifest({ batch: BATCH }), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  await labelsOf(bucket).record(BATCH)
  await putDataset(
    bucket,
    asked.map((post, i) => ({ item: itemOf(post), shown: shownOf(post), label: CATEGORIES[i % 2]! })),
  )

  const waiting = { wanted: 1, most: 2 }
  await addBatch(table, {
    batch: BATCH,
    deadline: '2026-11-24T00:00:00Z',
    categories: [],
    items: asked.map((post) => ({
      item: itemOf(post),
      source: shownOf(post),
      breaks: lineBreaksOf(post.text),
      ...waiting,
    })),
    expiresAt: 2_000_000_000,
  })
  for (const item of new Set(Object.values(items))) {
    await claimForLabelling(table, item, 'training', BATCH)
    await claimConfirmation(table, item, BATCH)
  }
  // Every post belongs to a message.
  return { bucket, table, writes: 0, now: NOW, items: items as World['items'] }
}

/** An annotator's note that quotes the post. */
const noted = (shown: string) => ({
  annotator: 'ana',
  said: { label: CATEGORIES[0] },
  at: '2026-11-22T10:00:00Z',
  note: `Who is meant? ${shown}`,
})

const rules = { schemaVersion: 1, categories: CATEGORIES }
export const labelsOf = ({ objects }: Pick<VersionedBucket, 'objects'>) => labelStore(objects, rules)

async function putDataset(
  { objects }: VersionedBucket,
  examples: { item: string; shown: ReturnType<typeof shownText>; label: string }[],
): Promise<void> {
  const dataset = DATASET
  await objects.put(
    keys.train({ dataset }),
    examples.map(({ shown, label }) => `__label__${label} ${tokenise(shown).join(' ')}\n`).join(''),
  )
  await objects.put(
    keys.trainExamples({ dataset }),
    examples.map((line) => `${JSON.stringify({ ...line, inclusionProbability: null })}\n`).join(''),
  )
  await objects.put(
    keys.datasetLabels({ dataset }),
    `item,part\n${examples.map(({ item }) => `${item},train\n`).join('')}`,
  )
  await objects.put(keys.dataset({ dataset }), JSON.stringify({ datasetId: dataset }))
  await objects.put(keys.artefact({ job: JOB }), 'a model')
  await objects.put(keys.training({ job: JOB }), JSON.stringify({ datasetId: dataset }))
  await objects.put(keys.training({ job: LIVE }), JSON.stringify({ datasetId: 'another' }))
  await objects.put(keys.artefact({ job: LIVE }), 'the live model')
  await objects.put(
    'labeling/x/jobs/y/annotations/worker-response/1.json',
    JSON.stringify({
      answers: [{ dataObject: { content: examples[0]!.shown }, workerId: 'w' }, { dataObject: { content: 'else' } }],
    }),
  )
}

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The ports of one invocation, which `writes` can kill. */
function portsOf(world: World): DeletePorts {
  const { port } = invocationOf(world)
  let owners = 0
  return {
    objects: port(world.bucket.objects, ['put', 'swap']),
    bucket: port(world.bucket.versions, ['put', 'copy', 'remove']),
    table: port(world.table, ['create', 'update', 'remove']),
    marks: async () => MARK,
    streams: [[{ hashtag: 'aws' }]],
    retentionDays: world.retentionDays,
    newOwner: () => `${world.writes}-${owners++}`,
  }
}

const invocation = (world: World) => ({ now: world.now, log, remainingMs: () => 120_000 })

export const ask = (
  world: World,
  { posts: ids = [], authors = [], dryRun = false }: { posts?: string[]; authors?: string[]; dryRun?: boolean },
): Promise<DeletionProgress> => deletePosts(portsOf(world))({ posts: ids, authors }, dryRun, invocation(world))

/** Runs the hourly pass an hour later. */
export const nextHour = (world: World) => {
  world.now = new Date(world.now.getTime() + 3_600_000)
  return resumeDeletions(portsOf(world))(invocation(world))
}

export const expire = (world: World) => expireTexts(portsOf(world))(invocation(world))

export const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex')

/** Every row of the table, as text. */
export async function rowsOf({ table, items }: World): Promise<string> {
  const found: unknown[] = []
  for (const pk of [`desk#${BATCH}`, 'labeling', 'privacy', 'rewritten'])
    for await (const row of table.query(pk)) found.push(row)
  for (const item of new Set(Object.values(items)))
    for await (const row of table.query(`cascade#${item}`)) found.push(row)
  return JSON.stringify(found, (_, of) => (of instanceof Set ? [...of] : of))
}
