import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Labeller } from '../../../../services/labeling/labellers/labeller'
import { storedPlan } from '../../../../services/labeling/plan'
import { spent } from '../../../../shared/state/ledger'
import { keys } from '../../../../shared/keys'
import { qualityRecord, settledLine } from '../../../../shared/records'
import { functionOf, linesOf, newWorld, postsOf, settingsWith, storeRun, type World } from '../world'

const BATCH = '2026-06-02'
const CAPACITY = 6

/** A machine that answers immediately, at its own price, up to a number of items a day. */
function toyLabeller(): Labeller & { started: string[][] } {
  const started: string[][] = []
  return {
    started,
    terms: {
      title: 'the toy',
      kind: 'machine',
      itemsPerDay: () => CAPACITY,
      judgementsAsked: () => ({ evaluation: 1, training: 1, measuring: 1 }),
      judgementUsd: () => 0.002,
      fee: {
        ledger: 'toyObjects',
        usd: (_, objects, before) => (before >= CAPACITY ? 0.05 : 0.1) * objects,
        objectsAtMost: (_, items) => items,
      },
    },
    check: () => undefined,
    start: async ({ lines }) => void started.push(lines.map(({ item }) => item)),
    finish: async ({ items, categories }, _, at) => ({
      judgements: items.map(({ item }) => ({
        item,
        annotator: 'toy',
        said: { label: categories[0] ?? '' },
        at: at.toISOString(),
      })),
      consolidated: [],
      refused: [],
      objects: { first: items.length, second: 0 },
    }),
  }
}

let world: World
let toy: ReturnType<typeof toyLabeller>

beforeEach(async () => {
  toy = toyLabeller()
  const shipped = settingsWith()
  const settings = { ...shipped, labelling: { ...shipped.labelling, labeller: 'toy' } }
  world = newWorld({ settings, plugged: { toy } })
  await storeRun(world, 'aws', BATCH, postsOf('aws', 20))
  await functionOf(world).onRun(await storeRun(world, 'azure', BATCH, postsOf('azure', 20)))
  await functionOf(world).onRun({ hashtag: 'aws', date: BATCH, run: 'r1' })
})

const planOf = (batch: string) => storedPlan.parse(JSON.parse(world.bucket.texts()[keys.plan({ batch })] ?? ''))

describe('a labeller that a test plugs in', () => {
  it('is planned within its capacity and booked at its price', async () => {
    const plan = planOf(BATCH)

    expect(plan).toMatchObject({ labeller: 'toy', judgements: CAPACITY, costUsd: 0.612 })
    expect(plan.booked).toEqual({ judgements: CAPACITY, usd: 0.612, objects: CAPACITY, items: CAPACITY })
    expect(plan.reached).toEqual({ cap: 'items a day of labeller toy', limit: CAPACITY, period: BATCH })
    expect(await spent(world.table, 'labelUsd', BATCH)).toBeCloseTo(0.612)
    expect(toy.started).toEqual([plan.items.map(({ item }) => item)])
  })

  it('has its labels settled as machine labels', async () => {
    expect(await functionOf(world).settle(BATCH)).toMatchObject({ labelled: CAPACITY, judgements: CAPACITY })

    const lines = linesOf(world, keys.settledManifest({ batch: BATCH })).map((line) => settledLine.parse(line))
    expect(lines).toHaveLength(CAPACITY)
    expect(new Set(lines.map((line) => line['label-metadata']['human-annotated']))).toEqual(new Set(['no']))
    const quality = qualityRecord.parse(JSON.parse(world.bucket.texts()[keys.quality({ batch: BATCH })] ?? ''))
    expect(quality).toMatchObject({ costUsd: 0.612, objects: CAPACITY })
  })

  it('gets no more items once its day is full, and its own price tiers in the next batch', async () => {
    await functionOf(world).settle(BATCH)

    expect(await functionOf(world).request({ estimate: true })).toMatchObject({ items: 0 })
    await storeRun(world, 'aws', '2026-06-03', postsOf('aws', 20, '2026-06-03'))
    await storeRun(world, 'azure', '2026-06-03', postsOf('azure', 20, '2026-06-03'))
    for (const hashtag of ['aws', 'azure']) await functionOf(world).onRun({ hashtag, date: '2026-06-03', run: 'r1' })

    expect(planOf('2026-06-03')).toMatchObject({ before: CAPACITY, costUsd: 0.312 })
  })

  it('must still be configured when its batch is settled', async () => {
    world.plugged = {}

    await expect(functionOf(world).settle(BATCH)).rejects.toThrow(/there is no labeller "toy"/)
  })
})
