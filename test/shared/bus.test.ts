import { beforeEach, describe, expect, it } from '@jest/globals'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { mockClient } from 'aws-sdk-client-mock'
import fc from 'fast-check'
import { budgetReached } from '../../events'
import { eventBridgeBus } from '../../shared/bus'
import { canonical } from '../../shared/canonical'

const client = mockClient(EventBridgeClient)
const publish = eventBridgeBus(new EventBridgeClient({ region: 'eu-west-1' }), 'bellwether-test', 'collector')
const detail = { cap: 'caps.posts.perDay', limit: 9, period: '2026-06-02', service: 'collector' }
const entries = () => client.calls().map(({ args }) => (args[0].input as { Entries: { Detail: string }[] }).Entries[0]!)

beforeEach(() => {
  client.reset()
  client.on(PutEventsCommand).resolves({ Entries: [{ EventId: 'e' }] })
})

describe('publishing an event', () => {
  it('sets bus, source, type and version', async () => {
    await publish(budgetReached, detail)

    expect(entries()[0]).toMatchObject({
      EventBusName: 'bellwether-test',
      Source: 'bellwether.collector',
      DetailType: 'BudgetReached',
    })
    expect(JSON.parse(entries()[0]!.Detail)).toEqual({
      version: 1,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      ...detail,
    })
  })

  it("derives the event's id from its content, whatever the order of its fields", async () => {
    await publish(budgetReached, detail)
    await publish(budgetReached, { service: 'collector', period: '2026-06-02', limit: 9, cap: 'caps.posts.perDay' })
    await publish(budgetReached, { ...detail, limit: 10 })
    const [one, same, other] = entries().map(({ Detail }) => (JSON.parse(Detail) as { id: string }).id)

    expect(same).toBe(one)
    expect(other).not.toBe(one)
  })

  it('refuses an event that does not match the catalogue', async () => {
    await expect(publish(budgetReached, { ...detail, limit: Number.NaN })).rejects.toThrow(/limit/)
    expect(client.calls()).toEqual([])
  })
})

describe('a PutEvents response of 200 that dropped the event', () => {
  it.each(['ThrottlingException', 'InternalFailure'])('is retried for %s', async (ErrorCode) => {
    client
      .on(PutEventsCommand)
      .resolvesOnce({ FailedEntryCount: 1, Entries: [{ ErrorCode }] })
      .resolves({ Entries: [{ EventId: 'e' }] })
    await publish(budgetReached, detail)

    expect(client.calls()).toHaveLength(2)
  })

  it('becomes an error after three attempts, or at once when a retry is pointless', async () => {
    client.on(PutEventsCommand).resolves({ Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow' }] })
    await expect(publish(budgetReached, detail)).rejects.toThrow(
      'EVENT_REJECTED: BudgetReached: ThrottlingException slow',
    )
    expect(client.calls()).toHaveLength(3)

    client.on(PutEventsCommand).resolves({ Entries: [{ ErrorCode: 'NotAuthorizedForSourceException' }] })
    await expect(publish(budgetReached, detail)).rejects.toThrow('EVENT_REJECTED')
    expect(client.calls()).toHaveLength(4)
  })
})

it('serialises equal values to equal texts', () => {
  const shuffled = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shuffled)
      : value && typeof value === 'object'
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, shuffled(inner)]),
          )
        : value

  fc.assert(fc.property(fc.jsonValue(), (value) => canonical(shuffled(value)) === canonical(value)))
})
