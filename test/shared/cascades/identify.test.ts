import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { storedPlan } from '../../../services/labeling/plan'
import { readCascades } from '../../../shared/cascades/files'
import { keys } from '../../../shared/keys'
import type { Post } from '../../../shared/posts'
import {
  answerAll,
  functionOf,
  newWorld,
  outcomeOf,
  postOf,
  postsOf,
  settingsWith,
  storeRun,
  type World,
} from '../../services/labeling/world'

const FIRST = '2026-06-02'
const SECOND = '2026-06-03'

/** Stores a day's runs of both hashtags and draws their batch; returns the plan. */
async function draw(world: World, date: string, aws: readonly Post[], azure: readonly Post[] = [], reversed = false) {
  world.now = new Date(Date.parse(`${date}T00:12:00Z`) + 86_400_000)
  const runs = [await storeRun(world, 'aws', date, aws), await storeRun(world, 'azure', date, azure)]
  for (const run of reversed ? runs.reverse() : runs) await functionOf(world).onRun(run)
  return storedPlan.parse(JSON.parse(world.bucket.texts()[keys.plan({ batch: date })] ?? ''))
}

/** The same posts a day later, each truncated like an old retweet. */
const cutOff = (posts: readonly Post[]): Post[] =>
  posts.map((post) => ({
    ...post,
    id: `again-${post.id}`,
    createdAt: `${SECOND}T10:00:00Z`,
    text: `RT @someone: ${post.text.slice(0, 60)}…`,
    retweetOf: post.id,
  }))

const everything = () => newWorld({ settings: settingsWith({ itemsPerDay: 400, evaluationShare: 0.3 }) })

it('labels a near copy of a labelled cascade without asking anybody', async () => {
  const world = everything()
  const posts = postsOf('aws', 40)
  const first = await draw(world, FIRST, posts)
  for (const annotator of ['ana', 'ben', 'cyd']) await answerAll(world, annotator, () => 'technical')
  await functionOf(world).settle(FIRST)

  const second = await draw(world, SECOND, cutOff(posts))

  const labelled = new Set(first.items.map(({ item }) => item))
  const drawn = second.draws.flatMap(({ members }) => members.map(({ item }) => item))
  expect(labelled.size).toBeGreaterThan(30)
  expect(second.items.filter(({ item }) => labelled.has(item))).toEqual([])
  expect(drawn.filter((item) => labelled.has(item)).length).toBeGreaterThan(30)
  expect(second.cascades).toBe(40)
})

it('records the cascade of every post, even of one that cannot be asked about', async () => {
  const world = newWorld()
  const posts = [...postsOf('aws', 3), postOf('empty', ' \u0000 '), postOf('long', 'x'.repeat(20_001))]

  await draw(world, FIRST, posts)

  const cascades = await readCascades(world.bucket, { hashtag: 'aws', date: FIRST, run: 'r1' })
  expect([...(cascades?.keys() ?? [])].sort()).toEqual(posts.map(({ id }) => id).sort())
  const written = world.bucket.written
  expect(written.indexOf(keys.cascades({ hashtag: 'aws', date: FIRST, run: 'r1' }))).toBeLessThan(
    written.indexOf(keys.plan({ batch: FIRST })),
  )
})

it('records cascades in the order of the posts, so that both files can be read in parallel', async () => {
  const world = newWorld()
  const posts = [...cutOff(postsOf('aws', 3)), ...postsOf('aws', 3)]

  await draw(world, FIRST, posts)

  const csv = world.bucket.texts()[keys.cascades({ hashtag: 'aws', date: FIRST, run: 'r1' })]
  const rows = csv?.split('\r\n').slice(1, -1)
  expect(rows?.map((row) => row.split(',')[0])).toEqual(posts.map(({ id }) => id))
})

it('gives the same cascades and the same sample for any order of posts and runs', async () => {
  const posts = [...postsOf('aws', 12), ...cutOff(postsOf('aws', 12)), ...postsOf('aws', 4, '2026-06-01')]
  const outcome = async (aws: readonly Post[], reversed: boolean) => {
    const world = newWorld()
    await draw(world, FIRST, aws, [], reversed)
    const { objects } = outcomeOf(world)
    // The rows of cascades follow the posts.
    const rowsOf = (text: string) => text.split('\r\n').sort()
    return Object.fromEntries(
      Object.entries(objects)
        .filter(([key]) => !key.startsWith('raw/'))
        .map(([key, text]) => [key, keys.cascades.match(key) ? rowsOf(text) : text]),
    )
  }
  const expected = await outcome(posts, false)

  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(posts, { minLength: posts.length }),
      fc.boolean(),
      async (shuffled, reversed) => {
        expect(await outcome(shuffled, reversed)).toEqual(expected)
      },
    ),
    { numRuns: 20 },
  )
})

it('never changes an id or a role later', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 30 }), async (more, repeated) => {
      const world = newWorld({ settings: settingsWith({ itemsPerDay: 20 }) })
      const first = await draw(world, FIRST, postsOf('aws', 30))
      const before = outcomeOf(world).objects
      const cascades = Object.keys(before).filter((key) => key.startsWith('cascades/'))
      const roles = async () => (await world.table.getMany(first.items.map(roleRow))).map(({ pk, role }) => [pk, role])
      const given = await roles()

      await draw(world, SECOND, [...postsOf('aws', more, SECOND), ...cutOff(postsOf('aws', repeated))])

      const after = outcomeOf(world).objects
      expect(cascades.map((key) => after[key])).toEqual(cascades.map((key) => before[key]))
      expect(await roles()).toEqual(given)
      expect(given).toHaveLength(first.items.length)
    }),
    { numRuns: 20 },
  )
})

const roleRow = ({ item }: { item: string }) => ({ pk: `cascade#${item}`, sk: 'role' })

it('never asks about a near copy of an evaluation item for training', async () => {
  const world = everything()
  const posts = postsOf('aws', 40)

  const first = await draw(world, FIRST, [...posts, ...cutOff(posts)])

  expect(first.cascades).toBe(40)
  expect(new Set(first.items.map(({ item }) => item)).size).toBe(first.items.length)
})
