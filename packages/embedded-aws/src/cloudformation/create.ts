import { z } from 'zod'
import { KINDS } from './kinds'
import type { Resource } from './stack'

/** Creates a resource of one type. Idempotent: after a restart it finds the existing one. */
export type Create = (resource: Resource) => void | Promise<void>

/** The creator of each resource type; `KINDS` says why the other types have none. */
export type Creators = Record<string, Create>

/** Create the resources in the order of `KINDS`. Resources of one type start together, referenced ones first. A failure names its resource. */
export async function createResources(resources: readonly Resource[], creators: Creators): Promise<void> {
  const nobodys = Object.keys(KINDS).filter((type) => KINDS[type]?.inert === undefined && !creators[type])
  if (nobodys.length > 0) throw new Error(`nothing makes ${nobodys.join(', ')}`)
  const types = [...new Set(resources.map(({ type }) => type))]
  for (const type of types) {
    const create = creators[type]
    if (!create) continue
    const ofType = inOrder(resources.filter((resource) => resource.type === type))
    await Promise.all(ofType.map((resource) => named(create, resource)))
  }
}

/** Sorts resources of a type so that a referenced one comes first, such as the dead-letter queue of a queue. */
function inOrder(resources: readonly Resource[]): Resource[] {
  const needs = (one: Resource, other: Resource) =>
    one !== other && other.arn !== '' && JSON.stringify(one.properties).includes(`"${other.arn}"`)
  const ordered: Resource[] = []
  let left = [...resources]
  while (left.length > 0) {
    const ready = left.filter((one) => !left.some((other) => needs(one, other)))
    // Resources that name each other have no order.
    const next = ready.length > 0 ? ready : left
    ordered.push(...next)
    left = left.filter((one) => !next.includes(one))
  }
  return ordered
}

async function named(create: Create, resource: Resource): Promise<void> {
  try {
    await create(resource)
  } catch (cause) {
    throw new Error(`${resource.logicalId} (${resource.type}): ${reasonOf(cause)}`, { cause })
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof z.ZodError) return `the embedded cloud cannot make it:\n${z.prettifyError(cause)}`
  return cause instanceof Error ? cause.message : String(cause)
}
