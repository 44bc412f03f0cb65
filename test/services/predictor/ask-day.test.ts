import { describe, expect, it, jest } from '@jest/globals'
import { askDay } from '../../../services/predictor/ask-day'
import type { AskModel, Failure } from '../../../services/predictor/models/model'
import { byRandomNumber } from '../../../services/predictor/selection'
import { whenPlanned } from '../../../services/predictor/request'
import { sweep } from '../../../services/predictor/sweep'
import { budgetReached } from '../../../events'
import { keys } from '../../../shared/keys'
import { predictorParts, readSecondOpinions } from '../../../shared/second-opinions'
import { spent } from '../../../shared/state/ledger'
import { cascadeId } from '../../../shared/text/cascade'
import { collected, date, day, invocation, modelOf, name, predictorPorts, texts } from './day'

const categories = ['technical', 'marketing']
const read = ({ objects, predictor }: ReturnType<typeof predictorPorts>, of = date) =>
  readSecondOpinions(objects, predictor, categories, [name], of)
const askedOf = async (ports: ReturnType<typeof predictorPorts>, of = date) => (await read(ports, of))?.asked
const sentTo = ({ ask }: ReturnType<typeof predictorPorts>) =>
  ask.mock.calls.map(([sent]) => (JSON.parse(sent) as { post: string }).post)

describe('asking a language model about a closed day', () => {
  it('asks about each distinct message once, stores the prediction, and notifies the analyzer', async () => {
    const ports = predictorPorts()
    await collected(ports.objects, [
      'How we cut cold starts #aws',
      'RT @x: How we cut cold starts #aws',
      'Join us! #aws',
    ])

    await askDay(ports)(day, invocation())

    expect(sentTo(ports).sort()).toEqual(['How we cut cold starts #aws', 'Join us! #aws'])
    expect([...((await read(ports))?.labels ?? [])]).toHaveLength(2)
    expect((await read(ports))?.labels.get(cascadeId('Join us! #aws'))).toBe(0)
    expect(await askedOf(ports)).toMatchObject({ messages: 2, asked: 2, answered: 2, stopped: null })
  })

  it('stores tokens, request id and stop reason of each response, and no text', async () => {
    const ports = predictorPorts()
    await collected(ports.objects, ['secret words'])

    await askDay(ports)(day, invocation())

    const part = Object.entries(ports.objects.texts()).find(([key]) => keys.answers.match(key))?.[1] ?? ''
    expect(JSON.parse(part)).toMatchObject({
      message: cascadeId('secret words'),
      inputTokens: 250,
      outputTokens: 12,
      requestId: 'r secret words',
      stopReason: 'tool_use',
    })
    expect(part.replace('r secret words', '')).not.toContain('secret')
  })

  it("sends no person's handle", async () => {
    const ports = predictorPorts()
    await collected(ports.objects, ['thanks @amy@social.example and @bob #aws'])

    await askDay(ports)(day, invocation())

    expect(sentTo(ports)).toEqual(['thanks @user and @user #aws'])
  })

  it('is idempotent: a duplicate event neither asks nor writes again', async () => {
    const ports = predictorPorts()
    await collected(ports.objects, texts(5))
    await askDay(ports)(day, invocation())
    const written = [...ports.objects.written]

    await askDay(ports)(day, invocation())

    expect(ports.ask).toHaveBeenCalledTimes(5)
    expect(ports.objects.written).toEqual(written)
  })

  it('reuses the prediction about a message of an earlier day without asking', async () => {
    const ports = predictorPorts()
    await collected(ports.objects, ['again and again'])
    await collected(ports.objects, ['again and again', 'new'], { ...name, date: '2026-11-20' })
    await askDay(ports)({ ...name, date: '2026-11-20' }, invocation())

    await askDay(ports)(day, invocation())

    expect(ports.ask).toHaveBeenCalledTimes(2)
    expect((await read(ports))?.labels).toEqual(new Map([[cascadeId('again and again'), 0]]))
  })

  it('skips a message that equals an example of the prompt', async () => {
    const ports = predictorPorts()
    ports.settings.labels.categories[0]?.examples.push('The example itself')
    await collected(ports.objects, ['the example  itself!', 'another'])

    await askDay(ports)(day, invocation())

    expect(sentTo(ports)).toEqual(['another'])
    expect((await read(ports))?.excluded).toEqual(new Set([cascadeId('The example itself')]))
  })

  it('asks again with another prompt, and keeps the predictions of the first', async () => {
    const first = predictorPorts()
    await collected(first.objects, texts(3))
    await askDay(first)(day, invocation())
    const { objects, table } = first
    const second = predictorPorts({ model: 'eu.amazon.nova-pro-v1:0' }, { objects, table })

    await askDay(second)(day, invocation())

    expect(second.ask).toHaveBeenCalledTimes(3)
    expect((await read(first))?.labels.size).toBe(3)
  })

  it('waits until the day is over', async () => {
    const ports = predictorPorts()
    await collected(ports.objects, texts(3))

    expect(await askDay(ports)(day, invocation('2026-11-21T23:00:00.000Z'))).toMatchObject({ state: 'skipped' })
    expect(ports.ask).not.toHaveBeenCalled()
  })

  it('waits on the queue while another invocation asks', async () => {
    const ports = predictorPorts()
    await collected(ports.objects, texts(1))
    let other: Promise<unknown> | undefined
    ports.ask.mockImplementationOnce(async (post) => {
      other ??= askDay(ports)(day, invocation())
      await other
      return modelOf(() => ({ label: 'technical' }))(post)
    })

    await askDay(ports)(day, invocation())

    expect(await other).toMatchObject({ state: 'waiting' })
    expect(ports.enqueue).toHaveBeenCalledWith({ ask: day }, 60)
    expect(ports.ask).toHaveBeenCalledTimes(1)
  })
})

describe('the messages to ask about', () => {
  it('are the first of a random order, up to the cap', async () => {
    const ports = predictorPorts({ caps: { usd: { perDay: 10, perMonth: 10 }, requests: { perDay: 7, perMonth: 90 } } })
    await collected(ports.objects, texts(20))

    await askDay(ports)(day, invocation())

    const expected = byRandomNumber(texts(20).map(cascadeId)).slice(0, 7)
    expect([...((await read(ports))?.labels.keys() ?? [])].sort()).toEqual([...expected].sort())
    expect((await askedOf(ports))?.stopped).toEqual({
      by: 'cap',
      why: 'llm.caps.requests.perDay is reached: 7 for 2026-11-22',
    })
    expect(ports.publish).toHaveBeenCalledWith(budgetReached, {
      cap: 'llm.caps.requests.perDay',
      limit: 7,
      period: '2026-11-22',
      service: 'predictor',
    })
  })

  it('must not depend on labels: an order with labelled messages first is refused', async () => {
    const labelled = new Set(texts(20).slice(0, 6).map(cascadeId))
    const labelledFirst = (messages: readonly string[]) =>
      [...messages].sort((a, b) => Number(labelled.has(b)) - Number(labelled.has(a)))
    const ports = predictorPorts({}, { order: labelledFirst })
    await collected(ports.objects, texts(20))

    await expect(askDay(ports)(day, invocation())).rejects.toThrow(/before .*never on its being drawn or labelled/)
    expect(ports.ask).not.toHaveBeenCalled()
    expect(await read(ports)).toBeUndefined()
  })

  it('continue the next day when the cap ended a day', async () => {
    const ports = predictorPorts({ caps: { usd: { perDay: 10, perMonth: 10 }, requests: { perDay: 7, perMonth: 90 } } })
    await collected(ports.objects, texts(10))
    await askDay(ports)(day, invocation())

    await askDay(ports)(day, invocation('2026-11-23T02:00:00.000Z'))

    expect(ports.ask).toHaveBeenCalledTimes(10)
    expect(await askedOf(ports)).toMatchObject({ asked: 10, stopped: null })
  })
})

describe('the caps of the language model', () => {
  it('are booked before a request, and refunded down to what was used', async () => {
    const ports = predictorPorts()
    await collected(ports.objects, texts(4))
    const booked: number[] = []
    ports.ask.mockImplementation(async (post) => {
      booked.push(await spent(ports.table, 'llmUsd', '2026-11-22'))
      return modelOf(() => ({ label: 'technical' }))(post)
    })

    await askDay(ports)(day, invocation())

    const used = (4 * (250 * 0.06 + 12 * 0.24)) / 1e6
    expect(Math.min(...booked)).toBeGreaterThan(used)
    expect(await spent(ports.table, 'llmUsd', '2026-11-22')).toBeCloseTo(used, 5)
    expect(await spent(ports.table, 'llmRequests', '2026-11')).toBe(4)
  })

  it('are never exceeded in dollars, whatever the model charges', async () => {
    const ports = predictorPorts({
      caps: { usd: { perDay: 0.001, perMonth: 10 }, requests: { perDay: 100, perMonth: 100 } },
    })
    await collected(ports.objects, texts(30))

    await askDay(ports)(day, invocation())

    expect(ports.ask.mock.calls.length).toBeGreaterThan(0)
    expect(ports.ask.mock.calls.length).toBeLessThan(30)
    expect(await spent(ports.table, 'llmUsd', '2026-11-22')).toBeLessThanOrEqual(0.001)
    expect((await askedOf(ports))?.stopped?.why).toMatch(/^llm\.caps\.usd\.perDay is reached/)
  })
})

describe('a post too long for the remaining dollars', () => {
  const cap = (perDay: number) => ({ usd: { perDay, perMonth: 10 }, requests: { perDay: 100, perMonth: 100 } })
  // A short post costs at most about $0.00015, this one $0.0037.
  const long = 'very long '.repeat(6000)

  it('does not hold up others, is counted, and is asked when the cap has room again', async () => {
    const ports = predictorPorts({ caps: cap(0.004) })
    // These cost all that was booked, so less is left than the long post can cost.
    ports.ask.mockImplementation(async () => ({
      said: { label: 'technical' },
      inputTokens: 7000,
      outputTokens: 12,
      requestId: '',
      stopReason: '',
    }))
    await collected(ports.objects, texts(8), { ...name, date: '2026-11-20' })
    await askDay(ports)({ ...name, date: '2026-11-20' }, invocation())
    await collected(ports.objects, [...texts(3).map((text) => `other ${text}`), long])

    await askDay(ports)(day, invocation())

    expect(await askedOf(ports)).toMatchObject({
      messages: 4,
      asked: 3,
      tooLong: 1,
      stopped: { by: 'cap', why: 'posts are too long for what llm.caps.usd.perDay leaves of 0.004 for 2026-11-22' },
    })
    await askDay(ports)(day, invocation('2026-11-23T02:00:00.000Z'))
    expect(await askedOf(ports)).toMatchObject({ asked: 4, stopped: null })
    expect((await askedOf(ports))?.tooLong).toBeUndefined()
  })

  it('is counted and completes the day when no day could afford it', async () => {
    const ports = predictorPorts({ caps: cap(0.002) })
    await collected(ports.objects, [...texts(3), long])

    await askDay(ports)(day, invocation())

    expect(await askedOf(ports)).toMatchObject({ messages: 4, asked: 3, tooLong: 1, stopped: null })
    expect((await sweep(ports)(invocation())).days).toEqual([])
  })

  it('does not hide a cap that has no room for any post', async () => {
    const ports = predictorPorts({ caps: cap(0.00001) })
    await collected(ports.objects, texts(3))

    await askDay(ports)(day, invocation())

    expect((await askedOf(ports))?.stopped?.why).toBe('llm.caps.usd.perDay is reached: 0.00001 for 2026-11-22')
    expect((await askedOf(ports))?.tooLong).toBeUndefined()
  })
})

describe('a killed invocation', () => {
  /** Kills the invocation at the sixth request; up to four requests run concurrently. */
  async function killed(caps = { usd: { perDay: 10, perMonth: 10 }, requests: { perDay: 100, perMonth: 1000 } }) {
    const ports = predictorPorts({ caps })
    await collected(ports.objects, texts(9))
    ports.ask.mockImplementation(async (post) => {
      if (ports.ask.mock.calls.length > 5) throw new Error('killed')
      return modelOf(() => ({ label: 'technical' }))(post)
    })
    await expect(askDay(ports)(day, invocation())).rejects.toThrow('killed')
    const sent = ports.ask.mock.calls.length
    ports.ask.mockClear()
    ports.ask.mockImplementation(modelOf(() => ({ label: 'technical' })))
    return { ports, sent }
  }

  it('costs at most what it sent: the next pass over the day refunds the rest', async () => {
    const { ports, sent } = await killed()
    expect(await spent(ports.table, 'llmRequests', '2026-11-22')).toBe(9)

    await askDay(ports)(day, invocation())

    expect(await spent(ports.table, 'llmRequests', '2026-11-22')).toBe(9)
    expect(ports.ask).toHaveBeenCalledTimes(9 - sent)
    const each = (250 * 0.06 + 12 * 0.24) / 1e6
    const usd = await spent(ports.table, 'llmUsd', '2026-11-22')
    // Requests without a stored prediction count at their maximum cost.
    expect(usd).toBeGreaterThan(9 * each)
    expect(usd).toBeLessThan((9 - sent) * each + sent * 0.0003)
  })

  it("does not keep the day's request budget from messages beyond its booking", async () => {
    const { ports, sent } = await killed({
      usd: { perDay: 10, perMonth: 10 },
      requests: { perDay: 9, perMonth: 1000 },
    })

    await collected(ports.objects, texts(2), { ...name, date: '2026-11-19' })
    expect((await sweep(ports)(invocation())).days).toEqual([day])
    await askDay(ports)(day, invocation())

    expect(await askedOf(ports)).toMatchObject({ asked: 9, abstained: { lost: sent }, stopped: null })
    expect(await spent(ports.table, 'llmRequests', '2026-11')).toBe(9)
  })

  it('costs what its stored predictions cost when it was killed after storing them', async () => {
    const ports = predictorPorts()
    await collected(ports.objects, texts(3))
    const { update } = ports.table
    const dying = {
      ...ports.table,
      update: async (...[key, change]: Parameters<typeof update>) => {
        if (change.deleteFrom && key.pk.startsWith('ledger#')) throw new Error('killed')
        return update(key, change)
      },
    }
    await expect(askDay({ ...ports, table: dying })(day, invocation())).rejects.toThrow('killed')

    await askDay(ports)(day, invocation())

    expect(ports.ask).toHaveBeenCalledTimes(3)
    expect(await spent(ports.table, 'llmRequests', '2026-11')).toBe(3)
    expect(await spent(ports.table, 'llmUsd', '2026-11')).toBeCloseTo((3 * (250 * 0.06 + 12 * 0.24)) / 1e6, 5)
  })
})

it("reads each part of a day's predictions once", async () => {
  const ports = predictorPorts()
  await collected(ports.objects, texts(3))
  await askDay(ports)(day, invocation())
  await collected(ports.objects, ['late'], day, '0800')
  const read = jest.spyOn(ports.objects, 'read')

  await askDay(ports)(day, invocation())

  const parts = read.mock.calls.map(([key]) => key).filter((key) => keys.answers.match(key))
  expect(parts).toHaveLength(new Set(parts).size)
  expect(await askedOf(ports)).toMatchObject({ asked: 4, answered: 4 })
})

describe('a model that cannot be asked', () => {
  const failing = (failure: Failure) => jest.fn<AskModel>(async () => failure)

  it('is recorded when access is refused, and the messages stay open', async () => {
    const why = 'eu.amazon.nova-lite-v1:0 on Amazon Bedrock: AccessDeniedException: no access'
    const ports = predictorPorts({}, { ask: failing({ failed: 'refused', why }) })
    await collected(ports.objects, texts(9))

    await askDay(ports)(day, invocation())

    expect(await askedOf(ports)).toMatchObject({ messages: 9, asked: 0, stopped: { by: 'refused', why } })
    expect(ports.ask.mock.calls.length).toBeLessThanOrEqual(4)
    expect(await spent(ports.table, 'llmRequests', '2026-11-22')).toBe(0)
    ports.ask.mockImplementation(modelOf(() => ({ label: 'marketing' })))
    await askDay(ports)(day, invocation())
    expect(await askedOf(ports)).toMatchObject({ asked: 9, stopped: null })
  })

  it('is asked again after a pause when it throttles', async () => {
    const ports = predictorPorts()
    await collected(ports.objects, texts(2))
    ports.ask.mockResolvedValueOnce({ failed: 'throttled', why: 'too many' })

    await askDay(ports)(day, invocation())

    expect(ports.pause).toHaveBeenCalledTimes(1)
    expect(await askedOf(ports)).toMatchObject({ asked: 2, stopped: null })
  })

  it('may reject a single post: the others are asked, and the post counts as refused', async () => {
    const answer = modelOf(() => ({ label: 'technical' }))
    const ask: AskModel = async (post) =>
      post.includes('number 3 ') || post.includes('number 5 ')
        ? { failed: 'rejected', why: 'HTTP 400 Bad Request: context_length_exceeded' }
        : answer(post)
    const ports = predictorPorts({}, { ask })
    await collected(ports.objects, texts(20))

    await askDay(ports)(day, invocation())

    expect(await askedOf(ports)).toMatchObject({ asked: 20, answered: 18, abstained: { refusal: 2 }, stopped: null })
    ports.ask.mockClear()
    await askDay(ports)(day, invocation())
    expect(ports.ask).not.toHaveBeenCalled()
  })

  it('may reject many posts in a row once it has answered one', async () => {
    const answer = modelOf(() => ({ label: 'technical' }))
    const ports = predictorPorts()
    await collected(ports.objects, ['fine'])
    await askDay(ports)(day, invocation())
    ports.ask.mockImplementation(async (post) =>
      post.includes('hostile') ? { failed: 'rejected', why: 'HTTP 400' } : answer(post),
    )
    await collected(
      ports.objects,
      texts(20).map((text) => `hostile ${text}`),
      day,
      '0800',
    )

    await askDay(ports)(day, invocation())

    expect(await askedOf(ports)).toMatchObject({ asked: 21, answered: 1, abstained: { refusal: 20 }, stopped: null })
  })

  it('counts as refused when it rejects every request, and the messages stay open', async () => {
    const ports = predictorPorts({}, { ask: failing({ failed: 'rejected', why: 'ValidationException: no tools' }) })
    await collected(ports.objects, texts(20))

    await askDay(ports)(day, invocation())

    expect(await askedOf(ports)).toMatchObject({ asked: 0, stopped: { by: 'refused' } })
    expect(ports.ask.mock.calls.length).toBeLessThanOrEqual(6)
    ports.ask.mockImplementation(modelOf(() => ({ label: 'marketing' })))
    await askDay(ports)(day, invocation())
    expect(await askedOf(ports)).toMatchObject({ asked: 20, answered: 20, stopped: null })
  })

  it('is not asked when its response could come after the end of the invocation', async () => {
    const ports = predictorPorts({ timeoutSeconds: 300 })
    await collected(ports.objects, texts(3))

    await askDay(ports)(
      day,
      invocation('2026-11-22T01:10:00.000Z', () => 300_000),
    )

    expect(ports.ask).not.toHaveBeenCalled()
    expect(ports.enqueue).toHaveBeenCalledWith({ ask: day })
  })

  it('counts as down after three unanswered messages, which are not asked again', async () => {
    const ports = predictorPorts({}, { ask: failing({ failed: 'no-answer', why: 'TimeoutError' }) })
    await collected(ports.objects, texts(50))

    await askDay(ports)(day, invocation())

    const asked = await askedOf(ports)
    expect(asked?.stopped).toEqual({ by: 'unavailable', why: 'TimeoutError' })
    expect(asked?.abstained['no-answer']).toBeLessThanOrEqual(6)
    const before = ports.ask.mock.calls.map(([post]) => post)
    ports.ask.mockClear()
    await askDay(ports)(day, invocation())
    expect(before.filter((post) => ports.ask.mock.calls.some(([again]) => again === post))).toEqual([])
  })

  it('is not asked again about messages whose predictions a killed invocation lost', async () => {
    const ports = predictorPorts()
    await collected(ports.objects, texts(9))
    ports.ask.mockImplementation(async (post) => {
      if (ports.ask.mock.calls.length > 5) throw new Error('killed')
      return modelOf(() => ({ label: 'technical' }))(post)
    })
    await expect(askDay(ports)(day, invocation())).rejects.toThrow('killed')
    const before = ports.ask.mock.calls.map(([post]) => post)
    ports.ask.mockClear()
    ports.ask.mockImplementation(modelOf(() => ({ label: 'technical' })))

    await askDay(ports)(day, invocation())

    expect(ports.ask.mock.calls.filter(([post]) => before.includes(post))).toEqual([])
    expect(await askedOf(ports)).toMatchObject({
      asked: 9,
      answered: 9 - before.length,
      abstained: { lost: before.length },
      stopped: null,
    })
  })

  it('is asked by another invocation when the time is up', async () => {
    const ports = predictorPorts()
    await collected(ports.objects, texts(9))
    let left = 120_000
    ports.ask.mockImplementation(async (post) => {
      left -= 30_000
      return modelOf(() => ({ label: 'technical' }))(post)
    })

    await askDay(ports)(
      day,
      invocation('2026-11-22T01:10:00.000Z', () => left),
    )

    expect((await askedOf(ports))?.stopped?.by).toBe('time')
    expect(ports.enqueue).toHaveBeenCalledWith({ ask: day })
    left = 900_000
    ports.ask.mockImplementation(modelOf(() => ({ label: 'technical' })))
    await askDay(ports)(
      day,
      invocation('2026-11-22T01:30:00.000Z', () => left),
    )
    expect(await askedOf(ports)).toMatchObject({ asked: 9, stopped: null })
    expect(new Set(sentTo(ports)).size).toBe(9)
    expect(ports.ask).toHaveBeenCalledTimes(9)
  })
})

it('counts abstentions per class, and gives such a message no label', async () => {
  const ports = predictorPorts(
    {},
    { ask: modelOf((post) => (post.includes('number 1') ? { abstained: 'guardrail' } : { label: 'technical' })) },
  )
  await collected(ports.objects, texts(3))

  await askDay(ports)(day, invocation())

  expect(await askedOf(ports)).toMatchObject({ asked: 3, answered: 2, abstained: { guardrail: 1 } })
  expect((await read(ports))?.labels.size).toBe(2)
})

it('stores the prompt under its hash', async () => {
  const ports = predictorPorts()
  await collected(ports.objects, texts(1))

  await askDay(ports)(day, invocation())

  const prompt = ports.objects.texts()[keys.prompt(predictorParts(ports.predictor))] ?? ''
  expect(JSON.parse(prompt)).toMatchObject({ choices: ['technical', 'marketing', 'abstain'] })
})

describe('the cascades of a day', () => {
  it('trigger no requests when a deletion rewrites them long afterwards', async () => {
    const ports = predictorPorts({ backDays: 14 })
    const old = { ...name, date: '2026-11-01' }
    await collected(ports.objects, texts(2), old)
    await collected(ports.objects, texts(3))

    expect(await whenPlanned(ports)(old, invocation())).toMatchObject({ state: 'skipped' })
    expect(ports.ask).not.toHaveBeenCalled()
    expect(await whenPlanned(ports)(day, invocation())).toMatchObject({ state: 'asked' })
  })
})

it('stops when other invocations claimed all its messages', async () => {
  const ports = predictorPorts()
  const create = ports.table.create
  const table = {
    ...ports.table,
    create: async (item: Parameters<typeof create>[0]) => !item.pk.startsWith('asked#') && create(item),
  }
  await collected(ports.objects, texts(2))

  await askDay({ ...ports, table })(day, invocation())

  expect(await askedOf(ports)).toMatchObject({ asked: 0, stopped: { by: 'unavailable' } })
  expect(await spent(ports.table, 'llmRequests', '2026-11-22')).toBe(0)
})

describe('the sweep', () => {
  it('queues closed days that were not asked about, newest first, and no finished day', async () => {
    const ports = predictorPorts()
    for (const one of ['2026-11-19', '2026-11-20', date])
      await collected(ports.objects, texts(2), { ...name, date: one })
    await askDay(ports)({ ...name, date: '2026-11-20' }, invocation())

    const { days } = await sweep(ports)(invocation())

    expect(days.map((one) => one.date)).toEqual([date, '2026-11-19'])
    expect(ports.enqueue).toHaveBeenCalledWith({ ask: day })
  })

  it('queues no day while a cap has no room for a request', async () => {
    const ports = predictorPorts({ caps: { usd: { perDay: 10, perMonth: 10 }, requests: { perDay: 7, perMonth: 90 } } })
    await collected(ports.objects, texts(10))
    await askDay(ports)(day, invocation())

    expect(await sweep(ports)(invocation('2026-11-22T02:00:00.000Z'))).toEqual({ days: [] })
    expect((await sweep(ports)(invocation('2026-11-23T02:00:00.000Z'))).days).toEqual([day])
  })

  it('queues a day again when a run came late, but no day beyond its limit', async () => {
    const ports = predictorPorts({ backDays: 1 })
    await collected(ports.objects, texts(2))
    await collected(ports.objects, texts(2), { ...name, date: '2026-11-19' })
    await askDay(ports)(day, invocation())
    await collected(ports.objects, ['late'], day, '0800')

    expect((await sweep(ports)(invocation())).days).toEqual([day])
  })
})
