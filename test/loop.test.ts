import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { Fault } from '../packages/embedded-aws/src/faults'
import { concurrently } from '../shared/concurrently'
import { type Outcome, packageDir, play, posts } from './loop/story'

jest.setTimeout(600_000)

type Played = Awaited<ReturnType<typeof play>>

let packaged: string
let clean: Played
let oneDay: Played
const short = { days: 1, hours: 6 }

beforeAll(async () => {
  packaged = packageDir()
  clean = await play(packaged)
  oneDay = await play(packaged, undefined, short)
})

const left = ({ objects, events, dead }: Outcome): Outcome => ({ objects, events, dead })
const keysLike = (outcome: Outcome, pattern: RegExp) => Object.keys(outcome.objects).filter((key) => pattern.test(key))

/** Two clouds in parallel, because each often waits for its workers. */
const inTurn = (rounds: number, story: (round: number) => Promise<void>) =>
  concurrently(
    Array.from({ length: rounds }, (_, round) => round),
    2,
    story,
  )

/** The mutating calls that functions make. */
const WRITES: Record<string, RegExp> = {
  s3: /^(Put|Copy|Delete|CompleteMultipart)/,
  dynamodb: /^(Put|Update|Delete)Item$/,
  sqs: /^SendMessage/,
  events: /^PutEvents$/,
  sagemaker: /^(Create|Update|Stop|Add)/,
  lambda: /^Invoke$/,
}
const isWrite: NonNullable<Fault['when']> = ({ service, operation }) => WRITES[service]?.test(operation) ?? false

const callsByFunction = (calls: Played['calls']) => {
  const byFunction = new Map<string, Played['calls'][number][]>()
  for (const call of calls) {
    if (call.functionName) byFunction.set(call.functionName, [...(byFunction.get(call.functionName) ?? []), call])
  }
  return byFunction
}

describe('an undisturbed loop', () => {
  it('leads from posts to a trained model, a verdict and a report', () => {
    expect(keysLike(clean, /^raw\/.*run\.json$/)).toHaveLength(4)
    expect(keysLike(clean, /^labeled\/.*output\.manifest$/)).toHaveLength(2)
    expect(keysLike(clean, /^datasets\/.*dataset\.json$/)).toHaveLength(2)
    expect(keysLike(clean, /^models\/.*card\.json$/)).toHaveLength(2)
    expect(keysLike(clean, /^champion\.json$/)).toHaveLength(1)
    expect(keysLike(clean, /^reports\/stream=.*\.json$/)).toHaveLength(4)
    expect(clean.dead).toEqual([])
  })

  it('puts no text or id of a post into an event, a log line or a dead letter', () => {
    const ids = keysLike(clean, /^raw\/.*posts-\d+\.csv$/).flatMap((key) =>
      clean.objects[key]!.split('\r\n')
        .slice(1)
        .flatMap((row) => /^\w{8,}/.exec(row) ?? []),
    )
    const words = [...ids, ...posts.map(({ text }) => text.slice(0, 60))]

    expect(ids.length).toBeGreaterThanOrEqual(posts.length)
    expect(clean.told.length).toBeGreaterThan(100)
    expect(words.filter((word) => [...clean.told, ...clean.dead].some((line) => line.includes(word)))).toEqual([])
  })

  it('is deterministic: a second run leaves the same bytes', async () => {
    expect(left(await play(packaged))).toEqual(left(clean))
  })
})

describe('the loop leaves the same outcome', () => {
  it('when every event is delivered twice', async () => {
    const outcome = await play(packaged, ({ faults }) => faults.disturb({ duplicate: true }))

    expect(left(outcome)).toEqual(left(clean))
  })

  it('when events arrive out of order', async () => {
    const outcome = await play(packaged, ({ faults }) => faults.disturb({ duplicate: true, holdMs: 60 }))

    expect(left(outcome)).toEqual(left(clean))
  })

  it('when each operation of each function fails once', async () => {
    const operations = [...callsByFunction(oneDay.calls)].map(
      ([functionName, calls]) =>
        [functionName, [...new Set(calls.map(({ service, operation }) => `${service} ${operation}`))]] as const,
    )
    const rounds = Math.max(...operations.map(([, list]) => list.length))
    expect(rounds).toBeGreaterThan(3)
    await inTurn(rounds, async (round) => {
      let struck = 0
      const outcome = await play(
        packaged,
        ({ faults }) => {
          for (const [functionName, list] of operations) {
            const [service, operation] = list[round]?.split(' ') ?? []
            if (!service || !operation) continue
            // An error that the SDK does not retry, so that the handler must handle it.
            const error = { code: 'Unavailable', message: 'made to fail', status: 400 }
            faults.fail({ functionName, service, operation, error, when: () => ++struck > 0 })
          }
        },
        short,
      )
      expect(struck).toBeGreaterThan(0)
      expect({ round, ...left(outcome) }).toEqual({ round, ...left(oneDay) })
    })
  })

  it('when the response of each write is lost once', async () => {
    const outcome = await play(
      packaged,
      ({ faults }) => {
        for (const functionName of callsByFunction(oneDay.calls).keys()) {
          for (const service of Object.keys(WRITES)) {
            faults.fail({ functionName, service, loseAnswer: true, when: isWrite })
          }
        }
      },
      short,
    )

    expect(left(outcome)).toEqual(left(oneDay))
  })

  it('when workers are killed after each of their writes in turn', async () => {
    const writes = [...callsByFunction(oneDay.calls)].map(
      ([functionName, calls]) => [functionName, calls.filter(isWrite).length] as const,
    )
    // Each function is killed twice in a story, at different writes, because Lambda tries an event three times. The
    // collector is killed once: a message of its queue returns after half an hour, and a run that is late twice
    // misses the hour at which labelling starts.
    const ofCollector = writes.find(([functionName]) => functionName.endsWith('-collector'))?.[1] ?? 0
    const rounds = Math.max(ofCollector, Math.ceil(Math.max(...writes.map(([, count]) => count)) / 2))
    expect(rounds).toBeGreaterThan(10)
    await inTurn(rounds, async (round) => {
      const outcome = await play(
        packaged,
        ({ faults }) => {
          for (const [functionName, count] of writes) {
            for (const after of [round, round + rounds].filter((place) => place < count)) {
              faults.fail({ functionName, when: isWrite, after, killAfter: true })
            }
          }
        },
        short,
      )
      expect({ round, ...left(outcome) }).toEqual({ round, ...left(oneDay) })
    })
  })
})

describe('the reconciler replaces a lost event', () => {
  it.each(['labeling', 'formatter', 'trainer', 'evaluator', 'analyzer'])(
    'for every event of the %s',
    async (service) => {
      const outcome = await play(packaged, ({ faults }) =>
        faults.disturb({
          drop: (target, payload) => target.endsWith(`-${service}`) && payload.includes('"detail-type"'),
        }),
      )

      expect(left(outcome)).toEqual(left(clean))
    },
  )
})
