import { beforeEach, describe, expect, it } from '@jest/globals'
import { makeCounter } from '../../../local/live/counting'
import { makeFirstModel } from '../../../local/live/first-model'
import { retrainSkipped } from '../../../events'
import { handOut } from '../../../services/desk/hand-out'
import { takeAnswers } from '../../../services/desk/take-answers'
import { keys } from '../../../shared/keys'
import { addBatch } from '../../../shared/state/desk'
import { claimBatch, markStarted } from '../../../shared/state/open-batches'
import { invite } from '../../../shared/state/people'
import type { Table } from '../../../shared/table'
import { aSettings, categoriesOf } from '../../given'
import { testBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'

const NOON_MS = Date.parse('2026-11-28T12:00:00Z')
const PAUSE_MS = 60_000

/** A cloud that records its requests, and its desk. */
function theDesk() {
  const table: Table = memoryTable()
  const calls: {
    n: number
    status: number
    service: string
    operation: string
    resource: string
    functionName?: string
  }[] = []
  const asked: [string, unknown][] = []
  let nowMs = NOON_MS
  let fails = false
  const cloud = {
    calls,
    clock: { now: () => nowMs },
    invoke: async (functionName: string, payload: unknown) => {
      asked.push([functionName, payload])
      if (fails) {
        fails = false
        const functionError = 'Unhandled' as const
        return { requestId: 'r', payload: JSON.stringify({ errorMessage: 'CONFLICT: again' }), functionError }
      }
      return { requestId: 'r', payload: JSON.stringify({ labelled: 10 }) }
    },
  }
  const wrote = (functionName: string) =>
    calls.push({
      n: calls.length + 1,
      status: 200,
      service: 'dynamodb',
      operation: 'UpdateItem',
      resource: 't',
      functionName,
    })
  return {
    table,
    cloud,
    asked,
    wait: (ms: number) => void (nowMs += ms),
    /** Lets the next request fail. */
    failNext: () => void (fails = true),
    wrote,
    /** Opens a batch of this many posts. */
    async open(batch: string, posts = 12) {
      const deadline = '2026-11-29T08:00:00.000Z'
      const claim = { batch, date: batch.slice(0, 10), claimedAt: deadline, deadline, runs: [], carried: [] }
      await claimBatch(table, claim)
      await markStarted(table, batch)
      const items = Array.from({ length: posts }, (_, i) => ({
        item: `${Number(batch.slice(8, 10))}${String(i).padStart(4, '0')}`,
        source: `post ${i}`,
        wanted: 2,
        most: 3,
      }))
      await addBatch(table, { batch, deadline, categories: categoriesOf(), items, expiresAt: 2_000_000_000 })
    },
    /** An annotator answers this many of the open posts. */
    async answer(annotator: string, count: number) {
      const { items } = await handOut(table, annotator, count, nowMs)
      const answers = items.map(({ batch, item }) => ({ batch, item, revision: 1, label: 'technical' }))
      const receipt = await takeAnswers({ table, publish: async () => {} })(
        annotator,
        answers,
        [annotator],
        new Date(nowMs),
      )
      expect(receipt.answers.map(({ result }) => result)).toEqual(answers.map(() => 'kept'))
      wrote('bellwether-dev-desk')
    },
    invite: (name: string) => invite(table, { role: 'annotator', name }, NOON_MS, NOON_MS + 1e9),
  }
}

describe('labels after a pause', () => {
  let desk: ReturnType<typeof theDesk>
  let counter: ReturnType<typeof makeCounter>
  beforeEach(async () => {
    desk = theDesk()
    counter = makeCounter(desk, PAUSE_MS)
    await desk.invite('me')
    await desk.open('2026-11-26')
  })

  it('are counted once, when the pause is over and not before', async () => {
    await desk.open('2026-11-27')
    await desk.answer('me', 10)

    expect(await counter.look()).toEqual([])
    desk.wait(PAUSE_MS - 1)
    expect(await counter.look()).toEqual([])
    desk.wait(1)
    expect(await counter.look()).toHaveLength(1)
    desk.wait(PAUSE_MS)
    expect(await counter.look()).toEqual([])
    expect(desk.asked).toEqual([['labeling', { settle: expect.any(String), now: true }]])
  })

  it('restart the pause with each answer', async () => {
    await desk.answer('me', 10)
    await counter.look()
    desk.wait(PAUSE_MS - 1)
    await desk.answer('me', 1)
    await counter.look()
    desk.wait(PAUSE_MS - 1)

    expect(await counter.look()).toEqual([])
  })

  it('need at least ten judgements of a batch', async () => {
    await desk.answer('me', 9)
    await counter.look()
    desk.wait(PAUSE_MS)

    expect(await counter.look()).toEqual([])
    expect(desk.asked).toEqual([])
  })

  it('trigger one more batch when nothing else is open', async () => {
    await desk.answer('me', 10)
    await counter.look()
    desk.wait(PAUSE_MS)
    await counter.look()

    expect(desk.asked).toEqual([
      ['labeling', { settle: '2026-11-26', now: true }],
      ['labeling', { start: 'now' }],
    ])
  })

  it('wait for the deadline when there are two annotators', async () => {
    await desk.invite('ana')
    await desk.answer('me', 10)
    await counter.look()
    desk.wait(PAUSE_MS)

    expect(await counter.look()).toEqual([])
    expect(desk.asked).toEqual([])
  })

  it('are counted after another pause when counting failed', async () => {
    await desk.open('2026-11-27')
    desk.failNext()
    await desk.answer('me', 10)
    await counter.look()
    desk.wait(PAUSE_MS)

    expect(await counter.look()).toEqual([])
    desk.wait(PAUSE_MS)
    expect(await counter.look()).toEqual([{ batch: '2026-11-27', labelled: 10 }])
  })

  it("are only those of the desk: other functions' writes do not count", async () => {
    desk.wrote('bellwether-dev-collector')
    await counter.look()

    expect(counter.isWaiting()).toBe(false)
  })
})

describe('a first model', () => {
  const skipped = (reason: string) => ({
    version: '0' as const,
    id: 'e',
    'detail-type': retrainSkipped.name,
    source: 'bellwether.trainer',
    account: '0',
    time: '2026-11-28T12:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail: { ...retrainSkipped.example, reason },
  })
  const DAY_IS_TAKEN = 'one training job a day: dataset 3f9c2a7d0b1e4c55 has 2026-11-28'

  /** Stores a latest dataset with this many evaluation posts. */
  async function withDataset(evaluation: number) {
    const { cloud, asked } = theDesk()
    const objects = testBucket()
    const rows = { train: 50, validation: 10, evaluation }
    const files = { train: 't', validation: 'v', evaluation: 'e' }
    const dataset = {
      datasetId: 'd'.repeat(16),
      textVersion: '2',
      schemaVersion: 1,
      labels: ['technical', 'marketing'],
      labelStatus: 'ok',
      latestDate: '2026-11-28',
      manifests: [],
      rows,
      classes: {},
      refused: {},
      files,
      sha256: files,
    }
    await objects.put(keys.dataset({ dataset: dataset.datasetId }), JSON.stringify(dataset))
    const settings = aSettings()
    return { objects, asked, hear: makeFirstModel({ cloud, objects, settings }) }
  }

  it('is requested once when the day has had its training job and there are enough labels', async () => {
    const { asked, hear } = await withDataset(60)

    await hear(skipped(DAY_IS_TAKEN))
    await hear(skipped(DAY_IS_TAKEN))

    expect(asked).toEqual([['trainer', { datasetId: 'd'.repeat(16), force: true }]])
  })

  it('waits for enough evaluation labels, and for no other reason of a skip', async () => {
    const few = await withDataset(59)
    await few.hear(skipped(DAY_IS_TAKEN))
    const other = await withDataset(60)
    await other.hear(skipped('10 labels are too few'))

    expect([...few.asked, ...other.asked]).toEqual([])
  })

  it('is not requested when a model is live', async () => {
    const { asked, hear, objects } = await withDataset(60)
    await objects.put(keys.champion({}), '{}')

    await hear(skipped(DAY_IS_TAKEN))

    expect(asked).toEqual([])
  })
})
