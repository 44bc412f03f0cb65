import { describe, expect, it } from '@jest/globals'
import type { ShownItem } from '../../../services/desk/shown'
import { storedPlan } from '../../../services/labeling/plan'
import { keys } from '../../../shared/keys'
import { qualityRecord, type SettledLine } from '../../../shared/records'
import { permanentRandom } from '../../../shared/text/cascade'
import { functionOf, linesOf, newWorld, opinionOf, postsOf, settingsWith, storeRun, type World } from './world'

const DATES = ['2026-06-02', '2026-06-03', '2026-06-04'] as const
const PEOPLE = ['ana', 'ben', 'cyd', 'dan'] as const

const settings = { ...settingsWith({ itemsPerDay: 60, relabelShare: 0.1 }), hashtags: [{ tag: 'aws', source: 'file' }] }

type Opinion = (shown: ShownItem, annotator: string) => string

/** The answers of annotators with this accuracy, the same on every call. */
const rightly =
  (accuracy: number): Opinion =>
  (shown, annotator) => {
    const right = opinionOf(shown)
    return permanentRandom(shown.item, `${annotator} 4`) < accuracy ? right : otherThan(right)
  }
const otherThan = (label: string): string => (label === 'technical' ? 'marketing' : 'technical')

const planOf = (world: World, batch: string) =>
  storedPlan.parse(JSON.parse(world.bucket.texts()[keys.plan({ batch })] ?? ''))
const confirmedIn = (world: World, batch: string) =>
  planOf(world, batch).items.filter(({ purpose }) => purpose === 'confirm')
const lineIn = (world: World, batch: string, item: string) =>
  linesOf<SettledLine>(world, keys.settledManifest({ batch })).find((line) => line.item === item)

async function draw(world: World, date: string): Promise<void> {
  world.now = new Date(Date.parse(`${date}T00:12:00Z`) + 86_400_000)
  await functionOf(world).onRun(await storeRun(world, 'aws', date, postsOf('aws', 120, date)))
}

/** Everybody answers in turns until nothing is left, then the batch is settled. Returns who was shown each item. */
async function label(world: World, batch: string, opinion: Opinion): Promise<Map<string, string[]>> {
  const shownTo = new Map<string, string[]>()
  for (let given = 1; given > 0;) {
    given = 0
    for (const annotator of PEOPLE) {
      const { items } = await functionOf(world).handOut(annotator, 3)
      const answers = items.map((shown) => ({
        batch: shown.batch,
        item: shown.item,
        revision: 0,
        label: opinion(shown, annotator),
      }))
      await functionOf(world).answer(annotator, answers)
      for (const { item } of items) shownTo.set(item, [...(shownTo.get(item) ?? []), annotator])
      given += items.length
    }
  }
  await functionOf(world).request({ settle: batch, now: true })
  return shownTo
}

/** A day labelled by unreliable annotators, and the next batch. */
async function secondDay(): Promise<World> {
  const world = newWorld({ settings })
  await draw(world, DATES[0])
  await label(world, DATES[0], rightly(0.7))
  await draw(world, DATES[1])
  return world
}

describe('one more judgement of a doubtful label', () => {
  it('is asked of another annotator, once, within the booked judgements', async () => {
    const world = await secondDay()

    const back = confirmedIn(world, DATES[1])
    const shownTo = await label(world, DATES[1], rightly(1))
    await draw(world, DATES[2])

    const { items, judgements, booked } = planOf(world, DATES[1])
    expect(back.length).toBeGreaterThan(1)
    expect(back.map(({ role }) => role)).toContain('evaluation')
    for (const { item, before } of back) {
      expect(lineIn(world, DATES[0], item)?.['label-metadata'].confidence).toBeLessThan(0.7)
      expect(shownTo.get(item)).toHaveLength(1)
      expect(before).not.toContain(shownTo.get(item)?.[0])
    }
    expect(items).toHaveLength(60)
    expect(judgements).toBeLessThanOrEqual(booked.judgements)
    const asked = new Set(back.map(({ item }) => item))
    expect(confirmedIn(world, DATES[2]).filter(({ item }) => asked.has(item))).toEqual([])
  })

  it('is weighed together with the earlier ones; a tie leaves the label unchanged', async () => {
    const world = await secondDay()
    const [first, second] = confirmedIn(world, DATES[1]).map(({ item }) => item) as [string, string]
    const labelOf = (item: string) => lineIn(world, DATES[0], item)?.['label-metadata']['class-name'] ?? ''

    await label(world, DATES[1], (shown) =>
      shown.item === first ? labelOf(first) : shown.item === second ? otherThan(labelOf(second)) : opinionOf(shown),
    )

    const [was, is] = [DATES[0], DATES[1]].map((batch) => lineIn(world, batch, first))
    expect(is).toMatchObject({
      role: was?.role,
      'inclusion-probability': was?.['inclusion-probability'],
      label: was?.label,
    })
    expect(is?.['label-metadata'].judgements).toHaveLength(4)
    expect(is?.['label-metadata'].confidence).toBeGreaterThan(was?.['label-metadata'].confidence ?? 1)
    expect(lineIn(world, DATES[1], second)).toBeUndefined()
    const quality = qualityRecord.parse(JSON.parse(world.bucket.texts()[keys.quality({ batch: DATES[1] })] ?? ''))
    expect(quality.failed).toEqual({ disputed: 1 })
  })

  it('leaves the label unchanged when nobody answers', async () => {
    const world = await secondDay()
    const [first] = confirmedIn(world, DATES[1])

    await functionOf(world).request({ settle: DATES[1], now: true })

    const left = linesOf(world, keys.settledRefused({ batch: DATES[1] })).find(({ item }) => item === first?.item)
    expect(lineIn(world, DATES[1], first?.item ?? '')).toBeUndefined()
    expect(left).toMatchObject({ reason: 'unanswered', again: false })
  })

  it('is asked by only one of two open batches', async () => {
    const world = await secondDay()

    await functionOf(world).request({ start: 'now' })

    const asked = confirmedIn(world, DATES[1]).map(({ item }) => item)
    expect(confirmedIn(world, `${DATES[1]}-2`).filter(({ item }) => asked.includes(item))).toEqual([])
  })
})
