import { appendFileSync } from 'node:fs'
import path from 'node:path'
import {
  CreateArchiveCommand,
  CreateConnectionCommand,
  CreateEventBusCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Delivery } from '../../src/delivery'
import { createEvents, type Events } from '../../src/events'
import { clientOf, type Served, serve } from '../serve'

const BUS = 'bellwether-test'
const queue = 'arn:aws:sqs:eu-west-1:000000000000:queue'
let served: Served<{ events: Events }>
let client: EventBridgeClient
let delivered: Delivery[]

const connect = () => {
  client?.destroy()
  client = new EventBridgeClient({ ...clientOf(served), maxAttempts: 1 })
}
const put = (detail: object, source = 'collector') =>
  client.send(
    new PutEventsCommand({
      Entries: [{ EventBusName: BUS, Source: source, DetailType: 'Type', Detail: JSON.stringify(detail) }],
    }),
  )
const details = () => delivered.map(({ payload }) => (JSON.parse(payload) as { detail: unknown }).detail)

beforeEach(async () => {
  delivered = []
  served = await serve((context) => ({ events: createEvents(context, (delivery) => void delivered.push(delivery)) }))
  served.services.events.ensureBus(BUS)
  connect()
})
afterEach(async () => {
  client.destroy()
  await served.close()
})

describe('a rule of the template', () => {
  it('delivers with its own retries, role and dead-letter queue, or the defaults', async () => {
    const { events } = served.services
    const arn = events.ensureRule('rule', {
      EventBusName: BUS,
      EventPattern: { source: ['collector'] },
      Targets: [
        { Id: 'plain', Arn: queue },
        {
          Id: 'careful',
          Arn: queue,
          RoleArn: 'arn:role',
          RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 600 },
          DeadLetterConfig: { Arn: 'arn:dead' },
        },
      ],
    })
    await put({ a: 1 })

    expect(arn).toBe(`arn:aws:events:eu-west-1:000000000000:rule/${BUS}/rule`)
    const from = { principal: 'events.amazonaws.com', arn }
    const payload: unknown = expect.stringContaining('"detail":{"a":1}')
    expect(delivered).toEqual([
      { from, target: queue, payload, retries: 185, maximumAgeMs: 86_400_000 },
      {
        from,
        target: queue,
        payload,
        retries: 3,
        maximumAgeMs: 600_000,
        role: 'arn:role',
        deadLetterQueue: 'arn:dead',
      },
    ])
  })

  it('is refused with an unsupported option', () => {
    const { events } = served.services
    expect(() => events.ensureRule('r', { ScheduleExpression: 'rate(1 day)' })).toThrow('ScheduleExpression')
    const Targets = [{ Id: 'a', Arn: 'b', KinesisParameters: {} }]
    expect(() => events.ensureRule('r', { EventPattern: { source: ['a'] }, Targets })).toThrow('KinesisParameters')
    expect(() => events.ensureRule('r', { EventBusName: 'no', EventPattern: { source: ['a'] } })).toThrow(
      'no does not exist',
    )
  })

  it('receives what services emit, on the default bus', () => {
    served.services.events.ensureRule('s3', {
      EventPattern: { source: ['aws.s3'] },
      Targets: [{ Id: 'a', Arn: queue }],
    })
    served.services.events.emit({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      resources: ['arn:b'],
      detail: { x: 1 },
    })

    expect(JSON.parse(delivered[0]?.payload ?? '')).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'Object Created',
      source: 'aws.s3',
      account: '000000000000',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: 'eu-west-1',
      resources: ['arn:b'],
      detail: { x: 1 },
    })
  })
})

it('keeps buses and rules that were created through the API across a restart', async () => {
  const EventBusName = 'asked'
  await client.send(new CreateEventBusCommand({ Name: EventBusName }))
  await client.send(new PutRuleCommand({ Name: 'asked', EventBusName, EventPattern: '{"source":["x"]}' }))
  await client.send(new PutTargetsCommand({ Rule: 'asked', EventBusName, Targets: [{ Id: 'a', Arn: queue }] }))
  served = await served.restart()
  connect()
  const { Rules } = await client.send(new ListRulesCommand({ EventBusName }))
  const Entries = [{ EventBusName, Source: 'x', DetailType: 'T', Detail: '{}' }]
  await client.send(new PutEventsCommand({ Entries }))

  expect(Rules?.map(({ Name }) => Name)).toEqual(['asked'])
  expect(delivered).toHaveLength(1)
})

describe('an archive', () => {
  const archive = { SourceArn: `arn:aws:events:eu-west-1:000000000000:event-bus/${BUS}` }
  const rule = (name: string) =>
    served.services.events.ensureRule(name, {
      EventBusName: BUS,
      EventPattern: { detail: { n: [{ exists: true }] } },
      Targets: [{ Id: 'a', Arn: queue }],
    })
  const replay = (ReplayName: string, more: object = {}, FilterArns: string[] = []) =>
    client.send(
      new StartReplayCommand({
        ReplayName,
        EventSourceArn: 'arn:aws:events:eu-west-1:000000000000:archive/all',
        EventStartTime: new Date(served.clock.now() - 3_600_000),
        EventEndTime: new Date(served.clock.now() + 3_600_000),
        Destination: { Arn: archive.SourceArn, FilterArns },
        ...more,
      }),
    )

  it('replays its events to the named rules, also after a restart', async () => {
    served.services.events.ensureArchive('all', archive)
    await put({ n: 1 })
    await put({ n: 2 })
    served = await served.restart()
    connect()
    served.services.events.ensureBus(BUS)
    served.services.events.ensureArchive('all', archive)
    const one = rule('one')
    rule('two')
    await replay('again', {}, [one])

    expect(details()).toEqual([{ n: 1 }, { n: 2 }])
    expect(delivered.map(({ from }) => from.arn)).toEqual([one, one])
    expect(JSON.parse(delivered[0]?.payload ?? '')).toMatchObject({ 'replay-name': 'again' })
    const { State } = await client.send(new DescribeReplayCommand({ ReplayName: 'again' }))
    expect(State).toBe('COMPLETED')
  })

  it('does not archive replayed events', async () => {
    served.services.events.ensureArchive('all', archive)
    await put({ n: 1 })
    await replay('one')
    expect((await client.send(new DescribeArchiveCommand({ ArchiveName: 'all' }))).EventCount).toBe(1)
  })

  it('keeps only events that match its pattern, for its retention', async () => {
    served.services.events.ensureArchive('all', { ...archive, EventPattern: { source: ['kept'] }, RetentionDays: 2 })
    rule('one')
    await put({ n: 1 }, 'kept')
    await put({ n: 2 }, 'other')
    delivered.length = 0
    await served.clock.advanceTo(served.clock.now() + 86_400_000)
    const from = { EventStartTime: new Date(0) }
    await replay('in time', { ...from, ReplayName: 'in-time' })
    expect(details()).toEqual([{ n: 1 }])

    await served.clock.advanceTo(served.clock.now() + 2 * 86_400_000)
    await replay('too-late', from)
    expect(delivered).toHaveLength(1)
  })

  it('replays only the requested time span, and skips a line that a crash truncated', async () => {
    served.services.events.ensureArchive('all', archive)
    rule('one')
    await put({ n: 1 })
    appendFileSync(path.join(served.dataDir, 'events', 'archives', 'all.jsonl'), '{"version":"0",\n')
    await served.clock.advanceTo(served.clock.now() + 7_200_000)
    await put({ n: 2 })
    delivered.length = 0
    await replay('late')
    expect(details()).toEqual([{ n: 2 }])
  })

  it('has a unique name, as has a replay', async () => {
    const make = new CreateArchiveCommand({ ArchiveName: 'all', EventSourceArn: archive.SourceArn })
    await client.send(make)
    await expect(client.send(make)).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' })
    await replay('once')
    await expect(replay('once')).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' })
  })
})

describe('requests to EventBridge', () => {
  it('need permission for each bus, with source and type', () => {
    const entry = (EventBusName: string) => ({ EventBusName, Source: 's', DetailType: 't', Detail: '{}' })
    const arn = 'arn:aws:events:us-east-1:111111111111:event-bus/other'
    const access = served.services.events.open({
      service: 'events',
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'x-amz-target': 'AWSEvents.PutEvents' },
      body: Buffer.from(JSON.stringify({ Entries: [entry(BUS), entry(arn)] })),
      principal: { arn: 'a' },
    }).accesses
    const conditions = { 'events:source': 's', 'events:detail-type': 't' }
    expect(access).toEqual([
      { action: 'events:PutEvents', resource: archiveBus, conditions },
      { action: 'events:PutEvents', resource: arn, conditions },
    ])
  })
  const archiveBus = `arn:aws:events:eu-west-1:000000000000:event-bus/${BUS}`

  it('are refused by name when the resource is missing', async () => {
    const connection = new CreateConnectionCommand({
      Name: 'c',
      AuthorizationType: 'BASIC',
      AuthParameters: { BasicAuthParameters: { Username: 'u', Password: 'p' } },
    })
    await expect(client.send(connection)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
      message: expect.stringContaining('CreateConnection'),
    })
    const scheduled = new PutRuleCommand({ Name: 'r', ScheduleExpression: 'rate(1 day)' })
    await expect(client.send(scheduled)).rejects.toMatchObject({
      message: expect.stringContaining('ScheduleExpression'),
    })
  })
})
