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
/** Too short to be compared with others. */
const short = postOf('short', 'debug now', { createdAt: `${FIRST}T10:00:00Z` })

let archive: Buffer
/** Takes each word for the other category. */
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

/** The kept scores of each post of a day, by the id of the post. */
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

it('gives every message of a day what the live model says of it, drawn or not, and says which model', async () => {
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

it('gives none where no model is live', async () => {
  const world = newWorld({ settings })

  const plan = await draw(world, FIRST, posts)

  expect(plan.model).toBeNull()
  expect([...(await scoresOn(world, FIRST)).values()]).toEqual(posts.map(() => undefined))
})

it('keeps the scores of the first day, whatever model is live when the message comes back', async () => {
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

it('never scores a message that was there before any model, labelled or not', async () => {
  const world = newWorld({ settings })
  await draw(world, FIRST, [...posts, short])
  await answerAndSettle(world, FIRST)
  await putChampion(world, { bytes: archive })

  await draw(world, SECOND, retweetsOf([...posts, short]))

  expect([...(await scoresOn(world, SECOND)).values()]).toEqual([...posts, short].map(() => undefined))
})

it('does not depend on what people answer on the same day, nor on any label by the model that learns from it', async () => {
  const outcomes = []
  for (const label of ['technical', 'marketing']) {
    const world = newWorld({ settings })
    await putChampion(world, { bytes: archive })
    await draw(world, FIRST, posts)
    await answerAndSettle(world, FIRST, label)
    // The model that learnt from those answers.
    await putChampion(world, { bytes: label === 'technical' ? archive : other, job: `bellwether-${label}` })
    await draw(world, SECOND, retweetsOf(posts))
    outcomes.push([await scoresOn(world, FIRST), await scoresOn(world, SECOND)])
  }

  expect(outcomes[1]).toEqual(outcomes[0])
})

it('has no scores for other categories, and scores of new messages for the new ones', async () => {
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

it('keeps the scores that a stopped invocation gave, whatever model is live at the next attempt', async () => {
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

it('goes with the label, by the name of the category', async () => {
  const world = newWorld({ settings })
  await putChampion(world, { bytes: archive })
  const plan = await draw(world, FIRST, posts)
  await answerAndSettle(world, FIRST)

  const given = (await labelStore(world.bucket, rulesOf(world.settings.labels)).read()).labels

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

  it('has what the live model says of every evaluation post that has a label, also from before any model', async () => {
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

  it('keeps its scores, whatever people answer on the day and whatever model goes live', async () => {
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

  it('has at most as many posts as the window of the gate', async () => {
    const world = newWorld({ settings: { ...settings, gate: { ...settings.gate, window: 4 } } })
    await draw(world, FIRST, posts)
    await answerAndSettle(world, FIRST)
    await putChampion(world, { bytes: archive })

    expect((await draw(world, SECOND, fresh)).window).toHaveLength(4)
  })
})
