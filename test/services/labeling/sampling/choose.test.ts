import { beforeAll, describe, expect, it } from '@jest/globals'
import { storedPlan } from '../../../../services/labeling/plan'
import { keys } from '../../../../shared/keys'
import { qualityRecord } from '../../../../shared/records'
import { joint } from '../../../../shared/statistics/design'
import { championExample } from '../../../shared/card'
import { anArchive, type Champion, putChampion } from '../champion'
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
  wordsOf,
} from '../world'
import { aSettledLine, manifestOf } from '../../../given'

const DATE = '2026-06-02'
const settings = settingsWith({ itemsPerDay: 20, evaluationShare: 0.2 })

/** Posts of three kinds: the model is sure of two, and the third contains a word of each. */
const KINDS = ['debug', 'webinar', 'debug webinar']
const posts = Array.from({ length: 120 }, (_, i) =>
  postOf(`p${i}`, `${KINDS[i % 3]} ${KINDS[i % 3]} ${wordsOf(`${i}`)}`, { createdAt: `${DATE}T10:00:00Z` }),
)

let archive: Buffer

beforeAll(async () => {
  archive = await anArchive()
})

const withChampion = (world: World, more: Partial<Champion> = {}) =>
  putChampion(world, { bytes: archive, archive, ...more })

async function draw(world: World, given = posts, date = DATE) {
  world.now = new Date(Date.parse(`${date}T00:12:00Z`) + 86_400_000)
  await functionOf(world).onRun(await storeRun(world, 'aws', date, given))
  await functionOf(world).onRun(await storeRun(world, 'azure', date, []))
  return planOf(world, date)
}

const planOf = (world: World, batch = DATE) =>
  storedPlan.parse(JSON.parse(world.bucket.texts()[keys.plan({ batch })] ?? ''))

const kindOf = (id: string) => KINDS[Number(id.slice(1)) % 3]

describe('choosing posts for training', () => {
  it('prefers posts that a good champion doubts, but not exclusively', async () => {
    const world = newWorld({ settings })
    await withChampion(world)

    const { items, trainingChoice, draws } = await draw(world)

    const training = items.filter(({ role }) => role === 'training')
    const doubted = training.filter(({ post }) => kindOf(post) === 'debug webinar')
    expect(trainingChoice).toMatchObject({ how: 'margin', job: championExample.job, macroF1: 0.9 })
    expect(training).toHaveLength(16)
    expect(doubted.length).toBeGreaterThan(16 / 2)
    const ofKind = (kind: string, members = draws.flatMap((one) => one.members)) =>
      members.flatMap(({ item, measure }) => {
        const post = items.find((one) => one.item === item)?.post
        return post && kindOf(post) === kind ? [measure ?? 0] : []
      })
    expect(Math.min(...ofKind('debug webinar'))).toBeGreaterThan(0.6)
    expect(Math.max(...ofKind('debug'), ...ofKind('webinar'))).toBeLessThan(0.4)
  })

  it('gives each a known inclusion probability, like every drawn item', async () => {
    const world = newWorld({ settings })
    await withChampion(world)

    const { items, draws } = await draw(world)

    const members = new Map(draws.flatMap((one) => one.members).map((member) => [member.item, member]))
    expect(new Set(items.map(({ role }) => role))).toEqual(new Set(['evaluation', 'training']))
    for (const { item, role, draw: parts, inclusionProbability } of items) {
      expect(inclusionProbability).toBe(joint(parts!))
      expect(members.get(item)).toMatchObject({ ...parts, inclusionProbability, drawn: role })
    }
  })

  it.each<[string, Partial<Champion> | undefined, RegExp]>([
    ['there is no champion', undefined, /no model is live/],
    ["the champion's score is too low", { macroF1: 0.64 }, /macro-F1 0\.64 on evaluation posts, 0\.65 is asked/],
    ["the champion's card has no score", { macroF1: null }, /no macro-F1/],
    ['the champion has labels of another version', { schemaVersion: 7 }, /labels of version 7/],
    ['the champion reads another text version', { textVersion: '0' }, /version 0/],
    ["the champion's archive is corrupt", { bytes: Buffer.from('broken') }, /found SHA-256/],
  ])('is random when %s, and the plan says so', async (_, champion, why) => {
    const world = newWorld({ settings })
    if (champion) await withChampion(world, champion)

    const { items, trainingChoice } = await draw(world)

    expect(trainingChoice).toMatchObject({ how: 'random', why: expect.stringMatching(why) })
    expect(items.filter(({ role }) => role === 'training')).toHaveLength(16)
    expect(new Set(items.map(({ post }) => kindOf(post))).size).toBe(3)
  })

  it('is random when the configuration says so', async () => {
    const world = newWorld({ settings: settingsWith({ ...settings.labelling, trainingChoice: 'random' }) })
    await withChampion(world)

    expect((await draw(world)).trainingChoice).toMatchObject({ how: 'random' })
  })
})

it('reuses the label of a training cascade that a later evaluation draw includes, without asking again', async () => {
  const world = newWorld({ settings })
  const first = await draw(world)
  for (const annotator of ['ana', 'ben', 'cyd']) await answerAll(world, annotator, () => 'technical')
  await functionOf(world).settle(DATE)
  const lent = first.items.find(({ role }) => role === 'training')!
  const original = posts.find(({ id }) => id === lent.post)!
  const giant = Array.from({ length: 90 }, (_, i) =>
    postOf(`r${i}`, `RT @someone: ${original.text}`, { createdAt: '2026-06-03T10:00:00Z', retweetOf: original.id }),
  )

  const second = await draw(world, [...giant, ...postsOf('aws', 30, '2026-06-03')], '2026-06-03')

  const member = second.draws.flatMap(({ members }) => members).find(({ item }) => item === lent.item)
  expect(member).toMatchObject({ item: lent.item, size: 90, inclusionProbability: 1, drawn: 'evaluation' })
  expect(second.items.map(({ item }) => item)).not.toContain(lent.item)
  expect(await world.table.get({ pk: `cascade#${lent.item}`, sk: 'role' })).toMatchObject({
    role: 'training',
    asked: DATE,
  })
})

it('hands out both draws interleaved, each in its order, and carried-over items last', async () => {
  const world = newWorld({ settings })
  await draw(world)
  await functionOf(world).settle(DATE)
  world.now = new Date(world.now.getTime() + 86_400_000)
  await functionOf(world).settle(DATE)

  const { items, draws } = await draw(world, postsOf('aws', 12, '2026-06-04'), '2026-06-04')

  const turn = new Map(items.map(({ item }, i) => [item, i]))
  for (const role of ['evaluation', 'training'] as const) {
    const turns = draws.flatMap(({ members }) =>
      members.flatMap(({ item, drawn }) => (drawn === role ? [turn.get(item)!] : [])),
    )
    expect(turns.length).toBeGreaterThan(2)
    expect(turns).toEqual([...turns].sort((a, b) => a - b))
  }
  const isNew = items.map(({ date }) => date === '2026-06-04')
  expect(isNew.lastIndexOf(true)).toBeLessThan(isNew.indexOf(false))
  expect(items.filter(({ date }) => date === DATE).length).toBeGreaterThan(2)
  expect(items.every(({ inclusionProbability }) => inclusionProbability !== null)).toBe(true)
})

it('leaves the probability of an item unknown that an older release carried over', async () => {
  const world = newWorld({ settings })
  await draw(world)
  world.now = new Date(world.now.getTime() + 86_400_000)
  await functionOf(world).settle(DATE)
  const key = keys.settledRefused({ batch: DATE })
  const lines = (world.bucket.texts()[key] ?? '').trim().split('\n')
  const old = lines.map((line) => {
    const { plan, ...rest } = JSON.parse(line) as { plan: Record<string, unknown> }
    const { draw: _, scores: __, ...before } = plan
    const inclusionProbability = plan['role'] === 'training' ? null : plan['inclusionProbability']
    return JSON.stringify({ ...rest, plan: { ...before, inclusionProbability } })
  })
  await world.bucket.put(key, `${old.join('\n')}\n`)

  const { items } = await draw(world, postsOf('aws', 2, '2026-06-04'), '2026-06-04')

  const left = items.filter(({ date }) => date === DATE)
  expect(new Set(left.map(({ role }) => role))).toEqual(new Set(['evaluation', 'training']))
  for (const { role, inclusionProbability } of left) expect(inclusionProbability === null).toBe(role === 'training')
})

it('depends on the salt of the settings; an empty salt changes nothing', async () => {
  const drawnWith = async (salt?: string) => {
    const world = newWorld({ settings: salt === undefined ? settings : settingsWith({ ...settings.labelling, salt }) })
    return (await draw(world)).items.map(({ item }) => item)
  }

  const usual = await drawnWith()

  expect(await drawnWith('')).toEqual(usual)
  expect(await drawnWith('7')).not.toEqual(usual)
  expect(await drawnWith('7')).toEqual(await drawnWith('7'))
})

it('repeats items for a single annotator once, within the booked judgements', async () => {
  const world = newWorld({
    settings: settingsWith({ ...settings.labelling, evaluationJudgements: 1, repeatShare: 0.1 }),
  })
  await draw(world)
  await answerAll(world, 'ana')
  await functionOf(world).settle(DATE)

  const second = await draw(world, postsOf('aws', 60, '2026-06-03'), '2026-06-03')

  const back = second.items.filter(({ purpose }) => purpose === 'repeat')
  const before = new Set(planOf(world).items.map(({ item }) => item))
  expect(back).toHaveLength(2)
  expect(back.every(({ item }) => before.has(item))).toBe(true)
  expect(second.items).toHaveLength(20)
  expect(second.judgements).toBeLessThanOrEqual(second.booked.judgements)
  const made = outcomeOf(world).objects[keys.plan({ batch: '2026-06-03' })]
  await functionOf(world).onRun({ hashtag: 'aws', date: '2026-06-03', run: 'r1' })
  expect(outcomeOf(world).objects[keys.plan({ batch: '2026-06-03' })]).toBe(made)
})

it('asks labels of an earlier schema again under their mapped names, and measures annotators by them', async () => {
  const world = newWorld({
    settings: settingsWith({ ...settings.labelling, evaluationJudgements: 1, goldShare: 0.1, repeatShare: 0.1 }),
  })
  await draw(world)
  await answerAll(world, 'ana', () => 'technical')
  await functionOf(world).settle(DATE)
  const { items } = planOf(world)
  const decided = items.slice(0, 2).map(({ item }) =>
    aSettledLine(item, 'technical', {
      metadata: { adjudicated: true, 'creation-date': '2026-06-03T09:00:00' },
    }),
  )
  await world.bucket.put(keys.settledManifest({ batch: 'correction-1' }), manifestOf(decided))
  const [howTo, promotion] = ['how-to', 'promotion'].map((name) => ({ name, definition: name, examples: [] }))
  const from = { 1: { technical: 'how-to', marketing: 'promotion' } }
  world.settings = { ...world.settings, labels: { version: 2, categories: [howTo!, promotion!], from } }

  const second = await draw(world, postsOf('aws', 60, '2026-06-03'), '2026-06-03')
  await answerAll(world, 'ana', () => 'how-to')
  await functionOf(world).settle('2026-06-03')

  const purposes = second.items.map(({ purpose }) => purpose)
  expect(purposes.filter((purpose) => purpose === 'gold')).toHaveLength(2)
  expect(purposes.filter((purpose) => purpose === 'repeat')).toHaveLength(2)
  const quality = await world.bucket.readJson(keys.quality({ batch: '2026-06-03' }), qualityRecord)
  expect(quality.annotators.ana?.gold).toEqual({ items: 2, right: 2 })
})
