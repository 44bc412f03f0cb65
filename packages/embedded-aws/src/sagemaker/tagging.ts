import { notFound, type Tag } from './names'

/** Tags of resources, by ARN. */
export interface Tagging {
  of(arn: string): Tag[]
  /** Add or replace; returns all tags. */
  add(arn: string, tags: readonly Tag[]): Tag[]
}

/** One kind of taggable resource. */
export interface Tagged {
  of(arn: string): Tag[] | undefined
  replace(arn: string, tags: Tag[]): void
}

export function createTagging(kinds: readonly Tagged[]): Tagging {
  const kindOf = (arn: string): [Tagged, Tag[]] => {
    for (const kind of kinds) {
      const tags = kind.of(arn)
      if (tags) return [kind, tags]
    }
    throw notFound(arn)
  }
  return {
    of: (arn) => kindOf(arn)[1],
    add(arn, added) {
      const [kind, before] = kindOf(arn)
      const after = new Map([...before, ...added].map((tag) => [tag.Key, tag]))
      kind.replace(arn, [...after.values()])
      return [...after.values()]
    },
  }
}
