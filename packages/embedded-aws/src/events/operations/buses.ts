import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import type { Broker } from '../broker'

const created = z.strictObject({
  Name: z.string().regex(/^[A-Za-z0-9._-]{1,256}$/),
  Description: z.string().optional(),
})
const named = z.strictObject({ Name: z.string().optional() })
const listed = z.strictObject({ NamePrefix: z.string().optional() })

export const createEventBus = (broker: Broker) =>
  jsonOperation({
    input: created,
    access: ({ Name }) => [{ action: 'events:CreateEventBus', resource: broker.busArn(Name) }],
    run({ Name }) {
      if (broker.buses().includes(Name)) {
        throw new AwsError(400, 'ResourceAlreadyExistsException', `Event bus ${Name} already exists.`)
      }
      broker.addBus(Name, true)
      return { EventBusArn: broker.busArn(Name) }
    },
  })

export const describeEventBus = (broker: Broker) =>
  jsonOperation({
    input: named,
    access: ({ Name = 'default' }) => [{ action: 'events:DescribeEventBus', resource: broker.busArn(Name) }],
    run({ Name }) {
      const bus = broker.busNamed(Name)
      return { Name: bus, Arn: broker.busArn(bus) }
    },
  })

export const deleteEventBus = (broker: Broker) =>
  jsonOperation({
    input: named.required(),
    access: ({ Name }) => [{ action: 'events:DeleteEventBus', resource: broker.busArn(Name) }],
    run({ Name }) {
      if (Name === 'default') throw new AwsError(400, 'ValidationException', 'Cannot delete event bus default.')
      if (broker.rules(Name).length > 0) {
        throw new AwsError(400, 'ValidationException', `Cannot delete event bus ${Name}: it still has rules.`)
      }
      broker.removeBus(Name)
    },
  })

export const listEventBuses = (broker: Broker) =>
  jsonOperation({
    input: listed,
    access: () => [{ action: 'events:ListEventBuses', resource: '*' }],
    run({ NamePrefix = '' }) {
      const names = broker.buses().filter((name) => name.startsWith(NamePrefix))
      return { EventBuses: names.map((Name) => ({ Name, Arn: broker.busArn(Name) })) }
    },
  })
