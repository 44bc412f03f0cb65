import { KINDS } from './kinds'
import type { Resource } from './stack'

/** Makes a resource of one type, or does again what was made before a restart. */
export type Create = (resource: Resource) => void | Promise<void>

/** What makes each resource type; `KINDS` says why the others need nothing. */
export type Creators = Record<string, Create>

/** Make the resources in the order of `KINDS`; those of one type together. A failure names its resource. */
export async function createResources(resources: readonly Resource[], creators: Creators): Promise<void> {
  const nobodys = Object.keys(KINDS).filter((type) => KINDS[type]?.inert === undefined && !creators[type])
  if (nobodys.length > 0) throw new Error(`nothing makes ${nobodys.join(', ')}`)
  const types = [...new Set(resources.map(({ type }) => type))]
  for (const type of types) {
    const create = creators[type]
    if (!create) continue
    await Promise.all(resources.filter((resource) => resource.type === type).map((resource) => named(create, resource)))
  }
}

async function named(create: Create, resource: Resource): Promise<void> {
  try {
    await create(resource)
  } catch (cause) {
    throw new Error(
      `${resource.logicalId} (${resource.type}): ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}
