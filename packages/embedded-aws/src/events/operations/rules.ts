import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import type { Access } from '../../service'
import { type Broker, readPattern } from '../broker'
import { matcherOf } from '../matches'

const put = z.strictObject({
  Name: z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/),
  EventBusName: z.string().optional(),
  EventPattern: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  Description: z.string().optional(),
})
const named = z.strictObject({ Name: z.string(), EventBusName: z.string().optional(), Force: z.boolean().optional() })
const listed = z.strictObject({ NamePrefix: z.string().optional(), EventBusName: z.string().optional() })
const tested = z.strictObject({ EventPattern: z.string(), Event: z.string() })

const onRule = (broker: Broker, action: string, name: string, bus = 'default'): Access[] => [
  { action: `events:${action}`, resource: broker.ruleArn(bus.split('/').at(-1) ?? '', name) },
]

export const putRule = (broker: Broker) =>
  jsonOperation({
    input: put,
    access: ({ Name, EventBusName }) => onRule(broker, 'PutRule', Name, EventBusName),
    run({ Name, EventBusName, EventPattern, State = 'ENABLED', Description }) {
      const bus = broker.busNamed(EventBusName)
      const targets = broker.rules(bus).find(({ name }) => name === Name)?.targets ?? []
      const definition = { name: Name, bus, pattern: EventPattern, state: State, targets }
      return {
        RuleArn: broker.putRule({ ...definition, ...(Description !== undefined && { description: Description }) }, true)
          .arn,
      }
    },
  })

export const describeRule = (broker: Broker) =>
  jsonOperation({
    input: named,
    access: ({ Name, EventBusName }) => onRule(broker, 'DescribeRule', Name, EventBusName),
    run: ({ Name, EventBusName }) => describe(broker, broker.busNamed(EventBusName), Name),
  })

export const listRules = (broker: Broker) =>
  jsonOperation({
    input: listed,
    access: () => onRule(broker, 'ListRules', '*'),
    run({ NamePrefix = '', EventBusName }) {
      const bus = broker.busNamed(EventBusName)
      const names = broker.rules(bus).map(({ name }) => name)
      return { Rules: names.filter((name) => name.startsWith(NamePrefix)).map((name) => describe(broker, bus, name)) }
    },
  })

/** A rule with targets cannot be deleted. */
export const deleteRule = (broker: Broker) =>
  jsonOperation({
    input: named,
    access: ({ Name, EventBusName }) => onRule(broker, 'DeleteRule', Name, EventBusName),
    run({ Name, EventBusName }) {
      const bus = broker.busNamed(EventBusName)
      const rule = broker.rules(bus).find(({ name }) => name === Name)
      if (rule && rule.targets.length > 0) {
        throw new AwsError(400, 'ValidationException', "Rule can't be deleted since it has targets.")
      }
      broker.removeRule(bus, Name)
    },
  })

/** EnableRule and DisableRule. */
export const switchRule = (broker: Broker, state: 'ENABLED' | 'DISABLED') =>
  jsonOperation({
    input: named,
    access: ({ Name, EventBusName }) =>
      onRule(broker, state === 'ENABLED' ? 'EnableRule' : 'DisableRule', Name, EventBusName),
    run({ Name, EventBusName }) {
      const { arn: _arn, fits: _fits, ...definition } = broker.rule(broker.busNamed(EventBusName), Name)
      broker.putRule({ ...definition, state }, true)
    },
  })

export const testEventPattern = () =>
  jsonOperation({
    input: tested,
    access: () => [{ action: 'events:TestEventPattern', resource: '*' }],
    run: ({ EventPattern, Event }) => ({ Result: matcherOf(readPattern(EventPattern))(readPattern(Event)) }),
  })

function describe(broker: Broker, bus: string, name: string): object {
  const { arn, pattern, state, description } = broker.rule(bus, name)
  return {
    Name: name,
    Arn: arn,
    EventPattern: pattern,
    State: state,
    EventBusName: bus,
    ...(description !== undefined && { Description: description }),
  }
}
