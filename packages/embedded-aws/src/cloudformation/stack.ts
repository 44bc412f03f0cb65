import { KINDS, madeUpName, type Place } from './kinds'
import { createResolver, type Names, type Resolver } from './resolve'
import type { Template } from './template'

/** A resource of the template with its name and its resolved properties. */
export interface Resource {
  logicalId: string
  type: string
  name: string
  /** The value of `Ref`. */
  ref: string
  /** Empty where the type has no attributes. */
  arn: string
  properties: Record<string, unknown>
  /** Logical ids of the resources that CloudFormation creates before it: those that it refers to or depends on, transitively. */
  after: ReadonlySet<string>
}

/** A template resolved for one account and region. */
export interface Stack {
  resources: Resource[]
  outputs: Record<string, unknown>
}

/** Resolve a whole template. Throws for a resource whose type is not in `KINDS`, by name. */
export function resolveStack(template: Template, place: Place): Stack {
  const unknown = Object.entries(template.Resources).filter(([, { Type }]) => !KINDS[Type])
  if (unknown.length > 0) {
    const named = unknown.map(([logicalId, { Type }]) => `${Type} (${logicalId})`).join(', ')
    throw new Error(`the embedded cloud has no ${named}: leave it out of the template that you start locally`)
  }

  const name = (logicalId: string): string => {
    const { nameProperty, lowerCase } = kindOf(template, logicalId)
    const given = nameProperty === undefined ? undefined : rawProperties(template, logicalId)[nameProperty]
    return given === undefined ? madeUpName(place.stackName, logicalId, lowerCase) : String(resolver.value(given))
  }
  /** Resolves only what the names need: a whole resource may refer back to the one that refers to it. */
  const naming = (logicalId: string) => {
    const { EventBusName, GroupName } = rawProperties(template, logicalId)
    return resolver.value({ EventBusName, GroupName }) as Record<string, unknown>
  }
  const attribute = (logicalId: string, attributeName: string) => {
    const made = kindOf(template, logicalId).attributes?.[attributeName]
    if (!made)
      throw new Error(`${template.Resources[logicalId]?.Type} has no attribute ${attributeName} here (${logicalId})`)
    return made(name(logicalId), place, naming(logicalId))
  }
  const ref = (logicalId: string) =>
    kindOf(template, logicalId).ref?.(name(logicalId), place, naming(logicalId)) ?? name(logicalId)
  const resolver: Resolver = createResolver(template, pseudoParameters(place), { ref, attribute })

  const references = new Map<string, Set<string>>()
  /** Resolves a resource's properties and records which resources they refer to. */
  const properties = (logicalId: string) => {
    const referredTo = new Set<string>()
    references.set(logicalId, referredTo)
    const noted = (id: string) => {
      referredTo.add(id)
      return id
    }
    const names: Names = { ref: (id) => ref(noted(id)), attribute: (id, wanted) => attribute(noted(id), wanted) }
    const worker = createResolver(template, pseudoParameters(place), names)
    return worker.value(rawProperties(template, logicalId)) as Record<string, unknown>
  }

  const present = Object.entries(template.Resources).filter(([, { Condition }]) => resolver.holds(Condition))
  const order = Object.keys(KINDS)
  const resources = present
    .map(([logicalId, { Type }]) => ({
      logicalId,
      type: Type,
      name: name(logicalId),
      ref: ref(logicalId),
      arn: KINDS[Type]?.attributes?.Arn ? String(attribute(logicalId, 'Arn')) : '',
      properties: properties(logicalId),
    }))
    .map((resource) => ({ ...resource, after: madeBefore(resource.logicalId, template, references) }))
    .sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type))
  const outputs = Object.entries(template.Outputs)
    .filter(([, { Condition }]) => resolver.holds(Condition))
    .map(([key, { Value }]) => [key, resolver.value(Value)] as const)
  return { resources, outputs: Object.fromEntries(outputs) }
}

/** Transitive dependencies. Contains the resource itself if there is a cycle. */
function madeBefore(
  logicalId: string,
  template: Template,
  references: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (id: string) => {
    for (const next of [template.Resources[id]?.DependsOn ?? [], ...(references.get(id) ?? [])].flat()) {
      if (found.has(next)) continue
      found.add(next)
      visit(next)
    }
  }
  visit(logicalId)
  return found
}

function rawProperties(template: Template, logicalId: string): Record<string, unknown> {
  return template.Resources[logicalId]?.Properties ?? {}
}

function kindOf(template: Template, logicalId: string) {
  return KINDS[template.Resources[logicalId]?.Type ?? ''] ?? {}
}

const pseudoParameters = ({ account, region, stackName }: Place) => ({
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': stackName,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/00000000-0000-0000-0000-000000000000`,
})
