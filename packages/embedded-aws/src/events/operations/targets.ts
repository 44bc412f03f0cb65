import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import type { Access } from '../../service'
import type { Broker } from '../broker'
import { target, type RuleTarget } from '../target'

const put = z.strictObject({
  Rule: z.string(),
  EventBusName: z.string().optional(),
  Targets: z.array(target).min(1).max(100),
})
const removed = z.strictObject({
  Rule: z.string(),
  EventBusName: z.string().optional(),
  Ids: z.array(z.string()),
  Force: z.boolean().optional(),
})
const listed = z.strictObject({ Rule: z.string(), EventBusName: z.string().optional() })

const onRule = (broker: Broker, action: string, rule: string, bus = 'default'): Access[] => [
  { action: `events:${action}`, resource: broker.ruleArn(bus.split('/').at(-1) ?? '', rule) },
]

export const putTargets = (broker: Broker) =>
  jsonOperation({
    input: put,
    access: ({ Rule, EventBusName }) => onRule(broker, 'PutTargets', Rule, EventBusName),
    run({ Rule, EventBusName, Targets }) {
      const ids = new Set(Targets.map(({ Id }) => Id))
      change(broker, EventBusName, Rule, (before) => [...before.filter(({ Id }) => !ids.has(Id)), ...Targets])
      return { FailedEntryCount: 0, FailedEntries: [] }
    },
  })

export const removeTargets = (broker: Broker) =>
  jsonOperation({
    input: removed,
    access: ({ Rule, EventBusName }) => onRule(broker, 'RemoveTargets', Rule, EventBusName),
    run({ Rule, EventBusName, Ids }) {
      change(broker, EventBusName, Rule, (before) => before.filter(({ Id }) => !Ids.includes(Id)))
      return { FailedEntryCount: 0, FailedEntries: [] }
    },
  })

export const listTargetsByRule = (broker: Broker) =>
  jsonOperation({
    input: listed,
    access: ({ Rule, EventBusName }) => onRule(broker, 'ListTargetsByRule', Rule, EventBusName),
    run: ({ Rule, EventBusName }) => ({ Targets: broker.rule(broker.busNamed(EventBusName), Rule).targets }),
  })

function change(
  broker: Broker,
  bus: string | undefined,
  name: string,
  by: (before: RuleTarget[]) => RuleTarget[],
): void {
  const { arn: _arn, fits: _fits, ...definition } = broker.rule(broker.busNamed(bus), name)
  broker.putRule({ ...definition, targets: by(definition.targets) }, true)
}
