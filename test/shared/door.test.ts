import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Context } from 'aws-lambda'
import { z } from 'zod'
import { labelsMeasured, objectCreated, trainingJobStateChange } from '../../events'
import { door, type Invocation, on, onPut } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { correlate } from '../../shared/watch/correlation'

const context = { getRemainingTimeInMillis: () => 1234, awsRequestId: 'r', functionName: 'f' } as Context
const seen: unknown[] = []
const handler = door(
  'evaluator',
  {
    schema: z.strictObject({ job: z.string().optional() }),
    work: async (request, { remainingMs }) => {
      if (request.job === 'bad') throw new Error('no such job')
      seen.push(['request', request, remainingMs()])
      return { did: request.job ?? 'all' }
    },
  },
  [
    onPut(keys.training, async (parts) => void seen.push(['put', parts])),
    on(
      trainingJobStateChange,
      async ({ TrainingJobName }, _, { resources }) => void seen.push(['job', TrainingJobName, resources.length]),
    ),
    on(labelsMeasured, async ({ batch }) => void seen.push(['measured', batch])),
  ],
)
const call = (event: unknown) => handler(event, context)
const put = (key: unknown) => ({ ...objectCreated.example, detail: { bucket: { name: 'b' }, object: { key } } })
const measured = (more: object = {}) => ({
  id: 'e',
  'detail-type': 'LabelsMeasured',
  source: 'bellwether.labeling',
  time: '2026-06-02T00:00:00Z',
  detail: { ...labelsMeasured.example, ...more },
})
const message = (messageId: string, body: unknown) => ({
  messageId,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  eventSource: 'aws:sqs',
})

const logged: string[] = []
const lines = () => logged.map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)))
const noting = async (_: unknown, { log }: Invocation) => log.info('noted')
beforeEach(() => {
  seen.length = 0
  logged.length = 0
  // The logger has a console of its own.
  for (const stream of [process.stderr, process.stdout])
    jest.spyOn(stream, 'write').mockImplementation((line) => logged.push(String(line)) > 0)
})
afterEach(() => {
  jest.restoreAllMocks()
})

describe('the door of a function', () => {
  it.each([
    ['an object-created event', put('models/j-1/training.json'), ['put', { job: 'j-1' }]],
    ['an event of AWS', trainingJobStateChange.example, ['job', 'bellwether-dev-3f9c2a7d0b1e-1', 1]],
    ['an event of the application', measured(), ['measured', '2026-11-22']],
    ['a request', { job: 'j' }, ['request', { job: 'j' }, 1234]],
    ['an empty request', {}, ['request', {}, 1234]],
    ['an invocation without a payload', undefined, ['request', {}, 1234]],
  ])('accepts %s', async (_, event, work) => {
    await call(event)

    expect(seen).toEqual([work])
  })

  it('uses the key of an object-created event unchanged, because EventBridge does not URL-encode it', async () => {
    await call(put('models/a%20b+c/training.json'))

    expect(seen).toEqual([['put', { job: 'a%20b+c' }]])
  })

  it('parses the detail of an object-created event once, however many routes check it', async () => {
    const parsing = jest.spyOn(objectCreated.detail, 'safeParse')
    await call(put('models/j-1/training.json'))

    expect(parsing).toHaveBeenCalledTimes(1)
  })

  it('answers a request with the result of its work', async () => {
    expect(await call({ job: 'j' })).toEqual({ did: 'j' })
  })

  it.each([
    [
      "an object under another service's key",
      put('models/j-1/card.json'),
      /EVENT_INVALID: evaluator: no route for event aws\.s3 \/ Object Created/,
    ],
    ['an object-created event without a key', put(undefined), /EVENT_INVALID: Object Created .*\n.*object\.key/],
    [
      'an event of the same name from another source',
      { ...measured(), source: 'someone.else' },
      /EVENT_INVALID: evaluator: no route for event someone\.else \/ LabelsMeasured/,
    ],
    ['an event without a field', measured({ batch: undefined }), /EVENT_INVALID: LabelsMeasured e: [\s\S]*batch/],
    ['an event of a later version', measured({ version: 2 }), /EVENT_INVALID: LabelsMeasured e: [\s\S]*version/],
  ])('refuses %s', async (_, event, error) => {
    await expect(call(event)).rejects.toThrow(error)
    expect(seen).toEqual([])
    expect(logged.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'ERROR', service: 'evaluator', message: 'invocation failed', function_request_id: 'r' },
    ])
  })

  it.each([
    ['a request with an unknown field', { jobb: 'j' }, /REQUEST_INVALID: evaluator: malformed request:\n.*"jobb"/],
    ['a request with a field of the wrong type', { job: 7 }, /REQUEST_INVALID[\s\S]*job/],
    ['a request that is a string', 'j', /REQUEST_INVALID/],
  ])('answers %s with the reason of the refusal, and does not fail', async (_, event, error) => {
    expect(await call(event)).toEqual({ requestRefused: expect.stringMatching(error) })
    expect(seen).toEqual([])
    expect(logged.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'WARN', service: 'evaluator', message: 'request refused', function_request_id: 'r' },
    ])
  })

  it.each([
    ['malformed', { jobb: 'j' }, /REQUEST_INVALID/],
    ['malformed and not an object', { job: 7 }, /REQUEST_INVALID[\s\S]*job/],
  ])('fails for an unattended request that is %s, because nobody reads the answer', async (_, request, error) => {
    await expect(call({ ...request, unattended: true })).rejects.toThrow(error)
    expect(seen).toEqual([])
  })

  it('performs a valid unattended request', async () => {
    await call({ job: 'j', unattended: true })

    expect(seen).toEqual([['request', { job: 'j' }, 1234]])
  })

  it('answers a request for a missing thing with the reason, and fails for every other error and for every event', async () => {
    const failing = (code: 'NOT_FOUND' | 'CONFLICT') => {
      const work = async () => {
        throw new BellwetherError(code, 'the first champion')
      }
      return door('evaluator', { schema: z.strictObject({}), work }, [onPut(keys.training, work)])
    }

    expect(await failing('NOT_FOUND')({}, context)).toEqual({ requestRefused: 'NOT_FOUND: the first champion' })
    await expect(failing('CONFLICT')({}, context)).rejects.toThrow('CONFLICT')
    await expect(failing('NOT_FOUND')(put('models/j-1/training.json'), context)).rejects.toThrow('NOT_FOUND')
  })

  it.each([
    ['a field of the wrong type', { settle: 7 }, /expected string[\s\S]*at settle/],
    ['an unknown field', { settle: '2026-06-02', new: true }, /"new"/],
    ['a nested field of the wrong type', { either: { number: 'one' } }, /expected number[\s\S]*at either\.number/],
    ['a value that is not allowed', { start: 'never' }, /expected "now"[\s\S]*at start/],
    ['no known field', { foo: 1 }, /"foo"/],
  ])('names the error in a request with several forms: %s', async (_, request, message) => {
    const form = z.union([
      z.strictObject({ settle: z.string(), now: z.boolean().optional() }),
      z.strictObject({ either: z.strictObject({ number: z.number() }) }),
      z.strictObject({ start: z.literal('now').optional() }),
    ])
    const several = door('labeling', { schema: form, work: async () => undefined }, [])

    expect(await several(request, context)).toEqual({ requestRefused: expect.stringMatching(message) })
  })

  it('returns only the failed messages of a batch to the queue', async () => {
    const Records = [
      message('a', { job: 'j' }),
      message('b', { job: 'bad' }),
      message('c', 'not JSON'),
      message('d', measured()),
      message('e', { unknown: 1 }),
    ]

    expect(await call({ Records })).toEqual({
      batchItemFailures: ['b', 'c', 'e'].map((itemIdentifier) => ({ itemIdentifier })),
    })
    expect(seen).toEqual([
      ['request', { job: 'j' }, 1234],
      ['measured', '2026-11-22'],
    ])
  })

  it.each([
    ['an event', measured(), true],
    ['a message whose body contains it', { Records: [message('a', measured())] }, false],
    [
      'a message with it as an attribute',
      {
        Records: [
          { ...message('a', { job: 'j' }), messageAttributes: { correlationId: { stringValue: '2026-11-22' } } },
        ],
      },
      false,
    ],
  ])(
    'logs the correlation id of %s on every line of its work, and no longer on the next work',
    async (_, event, timed) => {
      const said = door('evaluator', { schema: z.strictObject({ job: z.string().optional() }), work: noting }, [
        on(labelsMeasured, (_detail, invocation) => noting(_detail, invocation)),
      ])
      await said(event, context)
      await said({}, context)

      const written = lines().map((line) => [line.message ?? 'metrics', line.correlation_id])
      expect(written).toEqual([
        ['noted', '2026-11-22'],
        ...(timed ? [['metrics', '2026-11-22']] : []),
        ['noted', undefined],
      ])
    },
  )

  it('logs the correlation id that the work itself found', async () => {
    const said = door(
      'evaluator',
      {
        schema: z.strictObject({}),
        work: async (request, invocation) => {
          correlate('2026-11-20')
          return noting(request, invocation)
        },
      },
      [],
    )
    await said({}, context)

    expect(lines()).toMatchObject([{ message: 'noted', correlation_id: '2026-11-20' }])
  })

  it.each([
    ['an event', { ...measured(), time: new Date(Date.now() - 90_000).toISOString() }],
    ['a message', { Records: [{ ...message('a', {}), attributes: { SentTimestamp: String(Date.now() - 90_000) } }] }],
  ])('measures the time from %s to the end of its work', async (_, event) => {
    await call(event)

    expect(lines()).toMatchObject([{ service: 'evaluator', SecondsFromEvent: expect.any(Number) }])
    expect(Number(lines()[0]?.SecondsFromEvent)).toBeCloseTo(90, -1)
  })

  it('measures no time for a request, which has no event time, or for failed work', async () => {
    await call({})
    await call({ Records: [{ ...message('a', { job: 'bad' }), attributes: { SentTimestamp: '1' } }] })

    expect(lines().filter((line) => 'SecondsFromEvent' in line)).toEqual([])
  })

  it('reports no failures for a batch that succeeded', async () => {
    expect(await call({ Records: [message('a', {})] })).toEqual({ batchItemFailures: [] })
  })
})
