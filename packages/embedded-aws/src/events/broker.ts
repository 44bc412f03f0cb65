import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Delivery } from '../delivery'
import { AwsError } from '../protocol/aws-error'
import type { BusEvent, CloudContext } from '../service'
import { type Archive, openArchive } from './archive'
import { inputFor } from './input'
import { type Matcher, matcherOf } from './matches'
import { target, type RuleTarget } from './target'

const ruleDefinition = z.object({
  name: z.string(),
  bus: z.string(),
  /** JSON text. */
  pattern: z.string(),
  state: z.enum(['ENABLED', 'DISABLED']),
  description: z.string().optional(),
  targets: z.array(target),
})
export type RuleDefinition = z.infer<typeof ruleDefinition>

/** An existing rule. */
export interface Rule extends RuleDefinition {
  arn: string
  fits: Matcher
}

const kept = z.object({ buses: z.array(z.string()), rules: z.array(ruleDefinition) })

interface ArchiveDefinition {
  name: string
  bus: string
  /** JSON text; without it every event matches. */
  pattern?: string
  /** 0 means unlimited. */
  retentionDays: number
}

/** Buses with their rules and archives. */
export interface Broker {
  context: CloudContext
  buses(): string[]
  /** The name in a name or an ARN. Raises ResourceNotFoundException (400). */
  busNamed(nameOrArn: string | undefined): string
  busArn(name: string): string
  /** `keep` stores it: for buses that no template recreates at each start. */
  addBus(name: string, keep: boolean): void
  removeBus(name: string): void
  rules(bus: string): Rule[]
  /** Raises ResourceNotFoundException (400). */
  rule(bus: string, name: string): Rule
  ruleArn(bus: string, name: string): string
  putRule(definition: RuleDefinition, keep: boolean): Rule
  removeRule(bus: string, name: string): void
  archives: ReadonlyMap<string, Archive>
  addArchive(definition: ArchiveDefinition): Archive
  /** Archive the event and send it to the targets of every matching rule. */
  publish(bus: string, event: BusEvent): void
  /** Send an archived event to these rules, or to all. */
  replay(bus: string, event: BusEvent, replayName: string, ruleArns: readonly string[]): void
}

const DEFAULT_RETRIES = 185
const DEFAULT_AGE_SECONDS = 86_400

/** Called with every event that is put on a bus. */
export type Listen = (bus: string, event: BusEvent) => void

/** `deliver` sends a payload to its target, with retries and a dead-letter queue. */
export function createBroker(context: CloudContext, deliver: (delivery: Delivery) => void, listen?: Listen): Broker {
  const root = path.join(context.dataDir, 'events')
  mkdirSync(root, { recursive: true })
  const file = path.join(root, 'made-by-request.json')
  const arn = `arn:aws:events:${context.region}:${context.account}`
  const buses = new Set(['default'])
  const rules = new Map<string, Rule>()
  const archives = new Map<string, Archive>()
  const asked = readKept(file)

  const busArn = (name: string) => `${arn}:event-bus/${name}`
  const ruleArn = (bus: string, name: string) =>
    bus === 'default' ? `${arn}:rule/${name}` : `${arn}:rule/${bus}/${name}`
  const rulesOf = (bus: string) => [...rules.values()].filter((rule) => rule.bus === bus)
  const keepAsked = () => {
    writeFileSync(`${file}.new`, JSON.stringify({ buses: [...asked.buses], rules: [...asked.rules.values()] }))
    renameSync(`${file}.new`, file)
  }
  const putRule = (definition: RuleDefinition): Rule => {
    const made = {
      ...definition,
      arn: ruleArn(definition.bus, definition.name),
      fits: matcherOf(readPattern(definition.pattern)),
    }
    rules.set(made.arn, made)
    return made
  }
  const hand = (rule: Rule, event: BusEvent, one: RuleTarget): void =>
    deliver({
      from: { principal: 'events.amazonaws.com', arn: rule.arn },
      target: one.Arn,
      payload: inputFor(one, event, rule),
      retries: one.RetryPolicy?.MaximumRetryAttempts ?? DEFAULT_RETRIES,
      maximumAgeMs: (one.RetryPolicy?.MaximumEventAgeInSeconds ?? DEFAULT_AGE_SECONDS) * 1000,
      ...(one.RoleArn !== undefined && { role: one.RoleArn }),
      ...(one.DeadLetterConfig && { deadLetterQueue: one.DeadLetterConfig.Arn }),
    })
  const handToAll = (wanted: readonly Rule[], event: BusEvent): void => {
    for (const rule of wanted) {
      if (rule.state !== 'ENABLED' || !rule.fits(event)) continue
      for (const one of rule.targets) hand(rule, event, one)
    }
  }

  for (const name of asked.buses) buses.add(name)
  for (const definition of asked.rules.values()) putRule(definition)

  return {
    context,
    buses: () => [...buses],
    busNamed(nameOrArn = 'default') {
      const name = nameOrArn.split('/').at(-1) ?? ''
      if (!buses.has(name)) throw new AwsError(400, 'ResourceNotFoundException', `Event bus ${name} does not exist.`)
      return name
    },
    busArn,
    addBus(name, keep) {
      buses.add(name)
      if (!keep) return
      asked.buses.add(name)
      keepAsked()
    },
    removeBus(name) {
      buses.delete(name)
      asked.buses.delete(name)
      keepAsked()
    },
    rules: rulesOf,
    rule(bus, name) {
      const found = rules.get(ruleArn(bus, name))
      if (!found)
        throw new AwsError(400, 'ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`)
      return found
    },
    ruleArn,
    putRule(definition, keep) {
      const made = putRule(definition)
      if (keep) {
        asked.rules.set(`${definition.bus}/${definition.name}`, definition)
        keepAsked()
      }
      return made
    },
    removeRule(bus, name) {
      rules.delete(ruleArn(bus, name))
      asked.rules.delete(`${bus}/${name}`)
      keepAsked()
    },
    archives,
    addArchive({ pattern, ...definition }) {
      const about = { ...definition, arn: `${arn}:archive/${definition.name}`, createdAt: context.clock.now() }
      const matcher = pattern === undefined ? {} : { matcher: matcherOf(readPattern(pattern)) }
      const archive = openArchive(path.join(root, 'archives'), { ...about, ...matcher }, () => context.clock.now())
      archives.set(definition.name, archive)
      return archive
    },
    publish(bus, event) {
      listen?.(bus, event)
      for (const archive of archives.values()) if (archive.bus === bus) archive.add(event)
      handToAll(rulesOf(bus), event)
    },
    replay(bus, event, replayName, ruleArns) {
      const wanted = rulesOf(bus).filter((rule) => ruleArns.length === 0 || ruleArns.includes(rule.arn))
      handToAll(wanted, Object.assign({}, event, { 'replay-name': replayName }))
    },
  }
}

/** A complete event: fields that the caller may omit are filled in. */
export function newEvent(
  { account, region, clock }: CloudContext,
  given: Pick<BusEvent, 'source' | 'detail-type' | 'resources' | 'detail'> & { time?: string },
): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': given['detail-type'],
    source: given.source,
    account,
    time: given.time ?? toSeconds(clock.now()),
    region,
    resources: given.resources,
    detail: given.detail,
  }
}

/** ISO 8601 without milliseconds, as events carry time. */
export const toSeconds = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')

/** Raises InvalidEventPatternException (400). */
export function readPattern(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AwsError(400, 'InvalidEventPatternException', 'Event pattern is not valid. Reason: it is not JSON')
  }
}

function readKept(file: string): { buses: Set<string>; rules: Map<string, RuleDefinition> } {
  const { buses, rules } = existsSync(file)
    ? kept.parse(JSON.parse(readFileSync(file, 'utf8')))
    : { buses: [], rules: [] }
  return { buses: new Set(buses), rules: new Map(rules.map((rule) => [`${rule.bus}/${rule.name}`, rule])) }
}
