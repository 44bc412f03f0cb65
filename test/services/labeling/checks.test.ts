import { describe, expect, it } from '@jest/globals'
import type { ShownItem } from '../../../services/desk/shown'
import { format } from '../../../services/formatter/format'
import { storedPlan } from '../../../services/labeling/plan'
import { keys } from '../../../shared/keys'
import { labelStore, labelsUnder, rulesOf } from '../../../shared/labels'
import { evaluationLine, qualityRecord, reasonsForOwner } from '../../../shared/records'
import { permanentRandom } from '../../../shared/text/cascade'
import { aSettings } from '../../given'
import { recorder } from '../../shared/recorder'
import { newWorld as newOwner } from '../owner/world'
import { functionOf, linesOf, newWorld, opinionOf, postsOf, settingsWith, storeRun, type World } from './world'

const DATES = ['2026-06-02', '2026-06-03', '2026-06-04', '2026-06-05']
const RULES = { schemaVersion: 1, categories: ['technical', 'marketing'] }

const worldWith = (labelling: Parameters<typeof settingsWith>[0]): World =>
  newWorld({
    settings: { ...settingsWith({ itemsPerDay: 40, ...labelling }), hashtags: [{ tag: 'aws', source: 'file' }] },
  })

const { training: TRAINING } = aSettings({ training: { trainer: 'lambda' } })
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

type Opinion = (shown: ShownItem) => string

const reads: Opinion = (shown) => opinionOf(shown)
/** An annotator who answers without reading: the answer to the same post changes from day to day. */
const guesses: Opinion = ({ item, batch }) => (permanentRandom(item, `on ${batch}`) < 0.5 ? 'technical' : 'marketing')

const planOf = (world: World, batch: string) =>
  storedPlan.parse(JSON.parse(world.bucket.texts()[keys.plan({ batch })] ?? ''))
const qualityOf = (world: World, batch: string) =>
  qualityRecord.parse(JSON.parse(world.bucket.texts()[keys.quality({ batch })] ?? ''))

/** Collects the posts of a day, lets the annotators answer in turns, and settles the batch when there are any annotators. */
async function day(world: World, date: string, people: Record<string, Opinion>, posts = 100): Promise<void> {
  world.now = new Date(Date.parse(`${date}T00:12:00Z`) + 86_400_000)
  await functionOf(world).onRun(await storeRun(world, 'aws', date, postsOf('aws', posts, date)))
  world.now = new Date(world.now.getTime() + 3_600_000)
  for (let given = 1; given > 0;) {
    given = 0
    for (const [annotator, opinion] of Object.entries(people)) {
      const { items } = await functionOf(world).handOut(annotator, 3)
      const answers = items.map((shown) => ({
        batch: shown.batch,
        item: shown.item,
        revision: 0,
        label: opinion(shown),
      }))
      await functionOf(world).answer(annotator, answers)
      given += items.length
    }
  }
  if (Object.keys(people).length > 0) await functionOf(world).request({ settle: date, now: true })
}

/** The owner corrects the first `count` labels, whether they are wrong or not. */
async function putRight(world: World, count: number): Promise<void> {
  const owner = newOwner(world)
  owner.now = world.now
  const cookie = await owner.enter()
  const labels = [...(await labelsUnder(world.bucket, RULES)).values()].slice(0, count)
  for (const { item, text } of labels) {
    await owner.send('POST /desk/owner/labels', { cookie, body: { item, label: opinionOf({ batch: '', item, text }) } })
  }
}

/** The evaluation set of a dataset of all labels so far: the label of each item. */
async function evaluationRows(world: World): Promise<Map<string, string>> {
  const { publish } = recorder('formatter')
  const settings = { ...world.settings, training: TRAINING }
  const labels = labelStore(world.bucket, rulesOf(settings.labels))
  const { files } = await format({ objects: world.bucket, publish, settings, labels, stream: () => 'file' })({
    now: world.now,
    log,
  })
  return new Map(
    linesOf(world, files.evaluation)
      .map((line) => evaluationLine.parse(line))
      .map((row) => [row.item, row.label]),
  )
}

/** The owner decides the disputed posts. Returns their number. */
async function decide(world: World): Promise<number> {
  const owner = newOwner(world)
  owner.now = world.now
  const cookie = await owner.enter()
  const { json } = await owner.send('GET /desk/owner/disputes', { cookie })
  for (const { item, text } of json.disputes) {
    const decided = await owner.send('POST /desk/owner/labels', {
      cookie,
      body: { item, label: opinionOf({ batch: '', item, text }) },
    })
    expect(decided).toMatchObject({ status: 200, json: { outcome: 'corrected' } })
  }
  return json.disputes.length
}

describe('annotators whose accuracy is unknown', () => {
  it('are told apart by hidden checks on items that the owner decided', async () => {
    const world = worldWith({ goldShare: 0.25 })
    for (const date of DATES) {
      await day(world, date, { ana: reads, cyd: guesses })
      await decide(world)
    }

    const last = DATES.at(-1) ?? ''
    const quality = qualityOf(world, last)
    const { annotators, status, reasons } = quality
    const { ana, cyd } = annotators
    const gold = DATES.flatMap((date) => planOf(world, date).items.filter(({ purpose }) => purpose === 'gold'))
    expect(status).toBe('unreliable')
    expect(ana?.gold.right).toBe(ana?.gold.items)
    expect(cyd?.gold.right).toBeLessThan((cyd?.gold.items ?? 0) / 2)
    expect((ana?.gold.items ?? 0) + (cyd?.gold.items ?? 0)).toBe(gold.length)
    expect(reasonsForOwner(quality)).toContain(
      `cyd had ${cyd?.gold.right} of ${cyd?.gold.items} hidden checks right, the others ${ana?.gold.right} of ${ana?.gold.items}: talk over the definitions with them`,
    )
    expect(reasons.join()).not.toContain('nothing says which of them is right')
  })

  it("do not overrule the owner's labels, in the dataset either", async () => {
    const world = worldWith({ goldShare: 0.25 })
    await day(world, DATES[0]!, { ana: reads, cyd: guesses })
    const decided = await decide(world)
    await day(world, DATES[1]!, { ana: guesses, cyd: guesses })

    const labels = [...(await labelsUnder(world.bucket, RULES)).values()].filter(({ adjudicated }) => adjudicated)
    const evaluation = await evaluationRows(world)
    const checked = planOf(world, DATES[1]!).items.filter(({ purpose }) => purpose === 'gold')
    expect(labels).toHaveLength(decided)
    expect(checked.length).toBeGreaterThan(0)
    for (const { item, label, text } of labels) {
      expect(label).toBe(opinionOf({ batch: '', item, text }))
      expect(evaluation.get(item)).toBe(label)
    }
  })
})

describe('a single annotator', () => {
  it('is measured by repeats, and by hidden checks on labels that the owner corrected', async () => {
    const world = worldWith({ evaluationJudgements: 1, goldShare: 0.2, repeatShare: 0.2 })
    await day(world, DATES[0]!, { ana: guesses })
    await putRight(world, 8)
    await day(world, DATES[1]!, { ana: guesses })

    const { items } = planOf(world, DATES[1]!)
    const { annotators, selfAgreement, status, reasons } = qualityOf(world, DATES[1]!)
    const { gold, repeats } = annotators.ana!
    expect(new Set(items.map(({ item }) => item)).size).toBe(items.length)
    expect(gold.items).toBe(items.filter(({ purpose }) => purpose === 'gold').length)
    expect(repeats.items).toBe(items.filter(({ purpose }) => purpose === 'repeat').length)
    expect([gold.items, repeats.items, selfAgreement?.items]).toEqual([8, 2, 2])
    expect(status).toBe('unmeasured')
    expect(reasons).toContain(`the annotator had ${gold.right} of 8 hidden checks right`)
  })
})

it('asks nobody again about what the owner decided while a batch was open', async () => {
  const world = worldWith({ goldShare: 0.25 })
  await day(world, DATES[0]!, { ana: reads, cyd: guesses })
  await day(world, DATES[1]!, {}, 2)
  const open = planOf(world, DATES[1]!).items.map(({ item }) => item)
  const decided = await decide(world)
  await functionOf(world).request({ settle: DATES[1]!, now: true })
  await day(world, DATES[2]!, {}, 2)

  const owners = new Set(
    [...(await labelsUnder(world.bucket, RULES)).values()].flatMap(({ adjudicated, item }) =>
      adjudicated ? [item] : [],
    ),
  )
  const { items } = planOf(world, DATES[2]!)
  expect(open.filter((item) => owners.has(item))).toHaveLength(decided)
  expect(items.filter(({ item, purpose }) => purpose === 'label' && owners.has(item))).toEqual([])
  expect(items.filter(({ purpose }) => purpose === 'gold').length).toBeGreaterThan(0)
  expect(new Set(items.map(({ item }) => item)).size).toBe(items.length)
})
