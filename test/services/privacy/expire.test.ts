import { beforeEach, expect, it } from '@jest/globals'
import { arrange } from '../../../services/formatter/arrange'
import { keys } from '../../../shared/keys'
import { countedLabel } from '../../../shared/labels'
import { aSettledLine, CATEGORIES, isKilled } from '../../given'
import { BATCH, DATASET, expire, labelsOf, newWorld, nextHour, NOW, posts, rowsOf, type World } from './world'

const DAYS = 30
const daysLater = (days: number) => new Date(NOW.getTime() + days * 86_400_000)
const shownTexts = [posts.lone, posts.first, posts.stays].map(({ text }) => text.split(' ').slice(0, 4).join(' '))

let world: World
beforeEach(async () => {
  world = await newWorld()
  world.retentionDays = DAYS
})

/** The versions that S3 lifecycle rules expire. */
const EXPIRING = ['sources/', 'imports/', 'exports/', 'raw/', 'cascades/', 'predictions/']
const ours = (one: World) =>
  Object.fromEntries(
    Object.entries(one.bucket.bodies()).filter(([name]) => !EXPIRING.some((of) => name.startsWith(of))),
  )
const holding = (one: World) =>
  Object.entries(ours(one)).flatMap(([name, body]) => (shownTexts.some((text) => body.includes(text)) ? [name] : []))

it('changes nothing while no text is due', async () => {
  const before = world.bucket.bodies()
  world.now = daysLater(DAYS - 3)

  expect(await expire(world)).toMatchObject({ rows: 0, objects: 0, deskItems: 0, labelsWithoutText: 0, finished: true })
  expect(world.bucket.bodies()).toEqual(before)
})

it('keeps texts when no retention is configured', async () => {
  world.retentionDays = undefined
  world.now = daysLater(1000)

  expect(await expire(world)).toMatchObject({ skipped: 'retention.days is not set' })
  expect(holding(world).length).toBeGreaterThan(5)
})

it('removes texts from labels, questions, datasets and the desk in every version, and counts the labels that lost theirs', async () => {
  expect(holding(world).length).toBeGreaterThan(5)
  world.now = daysLater(DAYS)

  const expired = await expire(world)

  expect(expired).toMatchObject({ deskItems: 3, labelsWithoutText: 3, finished: true })
  expect(holding(world)).toEqual([])
  expect(shownTexts.filter((text) => JSON.stringify(expired).includes(text))).toEqual([])
  const rows = await rowsOf(world)
  expect(shownTexts.filter((text) => rows.includes(text))).toEqual([])
})

it('leaves labels that count in shares but train no model', async () => {
  const before = await labelsOf(world.bucket).read()
  world.now = daysLater(DAYS)
  await expire(world)
  const after = await labelsOf(world.bucket).read()

  const labels = [...after.labels.values()]
  expect(after.id).toBe(before.id)
  expect(labels.map(countedLabel)).toEqual([...before.labels.values()].map(countedLabel))
  expect(labels.every(({ text, textExpired }) => text === '' && textExpired)).toBe(true)
  const arranged = arrange(labels, 0.2)
  expect(arranged.textExpired).toHaveLength(labels.length)
  expect(arranged.rows).toEqual({ train: 0, validation: 0, evaluation: 0 })
})

it('reads a rewritten manifest as labels without texts', async () => {
  world.now = daysLater(DAYS)
  await expire(world)
  // The manifests are read again, as after a change of the categories.
  const store = labelsOf(world.bucket)
  for await (const { key } of world.bucket.objects.list('labels/'))
    await world.bucket.versions.remove((await versionsAt(key)).map((one) => one))

  const { labels } = await store.reconcile()

  expect(labels.labels.size).toBe(3)
  expect(labels.refused).toEqual([])
})

const versionsAt = async (key: string) => {
  const found = []
  for await (const version of world.bucket.versions.list(key)) found.push(version)
  return found
}

it('leaves objects that are not due, and lines beside expired ones, unchanged byte for byte', async () => {
  const young = aSettledLine('0123456789abcdef', CATEGORIES[0]!, { source: 'A young text', date: '2026-12-20' })
  const key = keys.settledManifest({ batch: BATCH })
  const old = (await world.bucket.objects.read(key))!.body.toString()
  const spaced = JSON.stringify(young).replaceAll(',"', ', "')
  await world.bucket.objects.put(key, `${old}${spaced}\n`)
  const other = keys.settledManifest({ batch: '2026-12-20' })
  await world.bucket.objects.put(other, `${spaced}\n`)
  const etag = await world.bucket.objects.etag(other)
  world.now = daysLater(DAYS)

  await expire(world)

  const left = (await world.bucket.objects.read(key))!.body.toString().split('\n')
  expect(left.filter((one) => one.includes('"source":""'))).toHaveLength(3)
  expect(left).toContain(spaced)
  expect(await world.bucket.objects.etag(other)).toBe(etag)
})

it('keeps a training line whose text also occurs in a younger post', async () => {
  const key = keys.settledManifest({ batch: '2026-12-20' })
  const text = posts.lone.text
  await world.bucket.objects.put(
    key,
    `${JSON.stringify(aSettledLine('0123456789abcdef', CATEGORIES[0]!, { source: text, date: '2026-12-20' }))}\n`,
  )
  const train = () => world.bucket.objects.read(keys.train({ dataset: DATASET }))
  world.now = daysLater(DAYS)

  await expire(world)

  expect((await train())!.body.toString().trim().split('\n')).toHaveLength(1)
})

it('starts no work: it rewrites event-triggering objects by copies', async () => {
  world.now = daysLater(DAYS)
  await expire(world)

  expect(world.bucket.how.get(keys.settledManifest({ batch: BATCH }))).toBe('copy')
  for (const key of [keys.dataset({ dataset: DATASET }), keys.training({ job: 'x' })])
    expect(world.bucket.how.get(key) ?? 'put').toBe('put')
})

it('expires texts idempotently: a second run changes nothing on the next day', async () => {
  world.now = daysLater(DAYS)
  await expire(world)
  const after = world.bucket.bodies()

  world.now = daysLater(DAYS + 1)

  expect(await expire(world)).toMatchObject({ rows: 0, objects: 0, deskItems: 0, labelsWithoutText: 3, finished: true })
  expect(world.bucket.bodies()).toEqual(after)
})

it('completes an interrupted expiry the next day, wherever it was killed', async () => {
  const clean = await newWorld()
  clean.retentionDays = DAYS
  clean.now = daysLater(DAYS)
  await expire(clean)
  const writes = clean.writes
  expect(writes).toBeGreaterThan(10)

  for (let write = 1; write <= writes; write++) {
    world = await newWorld()
    world.retentionDays = DAYS
    world.now = daysLater(DAYS)
    world.killAt = { write, how: write % 2 === 0 ? 'before' : 'after' }
    expect(await expire(world).catch(isKilled)).toBe(true)
    delete world.killAt
    world.now = daysLater(DAYS + 1)

    expect(await expire(world)).toMatchObject({ finished: true, labelsWithoutText: 3 })
    expect(holding(world)).toEqual([])
  }
})

it('expires texts without holding up a deletion', async () => {
  world.now = daysLater(DAYS)
  await expire(world)

  expect(await nextHour(world)).toEqual({ requests: [], modelsKept: [] })
})
