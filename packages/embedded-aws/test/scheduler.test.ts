import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { eventsIn, signedFor, useCloud } from './running-cloud'
import { allow, arn, fn, queue, recording, role } from './template'

const HOUR = 3_600_000
const { file, start, bodies, attributes } = useCloud()

const schedule = (expression: string, more: object = {}, target: object = {}) => ({
  Type: 'AWS::Scheduler::Schedule',
  Properties: {
    Name: 'daily',
    ScheduleExpression: expression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: arn('Collector'), RoleArn: arn('SchedulerRole'), Input: '{"hashtag":"aws"}', ...target },
    ...more,
  },
})
const resources = (expression: string, more: object = {}, target: object = {}) => ({
  SchedulerRole: role([allow('lambda:InvokeFunction', arn('Collector'))], 'scheduler.amazonaws.com'),
  Collector: fn(recording(file()), { FunctionName: 'collector' }),
  Daily: schedule(expression, more, target),
})
const noon = Date.parse('2026-11-22T12:00:00Z')

afterEach(() => void jest.restoreAllMocks())

describe('a schedule', () => {
  it('calls its function at its times, each time with its input', async () => {
    const cloud = await start(resources('cron(0 6 * * ? *)'), { start: noon })
    await cloud.advanceTo(Date.parse('2026-11-25T00:00:00Z'))

    expect(eventsIn(file())).toEqual([{ hashtag: 'aws' }, { hashtag: 'aws' }])
  })

  it('follows the clock changes of its time zone', async () => {
    const input = '{"at":"<aws.scheduler.scheduled-time>"}'
    const cloud = await start(
      resources('cron(0 6 * * ? *)', { ScheduleExpressionTimezone: 'Europe/Berlin' }, { Input: input }),
      { start: Date.parse('2026-10-24T00:00:00Z') },
    )
    await cloud.advanceTo(Date.parse('2026-10-26T00:00:00Z'))

    expect(eventsIn(file())).toEqual([{ at: '2026-10-24T04:00:00Z' }, { at: '2026-10-25T05:00:00Z' }])
  })

  it('starts a rate when it is created and continues it after a restart', async () => {
    const made = resources('rate(1 hour)')
    const first = await start(made, { start: noon })
    await first.advance(1.5 * HOUR)
    expect(eventsIn(file())).toHaveLength(2)

    const second = await start(made)
    await second.advance(HOUR)
    expect(eventsIn(file())).toHaveLength(3)
  })

  it('runs once for the times missed while the cloud was off', async () => {
    const made = resources('cron(0 6 * * ? *)')
    const first = await start(made, { start: noon })
    const later = first.clock.now() + 60 * HOUR
    await first.close()
    const { createClock } = await import('../src/clock')
    const second = await start(made, { clock: createClock({ start: later }) })
    await second.advance(1000)

    expect(eventsIn(file())).toHaveLength(1)
  })

  it('does nothing while it is disabled', async () => {
    const cloud = await start(resources('rate(1 minute)', { State: 'DISABLED' }), { start: noon })
    await cloud.advance(HOUR)
    expect(eventsIn(file())).toEqual([])
  })

  it('is listed and described by the API, even when disabled; other operations are refused by name', async () => {
    const made = resources('cron(0 6 * * ? *)', { Description: 'Every morning' })
    const cloud = await start(
      { ...made, Nightly: schedule('rate(1 day)', { Name: 'nightly', State: 'DISABLED' }) },
      { start: noon },
    )
    const ask = async (what: string, method = 'GET') => {
      const response = await fetch(`${cloud.endpoint}/schedules${what}`, { method, headers: signedFor('scheduler') })
      return { status: response.status, body: JSON.parse(await response.text()) }
    }

    const daily = {
      Arn: expect.stringMatching(/^arn:aws:scheduler:eu-west-1:\d{12}:schedule\/default\/daily$/),
      Name: 'daily',
      GroupName: 'default',
      State: 'ENABLED',
      CreationDate: expect.closeTo(noon / 1000, -2),
    }
    const { Schedules: listed } = (await ask('')).body
    expect(listed).toEqual([
      { ...daily, LastModificationDate: expect.any(Number), Target: { Arn: expect.stringMatching(/:collector$/) } },
      expect.objectContaining({ Name: 'nightly', State: 'DISABLED' }),
    ])
    expect((await ask('?State=ENABLED&NamePrefix=d')).body.Schedules).toEqual([listed[0]])
    expect((await ask('?ScheduleGroup=others')).body.Schedules).toEqual([])
    expect((await ask('/daily')).body).toMatchObject({
      ...daily,
      Description: 'Every morning',
      ScheduleExpression: 'cron(0 6 * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Input: '{"hashtag":"aws"}' },
    })
    expect(await ask('/weekly')).toMatchObject({ status: 404, body: { __type: 'ResourceNotFoundException' } })
    for (const [what, method] of [
      ['/daily', 'DELETE'],
      ['?NextToken=x', 'GET'],
      ['?MaxResults=1', 'GET'],
    ]) {
      expect(await ask(what!, method)).toMatchObject({ status: 501 })
    }
  })

  it.each([
    [
      'a role that may not call the function',
      role([], 'scheduler.amazonaws.com'),
      'not authorized to perform: lambda:InvokeFunction',
    ],
    ['a role that does not trust it', role([allow('*')]), 'scheduler.amazonaws.com cannot assume'],
  ])('sends the event to the dead letters for %s', async (_, given, message) => {
    const dead = { Arn: arn('Dead') }
    const mayDie = role([allow('sqs:SendMessage', arn('Dead'))], 'scheduler.amazonaws.com')
    const printed = jest.spyOn(console, 'error').mockImplementation(() => {})
    given.Properties.Policies[0]!.PolicyDocument.Statement.push(
      ...mayDie.Properties.Policies[0]!.PolicyDocument.Statement,
    )
    const cloud = await start(
      { ...resources('rate(1 day)', {}, { DeadLetterConfig: dead }), SchedulerRole: given, Dead: queue() },
      { start: noon },
    )
    await cloud.advance(1000)

    expect(eventsIn(file())).toEqual([])
    if (message.includes('assume')) expect(printed).toHaveBeenCalledWith(expect.stringContaining(message))
    else
      expect(attributes('Dead')).toMatchObject([
        { ERROR_CODE: 'NO_PERMISSIONS', ERROR_MESSAGE: expect.stringContaining(message) },
      ])
  })

  it('retries a failure up to its limit, then dead-letters the event', async () => {
    const target = {
      DeadLetterConfig: { Arn: arn('Dead') },
      RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3600 },
    }
    const statements = [allow('lambda:InvokeFunction', arn('Collector')), allow('sqs:SendMessage', arn('Dead'))]
    const made = {
      ...resources('at(2026-11-22T13:00:00)', {}, target),
      SchedulerRole: role(statements, 'scheduler.amazonaws.com'),
      Dead: queue(),
    }
    const cloud = await start(made, { start: noon })
    const fault = cloud.faults.fail({ service: 'scheduler', operation: 'InvokeTarget', error: true, times: 9 })
    await cloud.advance(2 * HOUR)

    expect(fault.hits()).toBe(3)
    expect(bodies('Dead')).toEqual([{ hashtag: 'aws' }])
  })

  it.each([
    ['an unknown expression', { ScheduleExpression: 'cron(0 6 L * ? *)' }, 'L is not known'],
    ['an unknown option', { KmsKeyArn: 'x' }, 'KmsKeyArn'],
  ])('refuses %s by name', async (_, more, message) => {
    await expect(start(resources('rate(1 day)', more))).rejects.toThrow(message)
  })
})
