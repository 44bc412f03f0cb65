import { afterAll, beforeAll, describe, expect } from '@jest/globals'
import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { z } from 'zod'
import { clientOf, type CloudUnderTest } from './cloud'
import { type Fact, refusalOf, unique } from './fact'
import { PATTERNS } from './patterns'
import { queueArn, takeBodies } from './queue'

export function testEvents(cloud: () => CloudUnderTest, fact: Fact): void {
  const EventBusName = unique('contract-bus')
  let events: EventBridgeClient
  let sqs: SQSClient
  let s3: S3Client

  beforeAll(async () => {
    const settings = clientOf(cloud())
    events = new EventBridgeClient(settings)
    sqs = new SQSClient(settings)
    s3 = new S3Client(settings)
    await events.send(new CreateEventBusCommand({ Name: EventBusName }))
  })
  afterAll(() => {
    for (const client of [events, sqs, s3]) client.destroy()
  })

  /** A queue to which EventBridge may send. */
  const makeQueue = async (): Promise<{ url: string; arn: string }> => {
    const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: unique('contract-events') }))
    const arn = await queueArn(sqs, url)
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arn,
    }
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }))
    return { url, arn }
  }
  const makeRule = async (pattern: object, target: Partial<Target> = {}, bus = EventBusName) => {
    const { url, arn } = await makeQueue()
    const Name = unique('rule')
    await events.send(new PutRuleCommand({ Name, EventBusName: bus, EventPattern: JSON.stringify(pattern) }))
    const Targets = [{ Id: 'queue', Arn: arn, ...target }]
    await events.send(new PutTargetsCommand({ Rule: Name, EventBusName: bus, Targets }))
    return { Name, url }
  }
  const put = (...Entries: PutEventsRequestEntry[]) => events.send(new PutEventsCommand({ Entries }))
  const entry = (Detail: object, more: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
    EventBusName,
    Source: 'bellwether.contract',
    DetailType: 'Contract.v1',
    Detail: JSON.stringify(Detail),
    ...more,
  })
  const bodies = (url: string) => takeBodies(sqs, url)

  describe('buses and rules', () => {
    fact('has the default bus, and created ones', async () => {
      const { EventBuses } = await events.send(new ListEventBusesCommand({}))
      expect(EventBuses?.map(({ Name }) => Name)).toEqual(expect.arrayContaining(['default', EventBusName]))
      const { Arn } = await events.send(new DescribeEventBusCommand({ Name: EventBusName }))
      expect(Arn).toMatch(new RegExp(`^arn:aws:events:eu-west-1:\\d{12}:event-bus/${EventBusName}$`))
    })

    fact('lists rules and their targets', async () => {
      const { Name } = await makeRule({ source: ['a'] })
      const { Rules } = await events.send(new ListRulesCommand({ EventBusName, NamePrefix: Name }))
      expect(Rules).toEqual([expect.objectContaining({ Name, State: 'ENABLED', EventPattern: '{"source":["a"]}' })])
      const { Targets } = await events.send(new ListTargetsByRuleCommand({ EventBusName, Rule: Name }))
      expect(Targets?.map(({ Id }) => Id)).toEqual(['queue'])
    })

    fact('deletes a rule only without targets', async () => {
      const { Name } = await makeRule({ source: ['a'] })
      const remove = () => events.send(new DeleteRuleCommand({ Name, EventBusName }))

      expect((await refusalOf(remove())).name).toBe('ValidationException')
      await events.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids: ['queue'] }))
      await remove()
      expect((await events.send(new ListRulesCommand({ EventBusName, NamePrefix: Name }))).Rules).toEqual([])
    })

    fact('refuses a rule on a missing bus', async () => {
      const rule = new PutRuleCommand({ Name: 'x', EventBusName: 'missing', EventPattern: '{"source":["a"]}' })
      expect((await refusalOf(events.send(rule))).name).toBe('ResourceNotFoundException')
    })

    for (const [what, EventPattern] of [
      ['that is not JSON', '{"source":'],
      ['with a bare value', '{"source":"a"}'],
      ['with an unknown matcher', '{"source":[{"like":"a"}]}'],
    ] as const) {
      fact(`refuses a pattern ${what}`, async () => {
        const { status } = await refusalOf(events.send(new PutRuleCommand({ Name: 'x', EventBusName, EventPattern })))
        expect(status).toBeGreaterThanOrEqual(400)
      })
    }
  })

  describe('delivery', () => {
    fact('delivers an event to its target completely', async () => {
      const { url } = await makeRule({ source: ['bellwether.whole'] })
      const Time = new Date('2026-03-01T12:00:00.000Z')
      const { Entries, FailedEntryCount } = await put(
        entry({ a: [1, { b: 'ü' }] }, { Source: 'bellwether.whole', Resources: ['arn:aws:x'], Time }),
      )

      expect(FailedEntryCount).toBe(0)
      expect(await bodies(url)).toMatchObject([
        {
          version: '0',
          id: Entries?.[0]?.EventId,
          'detail-type': 'Contract.v1',
          source: 'bellwether.whole',
          time: '2026-03-01T12:00:00Z',
          region: 'eu-west-1',
          resources: ['arn:aws:x'],
          detail: { a: [1, { b: 'ü' }] },
        },
      ])
    })

    fact('states the account of an event', async () => {
      const { url } = await makeRule({ source: ['bellwether.whose'] })
      await put(entry({}, { Source: 'bellwether.whose' }))
      expect(await bodies(url)).toEqual([expect.objectContaining({ account: expect.stringMatching(/^\d{12}$/) })])
    })

    fact('delivers an event to every rule that it matches, and to no other', async () => {
      const one = await makeRule({ detail: { fan: ['out'] } })
      const two = await makeRule({ source: ['bellwether.contract'], detail: { fan: [{ prefix: 'o' }] } })
      const other = await makeRule({ detail: { fan: ['in'] } })
      const otherBus = await makeRule({ detail: { fan: ['out'] } }, {}, 'default')
      await put(entry({ fan: 'out' }))

      expect(await bodies(one.url)).toHaveLength(1)
      expect(await bodies(two.url)).toHaveLength(1)
      expect(await bodies(other.url)).toEqual([])
      expect(await bodies(otherBus.url)).toEqual([])
    })

    fact('does not deliver through a disabled rule until it is enabled', async () => {
      const { Name, url } = await makeRule({ detail: { switch: ['it'] } })
      await events.send(new DisableRuleCommand({ Name, EventBusName }))
      await put(entry({ switch: 'it' }))
      expect(await bodies(url)).toEqual([])

      await events.send(new EnableRuleCommand({ Name, EventBusName }))
      await put(entry({ switch: 'it' }))
      expect(await bodies(url)).toHaveLength(1)
    })

    for (const [name, target, expected] of [
      ['a constant', { Input: '{"constant":true}' }, { constant: true }],
      ['a part of the event', { InputPath: '$.detail.part' }, { of: 'it' }],
      [
        'a template',
        {
          InputTransformer: {
            InputPathsMap: { type: '$.detail-type', of: '$.detail.part.of', part: '$.detail.part' },
            InputTemplate: '{"text": "<type> of <of>", "value": <of>, "object": <part>}',
          },
        },
        { text: 'Contract.v1 of it', value: 'it', object: { of: 'it' } },
      ],
    ] as const) {
      fact(`delivers ${name} instead of the event to a target`, async () => {
        const input = unique('input')
        const { url } = await makeRule({ detail: { input: [input] } }, target)
        await put(entry({ input, part: { of: 'it' } }))

        expect(await bodies(url)).toEqual([expected])
      })
    }
  })

  describe('PutEvents', () => {
    fact('reports for each entry whether it was accepted', async () => {
      const answer = await put(entry({ good: 1 }), { ...entry({}), Detail: 'not json' }, entry({ good: 2 }), {
        ...entry({}),
        Source: undefined,
      })
      expect(answer.FailedEntryCount).toBe(2)
      expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
        undefined,
        'MalformedDetail',
        undefined,
        'InvalidArgument',
      ])
    })

    fact('refuses a detail that is not an object', async () => {
      const { Entries } = await put({ ...entry({}), Detail: '[1]' })
      expect(Entries?.[0]?.ErrorCode).toBe('MalformedDetail')
    })

    fact('refuses a source in the name of AWS', async () => {
      const { Entries } = await put(entry({}, { Source: 'aws.s3' }))
      expect(Entries?.[0]?.ErrorCode).toBe('NotAuthorizedForSourceException')
    })

    fact('accepts ten entries and refuses eleven', async () => {
      const entries = (length: number) => Array.from({ length }, (_, index) => entry({ index }))
      expect((await put(...entries(10))).FailedEntryCount).toBe(0)
      expect((await refusalOf(put(...entries(11)))).status).toBe(400)
    })

    fact('refuses more than 256 KB', async () => {
      expect((await refusalOf(put(entry({ text: 'x'.repeat(262_144) })))).status).toBe(400)
    })
  })

  describe('patterns', () => {
    const event = {
      id: '1',
      account: '123456789012',
      source: 's',
      time: '2026-11-22T00:00:00Z',
      region: 'eu-west-1',
      resources: [],
    }

    const sources = z.array(z.object({ source: z.string() }))
    /** For each row: whether its rule matched, or why the rule was refused. */
    const outcomes = new Map<number, Error | boolean>()

    beforeAll(async () => {
      const { url, arn } = await makeQueue()
      for (const [row, [, pattern]] of PATTERNS.entries()) {
        const Name = `pattern-${row}`
        const EventPattern = JSON.stringify({ source: [Name], detail: pattern })
        const made = events.send(new PutRuleCommand({ Name, EventBusName, EventPattern }))
        outcomes.set(
          row,
          await made.then(
            () => false,
            (error: Error) => error,
          ),
        )
        if (outcomes.get(row) === false) {
          const Targets = [{ Id: 'queue', Arn: arn }]
          await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets }))
        }
      }
      for (const [row, [, , detail]] of PATTERNS.entries()) await put(entry(detail, { Source: `pattern-${row}` }))
      for (let got = await bodies(url); got.length > 0; got = await bodies(url)) {
        for (const { source } of sources.parse(got)) outcomes.set(Number(source.slice('pattern-'.length)), true)
      }
    })

    for (const [row, [name, pattern, detail, isMatch]] of PATTERNS.entries()) {
      fact(
        `${name}: ${JSON.stringify(detail)} ${isMatch ? 'matches' : 'does not match'} ${JSON.stringify(pattern)}`,
        async () => {
          expect(outcomes.get(row)).toBe(isMatch)
        },
      )
    }

    fact('matches a test pattern without an event', async () => {
      const test = async (EventPattern: object) => {
        const Event = JSON.stringify({ ...event, 'detail-type': 'T', detail: { a: 'b' } })
        const asked = new TestEventPatternCommand({ Event, EventPattern: JSON.stringify(EventPattern) })
        return (await events.send(asked)).Result
      }
      expect(await test({ detail: { a: ['b'] } })).toBe(true)
      expect(await test({ detail: { a: ['c'] } })).toBe(false)
    })
  })

  describe("S3's events", () => {
    const makeBucket = async () => {
      const Bucket = unique('contract-notifies')
      const { url } = await makeRule({ source: ['aws.s3'], detail: { bucket: { name: [Bucket] } } }, {}, 'default')
      await s3.send(new CreateBucketCommand({ Bucket }))
      const VersioningConfiguration = { Status: 'Enabled' } as const
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
      const NotificationConfiguration = { EventBridgeConfiguration: {} }
      await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }))
      return { Bucket, url }
    }

    fact('sends object events to the default bus when the bucket is configured to, with unencoded keys', async () => {
      const { Bucket, url } = await makeBucket()
      const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'raw/a b+ü.csv', Body: 'hello' }))

      const [created] = await bodies(url)
      expect(created).toMatchObject({
        source: 'aws.s3',
        'detail-type': 'Object Created',
        resources: [`arn:aws:s3:::${Bucket}`],
        detail: {
          version: '0',
          bucket: { name: Bucket },
          object: { key: 'raw/a b+ü.csv', size: 5, 'version-id': VersionId },
        },
      })
    })

    fact('sends one object event per write', async () => {
      const { Bucket, url } = await makeBucket()
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'once' }))

      expect(await bodies(url)).toHaveLength(1)
    })

    fact('names the operation and its result in an object event', async () => {
      const { Bucket, url } = await makeBucket()
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }))
      const sequencer: unknown = expect.stringMatching(/^[0-9a-fA-F]+$/)

      const [created] = await bodies(url)
      expect(created).toMatchObject({
        detail: { object: { etag: '5d41402abc4b2a76b9719d911017c592', sequencer }, reason: 'PutObject' },
      })
    })

    fact('sends an event for a delete', async () => {
      const { Bucket, url } = await makeBucket()
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))

      expect(await bodies(url)).toMatchObject([
        {
          'detail-type': 'Object Deleted',
          detail: { object: { key: 'a' }, 'deletion-type': 'Delete Marker Created', reason: 'DeleteObject' },
        },
      ])
    })

    fact('sends no object events while the bucket is not configured to', async () => {
      const Bucket = unique('contract-silent')
      const { url } = await makeRule({ source: ['aws.s3'], detail: { bucket: { name: [Bucket] } } }, {}, 'default')
      await s3.send(new CreateBucketCommand({ Bucket }))
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }))

      expect(await bodies(url)).toEqual([])
    })
  })
}
