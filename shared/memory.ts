import type { Key } from './keys'
import { type Objects, parseJson } from './objects'
import { BellwetherError } from './errors'

/** The cache of a warm function for objects that never change: the least recently used are evicted first. */
export interface Memory {
  /** The value of this name; `make` is called where it is not cached. `size` is roughly its bytes. */
  of<T>(name: string, size: number | ((value: NonNullable<T>) => number), make: () => Promise<T>): Promise<T>
}

/** A cache of at most so many bytes. A name must always mean one value of one type; undefined is not cached. */
export function makeMemory(mostBytes: number): Memory {
  const kept = new Map<string, { value: unknown; size: number }>()
  let bytes = 0
  const keep = (name: string, value: unknown, size: number) => {
    bytes += size - (kept.get(name)?.size ?? 0)
    kept.delete(name)
    kept.set(name, { value, size })
    for (const [oldest, { size: freed }] of kept) {
      if (bytes <= mostBytes) break
      kept.delete(oldest)
      bytes -= freed
    }
  }
  return {
    of: async <T>(name: string, size: number | ((value: NonNullable<T>) => number), make: () => Promise<T>) => {
      const known = kept.get(name)
      if (known) {
        kept.delete(name)
        kept.set(name, known)
        // As the docstring requires of the caller.
        return known.value as T
      }
      const value = await make()
      if (value !== undefined && value !== null) keep(name, value, typeof size === 'number' ? size : size(value))
      return value
    },
  }
}

/** The bucket, with a cache for objects of these keys: objects that are created and never written again. */
export function remembering<O extends Pick<Objects, 'read' | 'readJson'>>(
  objects: O,
  memory: Memory,
  unchanging: readonly Pick<Key<string>, 'match'>[],
): O {
  const read: Objects['read'] = (key) =>
    unchanging.some((one) => one.match(key))
      ? memory.of(
          `object ${key}`,
          ({ body }) => body.length,
          () => objects.read(key),
        )
      : objects.read(key)
  const readJson: Objects['readJson'] = async (key, schema) => {
    const stored = await read(key)
    if (!stored) throw new BellwetherError('OBJECT_MISSING', `there is no ${key}`)
    return parseJson(stored.body.toString('utf8'), schema, key)
  }
  return { ...objects, read, readJson }
}
