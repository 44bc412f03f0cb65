import type { Key } from './keys'

/** An object as a listing tells of it. */
export interface Listed {
  key: string
  modified: Date
}

/** Of what is listed and has a key of this kind, the one that was put last, with the parts of its key; of equals the last. */
export async function latestOf<P extends string>(
  listed: Iterable<Listed> | AsyncIterable<Listed>,
  kind: Key<P>,
): Promise<(Listed & { parts: NonNullable<ReturnType<Key<P>['match']>> }) | undefined> {
  let latest: Awaited<ReturnType<typeof latestOf<P>>>
  for await (const { key, modified } of listed) {
    const parts = kind.match(key)
    if (parts && (!latest || modified >= latest.modified)) latest = { key, modified, parts }
  }
  return latest
}
