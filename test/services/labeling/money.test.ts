import { describe, expect, it } from '@jest/globals'
import { termsOf } from '../../../shared/labellers'
import { costAtMost, minutesOf, usdOf } from '../../../shared/labellers/costs'
import { storedPlan } from '../../../services/labeling/plan'
import { keys } from '../../../shared/keys'
import { lineOf } from '../owner/world'
import { functionOf, newWorld, outcomeOf, postsOf, retried, settingsWith, storeRun, type World } from './world'

const DATE = '2026-06-02'
const FEES = {
  workteamArn: 'arn:aws:sagemaker:eu-west-1:123456789012:workteam/private-crowd/a',
  feePerItemUsd: 0.08,
  feeTiers: [
    { above: 50_000, feePerItemUsd: 0.04 },
    { above: 1_000_000, feePerItemUsd: 0.02 },
  ],
  taskTimeLimitSeconds: 300,
}
const desk = settingsWith({ hourlyWageUsd: 18, secondsPerJudgement: 10, pricePerJudgementUsd: 0 }).labelling
const groundTruth = { ...desk, labeller: 'ground-truth' as const, groundTruth: FEES, pricePerJudgementUsd: 0.012 }

async function collected(given: Partial<World> = {}, count = 40): Promise<World> {
  const world = newWorld(given)
  for (const hashtag of ['aws', 'azure']) {
    await functionOf(world).onRun(await storeRun(world, hashtag, DATE, postsOf(hashtag, hashtag === 'aws' ? count : 0)))
  }
  return world
}

const planOf = (world: World, batch: string) =>
  storedPlan.parse(JSON.parse(world.bucket.texts()[keys.plan({ batch })] ?? ''))

describe('the price of a judgement', () => {
  it.each([
    ['is zero when nobody is paid', { ...desk, hourlyWageUsd: 0 }, 0],
    ['is an hourly wage at the desk', desk, 0.05],
    ['adds a bonus per judgement', { ...desk, pricePerJudgementUsd: 0.01 }, 0.06],
    ['excludes wages for a Ground Truth work team', groundTruth, 0.012],
  ])('%s', (_, labelling, usd) => {
    expect(termsOf(labelling.labeller).judgementUsd(labelling)).toBeCloseTo(usd, 10)
  })

  it.each([
    ['the first objects of a month', 100, 0, 8],
    ["objects across the first tier's limit", 100, 49_950, 50 * 0.08 + 50 * 0.04],
    ['objects beyond the first tier', 100, 50_000, 4],
    ['objects across both limits', 960_000, 45_000, 5000 * 0.08 + 950_000 * 0.04 + 5000 * 0.02],
    ['objects beyond both limits', 100, 2_000_000, 2],
  ])('takes the Ground Truth fee of %s', (_, items, before, usd) => {
    expect(usdOf(termsOf('ground-truth'), { ...groundTruth, pricePerJudgementUsd: 0 }, items, 0, before)).toBeCloseTo(
      usd,
      6,
    )
  })

  it('has no fee at the desk', () => {
    expect(usdOf(termsOf('desk'), { ...desk, groundTruth: FEES }, 100, 100)).toBeCloseTo(5)
  })

  it("includes the annotators' time", () => {
    expect([minutesOf(desk, 6), minutesOf(desk, 7), minutesOf(desk, 0)]).toEqual([1, 2, 0])
  })
})

describe('the request {"estimate":true}', () => {
  it('returns the cost of the next batch in dollars and minutes, and starts nothing', async () => {
    const world = newWorld({
      settings: settingsWith({ hourlyWageUsd: 18, secondsPerJudgement: 10, pricePerJudgementUsd: 0 }),
    })
    await storeRun(world, 'aws', DATE, postsOf('aws', 40))
    const before = outcomeOf(world)

    const said = await functionOf(world).request({ estimate: true })

    // Four evaluation items at two or three judgements, four for training at one.
    expect(said).toEqual({
      date: DATE,
      items: 8,
      evaluation: 4,
      training: 4,
      judgements: { least: 12, most: 16 },
      costUsd: { least: 0.6, most: 0.8 },
      minutes: { least: 2, most: 3 },
      monthUsd: 24,
      reached: null,
      available: 40,
    })
    expect(outcomeOf(world)).toEqual(before)
    expect(world.writes).toBe(0)
  })

  it('counts no more items than unasked messages in the bucket', async () => {
    const settings = settingsWith({ itemsPerDay: 60 })
    settings.hashtags = [{ tag: 'aws', source: 'file' }]
    const world = newWorld({ settings })
    const posts = postsOf('aws', 65)
    const retweets = posts.map((post) => ({ ...post, id: `rt-${post.id}`, text: `RT @somebody: ${post.text}` }))
    await functionOf(world).onRun(await storeRun(world, 'aws', DATE, [...posts, ...retweets]))

    const said = await functionOf(world).request({ estimate: true, bootstrap: 150 })

    expect(said).toMatchObject({ items: 5, available: 5, evaluation: 3, training: 2, reached: null })
  })

  it('names the cap that makes the batch smaller', async () => {
    const world = newWorld()
    world.settings.caps.judgements.perDay = 10

    const said = await functionOf(world).request({ estimate: true })

    expect(said).toMatchObject({
      items: 4,
      reached: { cap: 'caps.judgements.perDay', limit: 10, period: '2026-06-03' },
    })
  })

  it('never exceeds what the batch books', async () => {
    const world = newWorld({ settings: settingsWith({ itemsPerDay: 12 }) })
    const said = await functionOf(world).request({ estimate: true })
    const labelled = await collected({ settings: world.settings })

    expect(said).toMatchObject({ costUsd: { most: planOf(labelled, DATE).booked.usd } })
    expect(planOf(labelled, DATE).booked.judgements).toBe(
      costAtMost(termsOf(world.settings.labelling.labeller), world.settings.labelling, 12).judgements,
    )
  })
})

describe('the request {"bootstrap":150}', () => {
  const wide = () => {
    const settings = settingsWith({ itemsPerDay: 2 })
    settings.hashtags = [{ tag: 'aws', source: 'file' }]
    return settings
  }

  it("makes a batch of that many items in both roles, and estimates the annotators' time", async () => {
    const world = newWorld({ settings: wide() })
    await functionOf(world).onRun(await storeRun(world, 'aws', DATE, postsOf('aws', 400)))

    const said = await functionOf(world).request({ bootstrap: 150 })

    const { items, booked } = planOf(world, `${DATE}-2`)
    const evaluation = items.filter(({ role }) => role === 'evaluation').length
    expect(said).toMatchObject({
      batch: `${DATE}-2`,
      items: 150,
      judgements: 150 + evaluation,
      minutes: Math.ceil((150 + evaluation) / 5),
      words: expect.stringContaining(`about ${Math.ceil((150 + evaluation) / 5)} minutes of people's time`),
    })
    expect(evaluation).toBeGreaterThanOrEqual(74)
    expect(booked.judgements).toBe(75 * 3 + 75)
  })

  it('returns the same batch when it is repeated', async () => {
    const world = newWorld({ settings: wide() })
    await functionOf(world).onRun(await storeRun(world, 'aws', DATE, postsOf('aws', 400)))
    const first = await functionOf(world).request({ bootstrap: 50 })

    expect(await functionOf(world).request({ bootstrap: 50 })).toEqual(first)
    expect(Object.keys(outcomeOf(world).objects).filter((key) => key.endsWith('plan.json'))).toHaveLength(2)
  })

  it('makes the same batch, booked once, wherever the function is killed', async () => {
    const bootstrapped = async (killAfter?: number) => {
      const world = newWorld({ settings: wide() })
      await functionOf(world).onRun(await storeRun(world, 'aws', DATE, postsOf('aws', 30)))
      world.writes = 0
      if (killAfter !== undefined) world.killAt = { write: killAfter, how: 'after' }
      await retried(world, (invoked) => invoked.request({ bootstrap: 4 }))
      const ledger = await world.table.get({ pk: 'ledger#judgements', sk: DATE })
      return { outcome: outcomeOf(world), spent: ledger?.micro, writes: world.writes }
    }
    const { writes, ...clean } = await bootstrapped()

    for (let killAfter = 1; killAfter <= writes; killAfter++) {
      expect(await bootstrapped(killAfter)).toMatchObject(clean)
    }
    expect(writes).toBeGreaterThan(20)
  })

  it('stays within the caps, and names the one it reached', async () => {
    const world = newWorld({ settings: wide() })
    world.settings.caps.judgements.perDay = 100
    await functionOf(world).onRun(await storeRun(world, 'aws', DATE, postsOf('aws', 400)))

    const said = await functionOf(world).request({ bootstrap: 150 })

    // The day's batch of two has booked four.
    expect(said).toMatchObject({ items: 48 })
    expect(world.told).toContainEqual(
      expect.objectContaining({
        event: 'BudgetReached',
        detail: expect.objectContaining({ cap: 'caps.judgements.perDay' }),
      }),
    )
  })

  it('finds runs in the bucket that no event announced, as in a new stack', async () => {
    const world = newWorld({ settings: wide() })
    await storeRun(world, 'aws', DATE, postsOf('aws', 400))

    expect(await functionOf(world).request({ bootstrap: 150 })).toMatchObject({ batch: DATE, items: 150 })
  })

  it('says what to do when nothing has been collected', async () => {
    expect(await functionOf(newWorld()).request({ bootstrap: 150 })).toEqual({
      waits: 'no run was collected: collect first, as in sls invoke -f collector',
    })
  })
})

it("counts Ground Truth's objects of the month once per batch", async () => {
  const settings = settingsWith({
    labeller: 'ground-truth',
    groundTruth: { ...FEES, feeTiers: [{ above: 8, feePerItemUsd: 0.01 }] },
  })
  const world = await collected({ settings })
  await functionOf(world).request({ start: 'now' })
  await functionOf(world).request({ start: 'now' })

  const [first, second, third] = [DATE, `${DATE}-2`, `${DATE}-3`].map((batch) => planOf(world, batch))
  expect([first?.before, second?.before, third?.before]).toEqual([0, 8, 16])
  expect(first?.booked.usd).toBeCloseTo(8 * 0.08 + 8 * 0.01 + (first?.booked.judgements ?? 0) * 0.01)
  expect(second?.booked.usd).toBeCloseTo(16 * 0.01 + (second?.booked.judgements ?? 0) * 0.01)
})

it('books a second Ground Truth fee only for items that a third judgement can decide, not for gold', async () => {
  const settings = settingsWith({ labeller: 'ground-truth', groundTruth: FEES, goldShare: 0.25 })
  const world = newWorld({ settings })
  const decided = ['0a', '0b'].map((item) => lineOf(item, 'technical', {}, { adjudicated: true }))
  const manifest = keys.settledManifest({ batch: 'correction-0123456789abcdef' })
  await world.bucket.put(manifest, decided.map((line) => `${JSON.stringify(line)}\n`).join(''))

  for (const hashtag of ['aws', 'azure']) {
    await functionOf(world).onRun(await storeRun(world, hashtag, DATE, postsOf(hashtag, 20)))
  }

  const { items, costUsd, booked } = planOf(world, DATE)
  expect(items.filter(({ purpose }) => purpose === 'gold')).toHaveLength(2)
  expect(costUsd).toBeCloseTo((8 + 6) * 0.08 + 8 * 3 * 0.01)
  expect(booked).toEqual({ judgements: 24, usd: 16 * 0.08 + 24 * 0.01, objects: 8 })
})
