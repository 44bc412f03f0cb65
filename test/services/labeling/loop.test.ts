import { describe, expect, it } from '@jest/globals'
import { batchesToCarry } from '../../../shared/state/open-batches'
import { storedPlan } from '../../../services/labeling/plan'
import { keys } from '../../../shared/keys'
import { qualityRecord, type SettledLine, settledLine } from '../../../shared/records'
import { logRun } from '../../../shared/state/run-log'
import { answerLabeling } from '../../../services/labeling/label'
import { cascadeId } from '../../../shared/text/cascade'
import { takeLease } from '../../../shared/state/lease'
import { KILLED } from '../../given'
import { testTable } from '../../shared/tables'
import {
  answerAll,
  functionOf,
  linesOf,
  newWorld,
  opinionOf,
  outcomeOf,
  postOf,
  postsOf,
  retried,
  settingsWith,
  storeRun,
  type World,
} from './world'

const DATE = '2026-06-02'
const MANIFEST = keys.settledManifest({ batch: DATE })

async function collect(world: World, date = DATE, count = 12) {
  const aws = await storeRun(world, 'aws', date, postsOf('aws', count, date))
  const azure = await storeRun(world, 'azure', date, postsOf('azure', count, date))
  return [aws, azure] as const
}

/** Plays a day from the runs to the settled manifest, with every event delivered `times` times. */
async function day(world: World, { times = 1, reversed = false, date = DATE } = {}): Promise<void> {
  const runs = [...(await collect(world, date))]
  const later = reversed ? runs.reverse() : runs
  for (const run of later.flatMap((one) => Array.from({ length: times }, () => one))) {
    await retried(world, (invoked) => invoked.onRun(run))
  }
  world.now = new Date(`${date}T12:00:00Z`)
  await answerAll(world, 'ana')
  await answerAll(world, 'ben', (shown) => (shown.text.includes('aws post 4 ') ? 'marketing' : opinionOf(shown)))
  await answerAll(world, 'cyd')
  const answered = world.told.filter(({ event }) => event === 'BatchAnswered')
  for (let time = 0; time < Math.max(times, 1); time++) {
    for (const { detail } of answered.slice(0, 1)) {
      await retried(world, (invoked) => invoked.settle(String(detail.batch)))
    }
  }
}

const planOf = (world: World, batch = DATE) =>
  storedPlan.parse(JSON.parse(world.bucket.texts()[keys.plan({ batch })] ?? ''))

describe('a day of labelling at the desk', () => {
  it('ends with one settled label for each item', async () => {
    const world = newWorld()

    await day(world)

    const lines = linesOf<SettledLine>(world, MANIFEST).map((line) => settledLine.parse(line))
    const plan = planOf(world)
    expect(lines.map(({ item }) => item)).toEqual(plan.items.map(({ item }) => item).sort())
    expect(plan.items.filter(({ role }) => role === 'evaluation')).toHaveLength(4)
    expect(
      lines.every(
        (line) => line['label-metadata']['class-name'] === opinionOf({ batch: '', item: '', text: line.source }),
      ),
    ).toBe(true)
    expect(world.told.map(({ event }) => event)).toEqual(['LabelingStarted', 'BatchAnswered', 'LabelsMeasured'])
  })

  it('ends the same on DynamoDB', async () => {
    const served = await testTable()
    try {
      const world = newWorld({ table: served.table })
      const inMemory = newWorld()

      await day(world)
      await day(inMemory)

      expect(outcomeOf(world)).toEqual(outcomeOf(inMemory))
    } finally {
      await served.stop()
    }
  })

  it('asks evaluation items twice, and a third time when two annotators disagree', async () => {
    const world = newWorld()

    await day(world)

    const lines = linesOf<SettledLine>(world, MANIFEST)
    const counts = lines.map(({ role, source, 'label-metadata': { judgements } }) => ({
      role,
      source,
      judgements: judgements.length,
    }))
    expect(new Set(counts.map(({ judgements }) => judgements))).toEqual(new Set([1, 2, 3]))
    for (const { role, source, judgements } of counts) {
      const disputed = source.includes('aws post 4 ')
      expect({ source, judgements }).toEqual({ source, judgements: role === 'training' ? 1 : disputed ? 3 : 2 })
    }
  })

  it('starts its batch when the runs of all hashtags are complete', async () => {
    const world = newWorld()
    const [aws, azure] = await collect(world)

    const first = await functionOf(world).onRun(aws)
    const second = await functionOf(world).onRun(azure)

    expect(first).toEqual({ waits: `waiting for the run of #azure on ${DATE}` })
    expect(second).toMatchObject({ batch: DATE, items: 8, judgements: 12 })
  })

  it('starts at the configured hour with the available runs, and leaves a late run to the next day', async () => {
    const world = newWorld()
    const [aws, azure] = await collect(world)
    await functionOf(world).onRun(aws)

    await functionOf(world).request({ start: 'scheduled' })
    const late = await functionOf(world).onRun(azure)
    world.now = new Date('2026-06-04T00:12:00Z')
    for (const run of await collect(world, '2026-06-03')) await functionOf(world).onRun(run)

    expect(planOf(world).runs).toEqual([keys.run(aws)])
    expect(late).toMatchObject({ batch: DATE })
    expect(planOf(world, '2026-06-03').runs).toContain(keys.run(azure))
  })

  const dates = [DATE, '2026-06-03', '2026-06-04']
  const drawnOf = (world: World) => dates.map((batch) => planOf(world, batch).draws.map(({ date }) => date))
  const ofItsOwn = dates.map((date) => [date, date])

  it('makes one batch per day, though several runs are processed at once and one invocation finds the lease held', async () => {
    const world = newWorld()
    const now = world.now.getTime()
    const other = await takeLease(world.table, 'labeling', 'another batch', now, now + 60_000)
    for (const date of dates.slice(0, 2)) {
      const [aws, azure] = await collect(world, date)
      await functionOf(world).onRun(aws)
      expect(await functionOf(world).onRun(azure)).toEqual({ waits: expect.stringMatching(/another invocation/) })
    }
    await other.release()
    for (const run of await collect(world, '2026-06-04')) await functionOf(world).onRun(run)

    expect(drawnOf(world)).toEqual(ofItsOwn)
  })

  it('makes one batch for each day of a backfill whose runs are processed at the same time', async () => {
    const world = newWorld()
    const runs = (await Promise.all(dates.map((date) => collect(world, date)))).flat()

    const answers = await Promise.all(runs.reverse().map((run) => functionOf(world).onRun(run)))

    expect(drawnOf(world)).toEqual(ofItsOwn)
    expect(answers.filter((answer) => 'batch' in answer).length).toBeGreaterThan(0)
  })

  it('draws from its own day, though the runs of the day before are logged while it waits for the lease', async () => {
    const world = newWorld()
    const [before, day] = [await collect(world, DATE), await collect(world, '2026-06-03')]
    await functionOf(world).onRun(day[0])
    const { update } = world.table
    const logBefore = async () => {
      for (const run of before) await logRun(world.table, run, keys.run(run))
    }
    let logged: Promise<void> | undefined
    world.table.update = async (key, change) => {
      if (key.pk.startsWith('lease')) await (logged ??= logBefore())
      return update(key, change)
    }

    await functionOf(world).onRun(day[1])

    expect([DATE, '2026-06-03'].map((batch) => planOf(world, batch).runs.length)).toEqual([2, 2])
  })

  it("keeps a day that waits for its other runs out of the next day's batch", async () => {
    const world = newWorld()
    const [aws, azure] = await collect(world, DATE)
    await functionOf(world).onRun(aws)
    for (const run of await collect(world, '2026-06-03')) await functionOf(world).onRun(run)
    await functionOf(world).onRun(azure)

    expect([DATE, '2026-06-03'].map((batch) => planOf(world, batch).runs.length)).toEqual([2, 2])
  })

  it('waits for the lease when a person asks, and starts days whose invocations left in the meantime', async () => {
    const world = newWorld()
    for (const run of await collect(world)) await functionOf(world).onRun(run)
    const now = world.now.getTime()
    const other = await takeLease(world.table, 'labeling', 'another batch', now, now + 60_000)
    const next = await collect(world, '2026-06-03')
    world.pause = async () => {
      for (const run of next) await functionOf(world).onRun(run)
      await other.release()
    }

    expect(await functionOf(world).request({ start: 'now' })).toMatchObject({ batch: '2026-06-03', items: 8 })
  })

  it('tells a person to ask again when the lease stays held', async () => {
    const world = newWorld()
    const now = world.now.getTime()
    await takeLease(world.table, 'labeling', 'another batch', now, now + 600_000)
    let left = 60_000
    const invoked = functionOf(world)
    const asking = answerLabeling(invoked.ports)(
      { start: 'now' },
      { ...invoked.invocation, remainingMs: () => (left -= 5000) },
    )

    await expect(asking).rejects.toThrow(/LEASE_HELD.*try again/)
  })

  it('does not draw a run again whose batch was claimed by an invocation that crashed', async () => {
    const world = newWorld()
    const [aws, azure] = await collect(world)
    await functionOf(world).onRun(aws)
    world.killAt = { write: world.writes + 3, how: 'after' }
    await expect(functionOf(world).onRun(azure)).rejects.toThrow(KILLED)
    world.now = new Date('2026-06-04T00:12:00Z')
    for (const run of await collect(world, '2026-06-03')) await functionOf(world).onRun(run)

    const dates = (batch: string) => planOf(world, batch).draws.map(({ date }) => date)
    expect(dates(DATE)).toEqual([DATE, DATE])
    expect(dates('2026-06-03')).toEqual(['2026-06-03', '2026-06-03'])
  })

  it('makes an additional batch, of other items, when a person asks', async () => {
    const world = newWorld()
    for (const run of await collect(world)) await functionOf(world).onRun(run)

    const more = await functionOf(world).request({ start: 'now' })

    expect(more).toMatchObject({ batch: `${DATE}-2` })
    const first = new Set(planOf(world).items.map(({ item }) => item))
    const second = planOf(world, `${DATE}-2`).items
    expect(second.length).toBeGreaterThan(0)
    expect(second.filter(({ item }) => first.has(item))).toEqual([])
    expect(second.every(({ role }) => role === 'training')).toBe(true)
  })

  it('uses the answers up to the deadline, and asks the rest again', async () => {
    const world = newWorld()
    for (const run of await collect(world)) await functionOf(world).onRun(run)
    const { items } = await functionOf(world).handOut('ana', 3)
    await functionOf(world).answer(
      'ana',
      items.map(({ batch, item }) => ({ batch, item, revision: 0, label: 'technical' })),
    )

    expect(await functionOf(world).settle(DATE)).toEqual({ waits: `batch ${DATE} still waits for answers` })
    world.now = new Date('2026-06-03T20:12:00Z')
    const settled = await functionOf(world).settle(DATE)
    for (const run of await collect(world, '2026-06-03', 1)) await functionOf(world).onRun(run)

    expect(settled).toMatchObject({ labelled: 3, failed: { unanswered: 5 } })
    const asked = planOf(world, '2026-06-03')
    const unanswered = planOf(world).items.filter(({ item }) => !items.some((one) => one.item === item))
    const again = asked.items.filter(({ item }) => unanswered.some((one) => one.item === item))
    expect(asked.carried).toEqual([DATE])
    expect(again.length).toBeGreaterThan(0)
    for (const { item, role, inclusionProbability } of again) {
      expect(unanswered.find((one) => one.item === item)).toMatchObject({ role, inclusionProbability })
    }
  })

  it('shows the line breaks of a post, also when it is asked again', async () => {
    const world = newWorld()
    const lines = ['RT @ana: How we moved &amp; what it cost', '', '1. the queue', '2. the table #aws'].join('\n')
    const shown = 'How we moved & what it cost\n\n1. the queue\n2. the table #aws'
    const collected = [postOf('long', lines)]
    await functionOf(world).onRun(await storeRun(world, 'aws', DATE, collected))
    await functionOf(world).onRun(await storeRun(world, 'azure', DATE, []))
    const first = await functionOf(world).handOut('ana')

    world.now = new Date('2026-06-03T20:12:00Z')
    await functionOf(world).settle(DATE)
    for (const run of await collect(world, '2026-06-03', 1)) await functionOf(world).onRun(run)
    world.now = new Date('2026-06-04T12:00:00Z')
    const second = await functionOf(world).handOut('ana')

    expect(first.items.map(({ text }) => text)).toEqual([shown])
    expect(second.items.map(({ text }) => text)).toContain(shown)
    // The item is still identified by its one-line text.
    expect(planOf(world).items.map(({ item }) => item)).toEqual([cascadeId(lines)])
    expect(linesOf<{ source: string }>(world, keys.inputManifest({ batch: DATE }))[0]?.source).toBe(
      'How we moved & what it cost 1. the queue 2. the table #aws',
    )
  })

  it.each([
    ['until there is a place for it', '2026-06-05', 1, 4],
    ['for at most a month', '2026-07-02', 20, 0],
  ])('keeps an evaluation item that finds no place in the next batch %s', async (_, later, posts, found) => {
    const world = newWorld()
    const batchOf = async (date: string, count: number) => {
      world.now = new Date(Date.parse(`${date}T00:12:00Z`) + 86_400_000)
      for (const run of await collect(world, date, count)) await functionOf(world).onRun(run)
      return planOf(world, date).items.flatMap(({ item, role }) => (role === 'evaluation' ? [item] : []))
    }
    const left = await batchOf(DATE, 20)
    await functionOf(world).request({ settle: DATE, now: true })
    const next = await batchOf('2026-06-03', 20)
    for (const annotator of ['ana', 'ben', 'cyd']) await answerAll(world, annotator)
    await functionOf(world).settle('2026-06-03')
    const asked = [...(await batchOf(later, posts)), ...(await batchOf(`${later.slice(0, 9)}6`, 1))]

    expect(left).toHaveLength(4)
    expect(next.filter((item) => left.includes(item))).toEqual([])
    expect(asked.filter((item) => left.includes(item))).toHaveLength(found)
    expect(await batchesToCarry(world.table)).toEqual([])
  })

  it('carries over what the budget did not allow it to ask', async () => {
    const world = newWorld()
    for (const run of await collect(world)) await functionOf(world).onRun(run)
    await functionOf(world).request({ settle: DATE, now: true })
    const { caps } = world.settings
    world.settings = { ...world.settings, caps: { ...caps, labelUsd: { perDay: 0.001, perMonth: 1 } } }
    world.now = new Date('2026-06-04T00:12:00Z')
    for (const run of await collect(world, '2026-06-03')) await functionOf(world).onRun(run)

    expect(planOf(world, '2026-06-03').items).toEqual([])
    expect(await batchesToCarry(world.table)).toEqual([DATE])
  })

  it('keeps the judgements of a carried-over item, and counts no annotator twice', async () => {
    const world = newWorld({ settings: settingsWith({ itemsPerDay: 2, evaluationShare: 0.9 }) })
    for (const run of await collect(world, DATE, 1)) await functionOf(world).onRun(run)
    const says = async (annotator: string, label: string) => {
      const { items } = await functionOf(world).handOut(annotator)
      await functionOf(world).answer(
        annotator,
        items.map(({ batch, item }) => ({ batch, item, revision: 0, label })),
      )
    }
    await says('ana', 'technical')
    await says('ben', 'marketing')
    await functionOf(world).request({ settle: DATE, now: true })
    world.now = new Date('2026-06-04T00:12:00Z')
    world.settings = settingsWith({ itemsPerDay: 10, evaluationShare: 0.9 })
    for (const run of await collect(world, '2026-06-03', 1)) await functionOf(world).onRun(run)
    const carried = planOf(world, '2026-06-03').items.filter(({ item }) =>
      planOf(world).items.some((one) => one.item === item),
    )
    await says('ana', 'marketing')
    await says('cyd', 'technical')
    await functionOf(world).request({ settle: '2026-06-03', now: true })

    const lines = linesOf<SettledLine>(world, keys.settledManifest({ batch: '2026-06-03' }))
    const quality = qualityRecord.parse(JSON.parse(world.bucket.texts()[keys.quality({ batch: '2026-06-03' })] ?? ''))
    expect(carried.length).toBeGreaterThan(0)
    for (const { item } of carried) {
      expect(lines.find((line) => line.item === item)?.['label-metadata']).toMatchObject({
        'class-name': 'technical',
        judgements: [
          { annotator: 'ana', label: 'technical' },
          { annotator: 'ben', label: 'marketing' },
          { annotator: 'cyd', label: 'technical' },
        ],
      })
    }
    expect(quality.batches).toEqual([DATE, '2026-06-03'])
    expect(quality.refused).toEqual({ 'repeated-judge': carried.length })
  })

  it('can be closed by a person at any time', async () => {
    const world = newWorld()
    for (const run of await collect(world)) await functionOf(world).onRun(run)

    expect(await functionOf(world).request({ settle: DATE, now: true })).toMatchObject({ labelled: 0 })
  })

  it('refuses a judgement after the batch is closed', async () => {
    const world = newWorld()
    for (const run of await collect(world)) await functionOf(world).onRun(run)
    const { items } = await functionOf(world).handOut('ana', 1)
    await functionOf(world).request({ settle: DATE, now: true })

    const [taken] = await functionOf(world).answer('ana', [
      { batch: DATE, item: items[0]?.item, revision: 0, label: 'technical' },
    ])

    expect(taken).toMatchObject({ result: 'refused', reason: 'closed' })
  })

  it('labels a cascade only once, even when it returns on another day', async () => {
    const world = newWorld()
    await day(world)
    world.now = new Date('2026-06-04T00:12:00Z')
    const again = await storeRun(world, 'aws', '2026-06-03', postsOf('aws', 12, DATE))
    const other = await storeRun(world, 'azure', '2026-06-03', postsOf('azure', 12, DATE))

    for (const run of [again, other]) await functionOf(world).onRun(run)

    const first = new Set(planOf(world).items.map(({ item }) => item))
    const second = planOf(world, '2026-06-03')
    expect(second.items.filter(({ item }) => first.has(item))).toEqual([])
    expect(second.draws.flatMap(({ members }) => members).some(({ item }) => first.has(item))).toBe(true)
  })

  it('settles an empty plan when every cascade is labelled already', async () => {
    const world = newWorld({ settings: settingsWith({ itemsPerDay: 100 }) })
    for (const run of await collect(world, DATE, 2)) await functionOf(world).onRun(run)
    await answerAll(world, 'ana')
    await functionOf(world).request({ settle: DATE, now: true })
    world.now = new Date('2026-06-04T00:12:00Z')
    const again = await storeRun(world, 'aws', '2026-06-03', postsOf('aws', 1, DATE))
    const other = await storeRun(world, 'azure', '2026-06-03', [])

    await functionOf(world).onRun(again)
    const nothing = await functionOf(world).onRun(other)

    expect(nothing).toEqual({ waits: 'batch 2026-06-03 has no items to ask about' })
    expect(await functionOf(world).onRun(other)).toEqual(nothing)
  })
})

describe('an item without a label', () => {
  const oneDay = async (opinion: (annotator: string) => string | { flag: string }) => {
    const world = newWorld({ settings: settingsWith({ itemsPerDay: 2, evaluationShare: 0.9 }) })
    for (const run of await collect(world, DATE, 1)) await functionOf(world).onRun(run)
    for (const annotator of ['ana', 'ben', 'cyd']) {
      const { items } = await functionOf(world).handOut(annotator)
      const said = opinion(annotator)
      const given = typeof said === 'string' ? { label: said } : said
      await functionOf(world).answer(
        annotator,
        items.map(({ batch, item }) => ({ batch, item, revision: 0, ...given })),
      )
    }
    await functionOf(world).request({ settle: DATE, now: true })
    return linesOf(world, keys.settledRefused({ batch: DATE }))
  }

  it.each([
    ['is not asked again when annotators flagged it', () => ({ flag: 'unreadable' }), 'flagged', false],
    [
      'is not asked again when three annotators disagree',
      (annotator: string) => ({ ana: 'technical', ben: 'marketing' })[annotator] ?? { flag: 'personal' },
      'disputed',
      false,
    ],
  ])('%s', async (_, opinion, reason, again) => {
    const left = await oneDay(opinion)

    expect(left).toHaveLength(2)
    expect(left[0]).toMatchObject({ reason, again })
  })
})

describe('the labelling caps', () => {
  const capped = (judgements: number, labelUsd = 100): World => {
    const settings = settingsWith()
    const caps = {
      ...settings.caps,
      judgements: { perDay: judgements, perMonth: 1000 },
      labelUsd: { perDay: labelUsd, perMonth: 1000 },
    }
    return newWorld({ settings: { ...settings, caps } })
  }

  it.each([
    // Eight items can cost 4 × 3 + 4 × 1 judgements, seven 4 × 3 + 3 × 1.
    ['allow a full batch', 16, 100, 8, undefined],
    ['limit the batch in judgements', 15, 100, 7, 'caps.judgements.perDay'],
    ['limit the batch in dollars', 100, 0.1, 4, 'caps.labelUsd.perDay'],
  ])('%s', async (_, judgements, usd, items, cap) => {
    const world = capped(judgements, usd)

    for (const run of await collect(world)) await functionOf(world).onRun(run)

    expect(planOf(world).items).toHaveLength(items)
    expect(world.told.find(({ event }) => event === 'BudgetReached')?.detail.cap).toBe(cap)
  })

  it('are refunded what a batch did not use', async () => {
    const world = capped(16)
    await day(world)
    const used = qualityRecord.parse(JSON.parse(world.bucket.texts()[keys.quality({ batch: DATE })] ?? '')).judgements

    await functionOf(world).request({ start: 'now' })

    const more = planOf(world, `${DATE}-2`)
    expect(used).toBeLessThan(16)
    expect(more.booked.judgements).toBeLessThanOrEqual(16 - used)
    expect(more.items.length).toBeGreaterThan(0)
  })

  it('prevent every item when they are nearly zero, and are reported as reached', async () => {
    const world = capped(16, 0.001)

    for (const run of await collect(world)) await functionOf(world).onRun(run)

    expect(planOf(world).items).toEqual([])
    expect(world.told.map(({ event }) => event)).toEqual(['BudgetReached'])
  })
})

describe('faults while labelling', () => {
  const clean = async () => {
    const world = newWorld()
    await day(world)
    return { outcome: outcomeOf(world), writes: world.writes }
  }

  it('duplicate and reordered events change nothing', async () => {
    const { outcome } = await clean()
    const twice = newWorld()
    const reversed = newWorld()

    await day(twice, { times: 2 })
    await day(reversed, { reversed: true })

    expect(outcomeOf(twice)).toEqual(outcome)
    expect(outcomeOf(reversed)).toEqual(outcome)
  })

  it('a function killed after any of its writes leaves the same result', async () => {
    const { outcome, writes } = await clean()

    expect(writes).toBeGreaterThan(50)
    for (let write = 1; write <= writes; write++) {
      const world = newWorld({ killAt: { write, how: 'after' } })
      await day(world)
      expect({ write, ...outcomeOf(world) }).toEqual({ write, ...outcome })
    }
  }, 60_000)

  it('a duplicate event after the batch is closed asks nobody again', async () => {
    const world = newWorld()
    await day(world)
    const before = outcomeOf(world)

    await functionOf(world).onRun({ hashtag: 'aws', date: DATE, run: 'r1' })
    await functionOf(world).settle(DATE)

    expect(outcomeOf(world)).toEqual(before)
    expect(await functionOf(world).handOut('eve')).toEqual({ items: [], categories: {} })
  })
})
