import { beforeAll, describe, expect, it } from '@jest/globals'
import { storedPlan } from '../../../../services/labeling/plan'
import { openCascades } from '../../../../shared/cascades/files'
import { keys } from '../../../../shared/keys'
import { keptScores, labelStore, rulesOf } from '../../../../shared/labels'
import type { Post } from '../../../../shared/posts'
import { championExample } from '../../../shared/card'
import { anArchive, putChampion } from '../champion'
import { answerAll, functionOf, newWorld, postOf, postsOf, settingsWith, storeRun, type World, wordsOf } from '../world'

const [FIRST, SECOND] = ['2026-06-02', '2026-06-03'] as const
const settings = settingsWith({ itemsPerDay: 20, evaluationShare: 0.5 })
const labels = settings.labels.categories.map(({ name }) => name)

const WORDS = ['debug', 'webinar', 'debug webinar']
const posts = Array.from({ length: 30 }, (_, i) =>
  postOf(`p${i}`, `${WORDS[i % 3]} ${WORDS[i % 3]} ${wordsOf(`${i}`)}`, { createdAt: `${FIRST}T10:00:00Z` }),
)
/** Too short for near-duplicate detection. */
const short = postOf('short', 'debug now', { createdAt: `${FIRST}T10:00:00Z` })

let archive: Buffer
/** A model with the two categories swapped. */
let other: Buffer

beforeAll(async () => {
  ;[archive, other] = [await anArchive(), await anArchive('webinar', 'debug')]
})

async function draw(world: World, date: string, given: readonly Post[], run = 'r1') {
  world.now = new Date(Date.parse(`${date}T00:12:00Z`) + 86_400_000)
  await functionOf(world).onRun(await storeRun(world, 'aws', date, given, run))
  await functionOf(world).onRun(await storeRun(world, 'azure', date, [], run))
  return storedPlan.parse(JSON.parse(world.bucket.texts()[keys.plan({ batch: date })] ?? ''))
}

/** The kept scores of each post of a day, by post id. */
async function scoresOn(world: World, date: string, wanted: readonly string[] = labels) {
  const found = new Map<string, readonly number[] | undefined>()
  const file = await openCascades(world.bucket, { hashtag: 'aws', date, run: 'r1' }, wanted)
  for await (const [post, , scores] of file?.rows ?? []) found.set(post, scores)
  return found
}

const retweetsOf = (given: readonly Post[]): Post[] =>
  given.map((post) => ({
    ...post,
    id: `again-${post.id}`,
    createdAt: `${SECOND}T10:00:00Z`,
    text: `RT @someone: ${post.text}`,
    retweetOf: post.id,
  }))

async function answerAndSettle(world: World, batch: string, label = 'technical'): Promise<void> {
  for (const annotator of ['ana', 'ben', 'cyd']) await answerAll(world, annotator, () => label)
  await functionOf(world).settle(batch)
}

it('scores every message of a day with the live model, drawn or not, and records which model', async () => {
  const world = newWorld({ settings })
  await putChampion(world, { bytes: archive, macroF1: 0.3 })

  const plan = await draw(world, FIRST, [...posts, short])

  const scores = await scoresOn(world, FIRST)
  const technical = (post: string) => scores.get(post)?.[labels.indexOf('technical')]
  expect(plan.model).toBe(championExample.job)
  expect(scores.size).toBe(31)
  expect(technical('p0')).toBeGreaterThan(0.6)
  expect(technical('p1')).toBeLessThan(0.4)
  expect(technical('short')).toBeGreaterThan(0.6)
  expect(plan.items.length).toBeGreaterThan(10)
  for (const { post, scores: kept } of plan.items) expect(kept).toEqual(scores.get(post))
})

it('keeps no scores when no model is live', async () => {
  const world = newWorld({ settings })

  const plan = await draw(world, FIRST, posts)

  expect(plan.model).toBeNull()
  expect([...(await scoresOn(world, FIRST)).values()]).toEqual(posts.map(() => undefined))
})

it("keeps the scores of a message's first day, whatever model is live when it returns", async () => {
  const world = newWorld({ settings })
  await putChampion(world, { bytes: archive })
  await draw(world, FIRST, [...posts, short])
  const first = await scoresOn(world, FIRST)
  await putChampion(world, { bytes: other, job: 'bellwether-later' })
  const fresh = postOf('fresh', `debug debug ${wordsOf('fresh')}`, { createdAt: `${SECOND}T10:00:00Z` })

  const plan = await draw(world, SECOND, [...retweetsOf([...posts, short]), fresh])

  const second = await scoresOn(world, SECOND)
  expect(plan.model).toBe('bellwether-later')
  expect(second.get('fresh')?.[labels.indexOf('technical')]).toBeLessThan(0.4)
  for (const [post, scores] of first) expect(second.get(`again-${post}`)).toEqual(scores)
})

it('never scores a message that was first seen before any model was live, labelled or not', async () => {
  const world = newWorld({ settings })
  await draw(world, FIRST, [...posts, short])
  await answerAndSettle(world, FIRST)
  await putChampion(world, { bytes: archive })

  await draw(world, SECOND, retweetsOf([...posts, short]))

  expect([...(await scoresOn(world, SECOND)).values()]).toEqual([...posts, short].map(() => undefined))
})

it("keeps scores that depend neither on the day's own labels nor on a model trained on them", async () => {
  const outcomes = []
  for (const label of ['technical', 'marketing']) {
    const world = newWorld({ settings })
    await putChampion(world, { bytes: archive })
    await draw(world, FIRST, posts)
    await answerAndSettle(world, FIRST, label)
    // The model that was trained on those answers.
    await putChampion(world, { bytes: label === 'technical' ? archive : other, job: `bellwether-${label}` })
    await draw(world, SECOND, retweetsOf(posts))
    outcomes.push([await scoresOn(world, FIRST), await scoresOn(world, SECOND)])
  }

  expect(outcomes[1]).toEqual(outcomes[0])
})

it('gives messages no kept scores for renamed categories, and scores new messages for them', async () => {
  const world = newWorld({ settings })
  await putChampion(world, { bytes: archive })
  await draw(world, FIRST, posts)
  const categories = ['how-to', 'promotion'].map((name) => ({ name, definition: name, examples: [] }))
  world.settings = { ...world.settings, labels: { version: 2, categories } }
  const names = categories.map(({ name }) => name)
  await putChampion(world, { bytes: archive, schemaVersion: 2, job: 'bellwether-later' })
  const fresh = postOf('fresh', `debug debug ${wordsOf('fresh')}`, { createdAt: `${SECOND}T10:00:00Z` })

  await draw(world, SECOND, [...retweetsOf(posts), fresh])

  const scores = await scoresOn(world, SECOND, names)
  expect(scores.get('again-p0')).toBeUndefined()
  expect(scores.get('fresh')).toHaveLength(2)
})

it('keeps the scores of a crashed attempt, whatever model is live at the next one', async () => {
  const world = newWorld({ settings })
  await putChampion(world, { bytes: archive })
  await draw(world, FIRST, posts)
  const expected = await scoresOn(world, FIRST)
  const cascades = keys.cascades({ hashtag: 'aws', date: FIRST, run: 'r1' })
  const stopped = newWorld({ settings })
  for (const [key, body] of Object.entries(await bodiesOf(world))) {
    if (key.startsWith('cascades/') && key !== cascades) await stopped.bucket.put(key, body)
  }
  await putChampion(stopped, { bytes: other, job: 'bellwether-later' })

  await draw(stopped, FIRST, posts)

  expect(await scoresOn(stopped, FIRST)).toEqual(expected)
})

it('stores kept scores with the label, by category name', async () => {
  const world = newWorld({ settings })
  await putChampion(world, { bytes: archive })
  const plan = await draw(world, FIRST, posts)
  await answerAndSettle(world, FIRST)

  const given = (await labelStore(world.bucket, rulesOf(world.settings.labels)).read()).labels

  expect(plan.items.length).toBeGreaterThan(0)
  for (const { item, scores } of plan.items) {
    expect(keptScores(given.get(item) ?? {}, labels)).toEqual(scores)
    expect(given.get(item)?.planned).toMatchObject({ label: 'technical', batch: FIRST })
  }
})

async function bodiesOf(world: World): Promise<Record<string, Buffer>> {
  const bodies: Record<string, Buffer> = {}
  for await (const { key } of world.bucket.list('')) {
    const stored = await world.bucket.read(key)
    if (stored) bodies[key] = stored.body
  }
  return bodies
}

describe('the evaluation window in a plan', () => {
  const fresh = postsOf('aws', 12, SECOND)
  const evaluated = ({ items }: { items: readonly { item: string; role: string }[] }) =>
    items.flatMap(({ item, role }) => (role === 'evaluation' ? [item] : []))

  it("has the live model's scores of every labelled evaluation post, including those from before any model", async () => {
    const world = newWorld({ settings })
    const first = await draw(world, FIRST, posts)
    await answerAndSettle(world, FIRST)
    await putChampion(world, { bytes: archive })

    const plan = await draw(world, SECOND, fresh)

    const technical = new Map(plan.window?.map(({ item, scores }) => [item, scores[labels.indexOf('technical')]!]))
    expect(first.window).toBeUndefined()
    expect([...technical.keys()].sort()).toEqual(evaluated(first).sort())
    const wordOf = new Map(posts.map(({ id, text }) => [id, text.split(' ')[0]]))
    for (const { item, post, role } of first.items) {
      if (role !== 'evaluation' || wordOf.get(post) === undefined) continue
      if (Number(post.slice(1)) % 3 === 0) expect(technical.get(item)).toBeGreaterThan(0.6)
      if (Number(post.slice(1)) % 3 === 1) expect(technical.get(item)).toBeLessThan(0.4)
    }
  })

  it('keeps its scores, whatever is labelled that day and whatever model goes live', async () => {
    const outcomes = []
    for (const label of ['technical', 'marketing']) {
      const world = newWorld({ settings })
      await draw(world, FIRST, posts)
      await answerAndSettle(world, FIRST)
      await putChampion(world, { bytes: archive })
      await draw(world, SECOND, fresh)
      await answerAndSettle(world, SECOND, label)
      await putChampion(world, { bytes: label === 'technical' ? archive : other, job: `bellwether-${label}` })
      await draw(world, SECOND, fresh, 'r2')
      outcomes.push(storedPlan.parse(JSON.parse(world.bucket.texts()[keys.plan({ batch: SECOND })] ?? '')).window)
    }

    expect(outcomes[0]?.length).toBeGreaterThan(0)
    expect(outcomes[1]).toEqual(outcomes[0])
  })

  it("has at most as many posts as the gate's window", async () => {
    const world = newWorld({ settings: { ...settings, gate: { ...settings.gate, window: 4 } } })
    await draw(world, FIRST, posts)
    await answerAndSettle(world, FIRST)
    await putChampion(world, { bytes: archive })

    expect((await draw(world, SECOND, fresh)).window).toHaveLength(4)
  })
})
