/** Keys in S3's order: by their UTF-8 bytes, which is by code point and not by JavaScript's UTF-16 units. */
export interface SortedKeys {
  add(key: string): void
  remove(key: string): void
  /** Keys that are not less than `from`, in order. */
  from(from: string): Iterable<string>
  size(): number
}

/** An empty sorted set. */
export function createSortedKeys(): SortedKeys {
  const keys: string[] = []
  return {
    add(key) {
      const at = position(keys, key)
      if (keys[at] !== key) keys.splice(at, 0, key)
    },
    remove(key) {
      const at = position(keys, key)
      if (keys[at] === key) keys.splice(at, 1)
    },
    *from(from) {
      for (let at = position(keys, from); at < keys.length; at++) yield keys[at] ?? ''
    },
    size: () => keys.length,
  }
}

/** Negative, zero or positive as `a` comes before, with or after `b` by code point. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const difference = a.charCodeAt(at) - b.charCodeAt(at)
    if (difference !== 0) return rank(a.charCodeAt(at)) - rank(b.charCodeAt(at)) || difference
  }
  return a.length - b.length
}

/** Surrogates encode code points above all others. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)

/** Index of the first key that is not less than `key`. */
function position(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys(keys[middle] ?? '', key) < 0) low = middle + 1
    else high = middle
  }
  return low
}
