import { gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { keys } from '../../../shared/keys'
import { gzippedLines } from '../../../shared/sql-tables/rows'
import { deletionRecord } from '../../../shared/records'
import { openCursor } from '../../../shared/state/cursor'
import { buriedAmong } from '../../../shared/state/tombstones'
import { z } from 'zod'
import { isKilled } from '../../given'
import {
  ask,
  BATCH,
  DATASET,
  JOB,
  labelsOf,
  MARK,
  newWorld,
  nextHour,
  posts,
  rowsOf,
  sha256,
  type World,
} from './world'

let world: World

beforeEach(async () => {
  world = await newWorld()
})

const bodies = () => world.bucket.bodies()
const bodyOf = (key: string, of = bodies()) =>
  Object.entries(of).findLast(([name]) => name.startsWith(`${key} `))?.[1] ?? ''
const record = (request: string) =>
  deletionRecord.parse(
    JSON.parse(Object.entries(bodies()).findLast(([name]) => name.startsWith(keys.deletion({ request })))![1]),
  )

async function mentions(...words: string[]): Promise<string[]> {
  const rows = await rowsOf(world)
  return [
    ...Object.entries(bodies()).flatMap(([name, body]) => (words.some((word) => body.includes(word)) ? [name] : [])),
    ...words.filter((word) => rows.includes(word)).map((word) => `a row with ${word}`),
  ]
}

const LONE = 'fleet of lone lambdas'
const RUN = { hashtag: 'aws', date: '2026-11-21', run: 'one' }

describe('the evidence of a report after a deletion', () => {
  const key = keys.evidence({ stream: 'x', hashtag: 'aws', date: '2026-11-21' })
  const messageOf = (name: keyof typeof posts) => ({
    item: world.items[name],
    post: posts[name].id,
    text: posts[name].text.replaceAll('&amp;', '&'),
    language: 'en',
    posts: 2,
    predicted: false,
  })

  beforeEach(async () => {
    const moves = [{ ...messageOf('lone'), before: 1, change: 0.2 }]
    const label = {
      label: 'technical',
      messages: ['lone', 'first', 'stays'].map((one) => messageOf(one as keyof typeof posts)),
      words: [],
      moves,
    }
    await world.bucket.objects.put(key, `${JSON.stringify({ format: 1, labels: [label] }, null, 1)}\n`)
  })

  it('loses the post in every version', async () => {
    await ask(world, { posts: [posts.lone.id] })

    const [label] = JSON.parse(bodyOf(key)).labels
    expect(label.messages.map(({ post }: { post: string }) => post)).toEqual([posts.first.id, posts.stays.id])
    expect(label.moves).toEqual([])
    expect(await mentions(LONE, posts.lone.id)).toEqual([])
  })

  it('shows the remaining copy of the message', async () => {
    await ask(world, { authors: ['u3'] })

    const [label] = JSON.parse(bodyOf(key)).labels
    expect(label.messages[1]).toMatchObject({
      post: posts.other.id,
      text: 'Join our free webinar on tables & chairs! #aws',
    })
    expect(await mentions(posts.first.id)).toEqual([])
  })
})

describe('tables after a deletion', () => {
  const place = { stream: 'x', hashtag: 'aws', date: '2026-11-21' }
  const [POSTS, PREDICTIONS] = [keys.tableOfPosts(place), keys.tableOfPredictions(place)]
  const [LABELS, JUDGEMENTS] = [keys.tableOfLabels(place), keys.tableOfJudgements({ ...place, batch: BATCH })]
  const rowsIn = async (key: string) =>
    gunzipSync((await world.bucket.objects.read(key))!.body)
      .toString()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  const lines = (rows: readonly object[]) => gzippedLines(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))

  beforeEach(async () => {
    const all = Object.entries(posts)
    const { objects } = world.bucket
    const rows = all.map(([, { id, authorId, retweetOf, text }]) => ({
      post_id: id,
      author_id: authorId,
      repeats: retweetOf || null,
      text,
    }))
    // An earlier version, as after a second run of the day.
    await objects.put(POSTS, lines(rows.slice(0, 2)))
    await objects.put(POSTS, lines(rows))
    await objects.put(
      PREDICTIONS,
      lines(
        all.map(([name, { id }]) => ({
          post_id: id,
          label: 'technical',
          message: world.items[name as keyof typeof posts],
        })),
      ),
    )
    const shown = [posts.lone, posts.first, posts.stays] as const
    const itemOf = ({ id }: { id: string }) =>
      world.items[all.find(([, post]) => post.id === id)![0] as keyof typeof posts]
    await objects.put(
      LABELS,
      lines(shown.map((post) => ({ message: itemOf(post), post_id: post.id, label: 'technical' }))),
    )
    await objects.put(JUDGEMENTS, lines(shown.map((post) => ({ message: itemOf(post), annotator: 'ann' }))))
    await objects.put('query-results/texts/1.csv', `"text"\n"${posts.lone.text}"\n`)
  })

  it('lose the rows of the post, of its copies and of its message', async () => {
    await ask(world, { posts: [posts.lone.id] })

    const ids = async (key: string) => (await rowsIn(key)).map(({ post_id: id }) => id)
    const left = [posts.first.id, posts.other.id, posts.stays.id]
    expect(await ids(POSTS)).toEqual(left)
    expect(await ids(PREDICTIONS)).toEqual(left)
    expect(await ids(LABELS)).toEqual([posts.first.id, posts.stays.id])
    expect((await rowsIn(JUDGEMENTS)).map(({ message }) => message)).toEqual([world.items.first, world.items.stays])
  })

  it('lose all posts of a deleted author, in every version', async () => {
    await ask(world, { authors: ['u1'] })

    const versions: string[] = []
    for await (const version of world.bucket.versions.list(POSTS))
      versions.push(gunzipSync((await world.bucket.versions.read(version))!.body).toString())
    expect(versions.length).toBeGreaterThan(0)
    expect(versions.filter((text) => text.includes(posts.lone.id) || text.includes(LONE))).toEqual([])
  })

  it('show the remaining copy of a message whose post was deleted', async () => {
    await ask(world, { posts: [posts.first.id] })

    expect((await rowsIn(LABELS)).map(({ post_id: id }) => id)).toEqual([posts.lone.id, posts.other.id, posts.stays.id])
    expect((await rowsIn(PREDICTIONS)).map(({ post_id: id }) => id)).not.toContain(posts.first.id)
    expect(await rowsIn(JUDGEMENTS)).toHaveLength(3)
  })

  it('lose the results of all queries, except in a dry run', async () => {
    const results = () => Object.keys(bodies()).filter((name) => name.startsWith('query-results/'))
    await ask(world, { posts: [posts.lone.id], dryRun: true })
    expect(results()).toHaveLength(1)

    await ask(world, { posts: [posts.lone.id] })

    expect(results()).toEqual([])
  })
})

describe('deleting a post without copies', () => {
  it('removes it and its retweets from every version and every row, by id and by text', async () => {
    expect((await mentions(LONE)).length).toBeGreaterThan(8)

    const answer = await ask(world, { posts: [posts.lone.id] })

    expect(await mentions(posts.lone.id, posts.fan.id, LONE, 'fleet of lone')).toEqual([])
    expect(answer).toMatchObject({ posts: 2, items: { gone: 1, replaced: 0 }, state: 'verifying', models: [JOB] })
    expect(answer.rows).toEqual({ 'desk items': 1, cascades: 1, confirmations: 1 })
  })

  it('leaves objects that do not mention it unchanged byte for byte', async () => {
    const before = bodies()

    const { request } = await ask(world, { posts: [posts.lone.id] })

    const listed = new Set(record(request).objects.map(({ key }) => key))
    const others = Object.keys(before).filter((name) => !listed.has(name.split(' ')[0]!))
    const changed = others.filter((name) => bodies()[name] !== before[name]).map((name) => name.split(' ')[0])
    expect(others).toContain(`${keys.posts({ ...RUN, page: '1' }).replace('posts-1.csv', 'run.json')} 1`)
    expect(new Set(changed)).toEqual(new Set([keys.artefact({ job: JOB })]))
    expect(bodyOf(keys.posts({ ...RUN, page: '1' }))).toContain(
      `"A text that has nothing to do with it, ""quoted""\r\nand in two lines #aws"`,
    )
  })

  it('keeps the hashes by which other records know the objects correct', async () => {
    const before = bodies()
    const { id } = await labelsOf(world.bucket).read()

    const { request } = await ask(world, { posts: [posts.lone.id] })

    for (const { key, was, is } of record(request).objects) {
      expect(is).toBe(sha256(bodyOf(key)))
      const earlier = Object.entries(before).filter(([name]) => name.startsWith(`${key} `))
      expect(earlier.map(([, body]) => sha256(body))).toContain(was)
    }
    const after = await labelsOf(world.bucket).reconcile()
    expect(after.labels.id).toBe(id)
    expect([...after.labels.labels.keys()].sort()).toEqual([world.items.first, world.items.stays].sort())
  })

  it('holds against a warm function that still has the labels in memory', async () => {
    const warm = labelsOf(world.bucket)
    await warm.read()
    await ask(world, { posts: [posts.lone.id] })
    await world.bucket.objects.put(keys.settledManifest({ batch: '2026-11-22' }), '')

    const labels = await warm.record('2026-11-22')

    expect(labels.labels.has(world.items.lone)).toBe(false)
    expect(await mentions(LONE)).toEqual([])
  })

  it('rewrites event-triggering objects by copies, which start no work', async () => {
    await ask(world, { posts: [posts.lone.id] })

    expect(world.bucket.how.get(keys.settledManifest({ batch: BATCH }))).toBe('copy')
    expect(Object.keys(bodies()).filter((name) => name.startsWith('privacy/staged/'))).toEqual([])
  })

  it('removes the models that were trained on it, and says so', async () => {
    await ask(world, { posts: [posts.lone.id] })

    expect(bodyOf(keys.artefact({ job: JOB }))).toBe('')
    expect(JSON.parse(bodyOf(keys.deletedFrom({ job: JOB })))).toMatchObject({ job: JOB, artefact: 'deleted' })
    expect(bodyOf(keys.train({ dataset: DATASET })).split('\n')).toHaveLength(3)
  })

  it('leaves a tombstone for it and for its retweets', async () => {
    await ask(world, { posts: [posts.lone.id] })

    const marks = [posts.lone.id, posts.fan.id].map((id) => MARK('post', id))
    expect(await buriedAmong(world.table, [...marks, MARK('post', posts.stays.id)])).toEqual(new Set(marks))
  })
})

describe('deleting a post with a copy by another author', () => {
  it('replaces it by the copy wherever it was shown', async () => {
    const answer = await ask(world, { posts: [posts.first.id] })

    expect(answer).toMatchObject({ posts: 1, items: { gone: 0, replaced: 1 } })
    expect(await mentions(posts.first.id, 'chairs #aws', 'chairs #')).toEqual([])
    const shown = 'Join our free webinar on tables & chairs! #aws'
    const plan = z.object({ items: z.array(z.object({ item: z.string(), post: z.string() })) })
    expect(plan.parse(JSON.parse(bodyOf(keys.plan({ batch: BATCH })))).items[1]).toMatchObject({
      item: world.items.first,
      post: posts.other.id,
    })
    expect(bodyOf(keys.settledManifest({ batch: BATCH }))).toContain(`"source":"${shown}"`)
    expect(bodyOf(keys.trainExamples({ dataset: DATASET }))).toContain(shown)
    expect(bodyOf(keys.train({ dataset: DATASET }))).toContain('tables & chairs !')
    expect(await rowsOf(world)).toContain(shown)
    // The copy has its own lines: only the lines of the deleted post are removed.
    const breaksOf = (lines: string) =>
      [...lines.matchAll(/"breaks":(\[[^\]]*\]|\{[^}]*\})/g)].map(([, found]) => found)
    expect(breaksOf(bodyOf(keys.inputManifest({ batch: BATCH })))).toEqual(['[47]'])
    expect(breaksOf(await rowsOf(world))).toEqual([`{"${world.items.stays}":[47]}`])
    expect((await labelsOf(world.bucket).read()).labels.get(world.items.first)).toMatchObject({
      text: shown,
      post: posts.other.id,
    })
  })

  it('leaves the message alone when another copy was shown', async () => {
    const answer = await ask(world, { posts: [posts.other.id] })

    expect(Object.keys(answer.objects).sort()).toEqual(['cascades', 'posts', 'predictions', 'source'])
    expect(answer.models).toEqual([])
  })

  it('removes the message when both are deleted', async () => {
    const answer = await ask(world, { posts: [posts.first.id, posts.other.id] })

    expect(answer.items).toEqual({ gone: 1, replaced: 0 })
    expect(await mentions(posts.first.id, posts.other.id, 'free webinar')).toEqual([])
  })
})

describe('deleting an author', () => {
  it('removes every post of theirs, which are not collected again', async () => {
    await ask(world, { authors: ['u1'] })

    expect(await mentions(posts.lone.id, posts.fan.id, LONE, '"u1"')).toEqual([])
    expect(await buriedAmong(world.table, [MARK('author', 'u1')])).toEqual(new Set([MARK('author', 'u1')]))
  })
})

describe('a deletion request', () => {
  it('only lists what it would remove in a dry run', async () => {
    const [before, rows] = [bodies(), await rowsOf(world)]

    const dry = await ask(world, { posts: [posts.lone.id], dryRun: true })

    expect(bodies()).toEqual(before)
    expect(await rowsOf(world)).toEqual(rows)
    const { objects, posts: count, items, models } = await ask(world, { posts: [posts.lone.id] })
    expect(dry).toMatchObject({ dryRun: true, objects, posts: count, items, models })
  })

  it('names no post, and drops its hashes once nothing is found any more', async () => {
    const { request } = await ask(world, { posts: [posts.lone.id] })
    expect(record(request).marks.posts).toHaveLength(2)

    const { requests } = await nextHour(world)

    expect(requests).toMatchObject([{ request, state: 'done' }])
    expect(record(request)).toMatchObject({ state: 'done', marks: { posts: [], authors: [], items: [], texts: {} } })
    expect(await nextHour(world)).toMatchObject({ requests: [] })
  })

  it('finds what another invocation wrote in the meantime', async () => {
    const late = keys.inputManifest({ batch: 'late' })
    await ask(world, { posts: [posts.lone.id] })
    await world.bucket.objects.put(late, `${JSON.stringify({ source: posts.lone.text, item: world.items.lone })}\n`)

    expect((await nextHour(world)).requests).toMatchObject([{ state: 'verifying' }])
    expect(await mentions(LONE)).toEqual([])
    expect((await nextHour(world)).requests).toMatchObject([{ state: 'done' }])
  })

  it('looks again immediately when another writer raced it', async () => {
    const key = keys.predictions(RUN)
    const { put } = world.bucket.versions
    let raced = false
    world.bucket.versions.put = async (to, body, about) => {
      if (to === key && !raced) {
        raced = true
        await world.bucket.objects.put(key, `post_id,label\r\n${posts.lone.id},marketing\r\n`)
      }
      return put(to, body, about)
    }

    expect(await ask(world, { posts: [posts.lone.id] })).toMatchObject({ state: 'verifying' })

    expect(raced).toBe(true)
    expect(await mentions(posts.lone.id)).toEqual([])
    expect(bodyOf(key)).toBe('post_id,label\r\n')
  })

  it('waits for a run whose cursor points to the post', async () => {
    const run = z.object({ window: z.object({ to: z.string() }), next: z.string() })
    const cursor = await openCursor(world.table, run, [{ hashtag: 'aws' }], '2026-11-21T00:00:00.000Z')
    const at = { window: { to: '2026-11-22T00:00:00.000Z' }, next: `2026-11-21T10:00:00.000Z ${posts.lone.id}` }
    await cursor.keep(at)

    const { state, waiting } = await ask(world, { posts: [posts.lone.id] })
    await cursor.commit(at)
    await nextHour(world)

    expect({ state, waiting }).toEqual({ state: 'removing', waiting: ['the run of #aws that is under way'] })
    expect((await nextHour(world)).requests).toMatchObject([{ state: 'done' }])
  })

  it('leaves the same result as an uninterrupted one, wherever it is killed', async () => {
    const asked = { posts: [posts.lone.id, posts.first.id] }
    await ask(world, asked)
    await nextHour(world)
    const clean = { bodies: latest(bodies()), rows: await rowsOf(world), writes: world.writes }

    for (const how of ['before', 'after'] as const) {
      for (let write = 1; write <= clean.writes; write++) {
        world = await newWorld()
        world.killAt = { write, how }
        await ask(world, asked).catch((error: unknown) => {
          if (!isKilled(error)) throw error
        })
        delete world.killAt
        // The lease of the killed invocation expires.
        for (let hour = 0; hour < 3; hour++) await nextHour(world)
        if (!Object.keys(bodies()).some((name) => name.startsWith('privacy/'))) await ask(world, asked)
        for (let hour = 0; hour < 2; hour++) await nextHour(world)

        expect(await mentions(posts.lone.id, posts.fan.id, posts.first.id, LONE, 'chairs #aws')).toEqual([])
        expect({ write, how, bodies: latest(bodies()) }).toEqual({ write, how, bodies: clean.bodies })
      }
    }
  }, 120_000)
})

/** The latest version of every object; of the request only what it lists, because its times and counts depend on the retries. */
function latest(of: Record<string, string>): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, body] of Object.entries(of)) found[name.split(' ')[0]!] = body
  for (const key of Object.keys(found)) {
    if (key.startsWith('privacy/')) found[key] = JSON.stringify(deletionRecord.parse(JSON.parse(found[key]!)).objects)
    if (key === keys.currentLabels({}))
      found[key] = found[key]!.replace(/"rewritten": "(\w+) [^"]+"/, '"rewritten": "$1"')
  }
  return found
}
