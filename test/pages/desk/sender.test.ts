import { beforeEach, describe, expect, it } from '@jest/globals'
import type { ApiResult } from '../../../pages/api'
import { createOutbox, type Keeper } from '../../../pages/desk/outbox'
import { createSender, refusedInWords } from '../../../pages/desk/sender'
import type { Sent } from '../../../pages/desk/work'
import type { Receipt } from '../../../services/desk/shown'

/** A browser's storage, in memory. */
function storage(): Keeper {
  const kept = new Map<string, string>()
  return {
    get length() {
      return kept.size
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}

const sent = (item: string, revision = 1, label = 'a'): Sent => ({ batch: 'b', item, revision, label })
const failure = (status: number): ApiResult<Receipt> => ({ ok: false, problem: { status, error: 'x', message: 'y' } })

let keeper: Keeper
beforeEach(() => {
  keeper = storage()
})

describe('the outbox', () => {
  it('outlives the page, and belongs to one annotator', () => {
    createOutbox(keeper, 'ana').put(sent('1'))

    expect(createOutbox(keeper, 'ana').waiting()).toEqual([sent('1')])
    expect(createOutbox(keeper, 'ben').waiting()).toEqual([])
  })

  it('keeps a revision that was added while an older one was being sent', () => {
    const outbox = createOutbox(keeper, 'ana')
    outbox.put(sent('1'))
    outbox.put(sent('1', 2, 'b'))
    outbox.settle(sent('1'))

    expect(outbox.waiting()).toEqual([sent('1', 2, 'b')])
    outbox.settle(sent('1', 2, 'b'))
    expect(outbox.waiting()).toEqual([])
  })

  it('skips entries of other annotators', () => {
    const outbox = createOutbox(keeper, 'ana')
    keeper.setItem('bellwether-desk:ana:answer:b/2', '{broken')
    keeper.setItem('bellwether-desk:ana:answer:b/3', '[]')
    outbox.put(sent('1'))

    expect(outbox.waiting()).toEqual([sent('1')])
  })

  it('keeps the order of the answers, whatever order the storage has, even after a reload', () => {
    const scrambled: Keeper = {
      ...keeper,
      get length() {
        return keeper.length
      },
      key: (index) => keeper.key(keeper.length - 1 - index),
    }
    for (const item of ['5', '3']) createOutbox(scrambled, 'ana', () => 1000).put(sent(item))
    for (const item of ['9', '1']) createOutbox(scrambled, 'ana', () => 900).put(sent(item))

    expect(
      createOutbox(scrambled, 'ana')
        .waiting()
        .map(({ item }) => item),
    ).toEqual(['5', '3', '9', '1'])
  })

  it('receives what another tab adds, and nothing else', () => {
    const outbox = createOutbox(keeper, 'ana')
    outbox.put({ ...sent('1'), note: 'why?' })
    const key = 'bellwether-desk:ana:answer:b/1'
    const value = keeper.getItem(key)

    expect(outbox.heard(key, value)).toEqual({ ...sent('1'), note: 'why?' })
    expect(outbox.heard(key, null)).toBeUndefined()
    expect(outbox.heard(null, null)).toBeUndefined()
    expect(outbox.heard(key.replace('ana', 'ben'), value)).toBeUndefined()
    expect(outbox.heard(key, '{broken')).toBeUndefined()
  })

  it('works without browser storage', () => {
    const outbox = createOutbox(undefined, 'ana')
    outbox.put(sent('1'))

    expect(outbox.waiting()).toEqual([sent('1')])
  })
})

describe('the sender', () => {
  /** A sender to a desk that gives these responses in order, and then accepts everything. */
  function sender(...answers: (ApiResult<Receipt> | (() => void))[]) {
    const outbox = createOutbox(keeper, 'ana')
    const requests: Sent[][] = []
    const waits: number[] = []
    const said: (number | string)[] = []
    const flush = createSender({
      outbox,
      send: async (list) => {
        requests.push(list)
        const answer = answers.shift()
        if (typeof answer === 'function') answer()
        else if (answer) return answer
        return { ok: true, body: { answers: list.map(({ batch, item }) => ({ batch, item, result: 'kept' })) } }
      },
      pause: async (ms) => void waits.push(ms),
      onReceipt: (list, receipt) => said.push(`${list.length} ${receipt.answers[0]?.result}`),
      onWaiting: (count) => said.push(count),
      onDenied: ({ status }) => said.push(`denied ${status}`),
    })
    return { outbox, requests, waits, said, flush }
  }

  it('retries a lost connection with increasing delays, and says how many answers wait', async () => {
    const { outbox, requests, waits, said, flush } = sender(failure(0), failure(503), failure(429), failure(0))
    outbox.put(sent('1'))
    outbox.put(sent('2'))

    await flush()

    expect(waits).toEqual([1000, 2000, 4000, 8000])
    expect(requests.at(-1)).toEqual([sent('1'), sent('2')])
    expect(said).toEqual([2, 2, 2, 2, '2 kept', 0])
    expect(outbox.waiting()).toEqual([])
  })

  it('sends what is added while it sends', async () => {
    const { outbox, requests, flush } = sender(() => outbox.put(sent('2')))
    outbox.put(sent('1'))

    await Promise.all([flush(), flush()])

    expect(requests).toEqual([[sent('1')], [sent('2')]])
  })

  it("keeps pending answers when the annotator's session has ended", async () => {
    const { outbox, said, flush } = sender(failure(401))
    outbox.put(sent('1'))

    await flush()

    expect(said).toEqual(['denied 401'])
    expect(outbox.waiting()).toEqual([sent('1')])
  })

  it('sends the backlog of a long absence in parts', async () => {
    const { outbox, requests, flush } = sender()
    for (let i = 0; i < 120; i++) outbox.put(sent(String(i)))

    await flush()

    expect(requests.map((list) => list.length)).toEqual([50, 50, 20])
  })
})

describe('the message about refused answers', () => {
  const message = 'the batch is closed'

  it.each([
    [[{ revision: 1, message }], 'An answer was not needed any more: the batch is closed.'],
    [[{ revision: 1, message }, { revision: 2 }], '2 answers were not needed any more: the batch is closed.'],
    [[{ revision: 2, message }], 'A change came too late: the batch is closed. What the desk had before stands.'],
  ])('is, for %j, %s', (refused, said) => {
    expect(refusedInWords(refused)).toBe(said)
  })
})
