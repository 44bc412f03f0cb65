import { z } from 'zod'
import type { Delivery } from '../delivery'
import { jsonService } from '../protocol/json'
import type { AwsService, BusEvent, CloudContext } from '../service'
import { createBroker, type Listen, newEvent } from './broker'
import { createArchive, describeArchive } from './operations/archives'
import { createEventBus, deleteEventBus, describeEventBus, listEventBuses } from './operations/buses'
import { putEvents } from './operations/put-events'
import { describeReplay, type Replays, startReplay } from './operations/replays'
import { deleteRule, describeRule, listRules, putRule, switchRule, testEventPattern } from './operations/rules'
import { listTargetsByRule, putTargets, removeTargets } from './operations/targets'
import { target } from './target'

export interface Events extends AwsService {
  /** Put a service's own event on the default bus. */
  emit: CloudContext['emit']
  /** Put a whole event on a bus: for rules whose target is a bus. */
  publish(bus: string, event: BusEvent): void
  ensureBus(name: string): void
  /** From CloudFormation's properties of `AWS::Events::Rule`, with the name it is deployed by; answers the ARN. */
  ensureRule(name: string, properties: unknown): string
  /** From CloudFormation's properties of `AWS::Events::Archive`; answers the ARN. */
  ensureArchive(name: string, properties: unknown): string
  ruleArn(bus: string, name: string): string
  busArn(name: string): string
}

const ruleProperties = z.strictObject({
  Name: z.string().optional(),
  Description: z.string().optional(),
  EventBusName: z.string().default('default'),
  EventPattern: z.record(z.string(), z.unknown()),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z.array(target).default([]),
})
const archiveProperties = z.strictObject({
  ArchiveName: z.string().optional(),
  SourceArn: z.string(),
  Description: z.string().optional(),
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  RetentionDays: z.coerce.number().default(0),
})

/** EventBridge: buses, rules, archives and replays. `deliver` sends events to their targets. */
export function createEvents(context: CloudContext, deliver: (delivery: Delivery) => void, listen?: Listen): Events {
  const broker = createBroker(context, deliver, listen)
  const replays: Replays = new Map()
  const service = jsonService({
    name: 'events',
    version: '1.1',
    operations: {
      CreateArchive: createArchive(broker),
      CreateEventBus: createEventBus(broker),
      DeleteEventBus: deleteEventBus(broker),
      DeleteRule: deleteRule(broker),
      DescribeArchive: describeArchive(broker),
      DescribeEventBus: describeEventBus(broker),
      DescribeReplay: describeReplay(broker, replays),
      DescribeRule: describeRule(broker),
      DisableRule: switchRule(broker, 'DISABLED'),
      EnableRule: switchRule(broker, 'ENABLED'),
      ListEventBuses: listEventBuses(broker),
      ListRules: listRules(broker),
      ListTargetsByRule: listTargetsByRule(broker),
      PutEvents: putEvents(broker),
      PutRule: putRule(broker),
      PutTargets: putTargets(broker),
      RemoveTargets: removeTargets(broker),
      StartReplay: startReplay(broker, replays),
      TestEventPattern: testEventPattern(),
    },
  })
  return {
    ...service,
    emit: (event) => broker.publish('default', newEvent(context, event)),
    publish: (bus, event) => broker.publish(broker.busNamed(bus), event),
    ensureBus: (name) => broker.addBus(name, false),
    ensureRule(name, properties) {
      const { EventBusName, EventPattern, State, Targets, Description } = ruleProperties.parse(properties)
      const definition = { name, bus: broker.busNamed(EventBusName), state: State, targets: Targets }
      const described = Description === undefined ? {} : { description: Description }
      return broker.putRule({ ...definition, pattern: JSON.stringify(EventPattern), ...described }, false).arn
    },
    ensureArchive(name, properties) {
      const { SourceArn, EventPattern, RetentionDays } = archiveProperties.parse(properties)
      const pattern = EventPattern === undefined ? {} : { pattern: JSON.stringify(EventPattern) }
      return broker.addArchive({ name, bus: broker.busNamed(SourceArn), retentionDays: RetentionDays, ...pattern }).arn
    },
    ruleArn: broker.ruleArn,
    busArn: broker.busArn,
  }
}
