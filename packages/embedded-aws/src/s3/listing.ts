import { AwsError } from '../protocol/aws-error'
import { encodeKey } from './encode-key'
import { compareKeys, type SortedKeys } from './sorted-keys'

/** One line of a listing: an item, or the keys of one common prefix rolled up. */
export interface Entry<T> {
  item?: T
  commonPrefix?: string
}

interface Paging {
  prefix: string
  delimiter: string
  maxKeys: number
  /** The listing goes on behind this key; behind all its keys where it is a common prefix. */
  after: string
}

const MAX_KEYS = 1000

/** The parameters that all listings share. Raises InvalidArgument (400). */
export function readPaging(query: URLSearchParams): Omit<Paging, 'after'> {
  const asked = query.get('max-keys') ?? String(MAX_KEYS)
  if (!/^\d+$/.test(asked))
    throw new AwsError(400, 'InvalidArgument', 'Argument max-keys must be an integer between 0 and 2147483647')
  const encoding = query.get('encoding-type')
  if (encoding !== null && encoding !== 'url')
    throw new AwsError(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request')
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: Math.min(Number(asked), MAX_KEYS),
  }
}

/** One page in the order of keys, and where the next one starts, if there is one. A key may have several items or none. */
export function listPage<T>(
  keys: SortedKeys,
  { prefix, delimiter, maxKeys, after }: Paging,
  itemsOf: (key: string) => readonly T[],
): { entries: Entry<T>[]; next?: string } {
  const entries: Entry<T>[] = []
  let last = after
  if (maxKeys === 0) return { entries }
  for (const key of keys.from(compareKeys(after, prefix) > 0 ? after : prefix)) {
    if (!key.startsWith(prefix)) break
    if (key === after || rolledUp(last, key, delimiter, prefix)) continue
    const items = itemsOf(key)
    if (items.length === 0) continue
    if (entries.length + 1 > maxKeys) return { entries, next: last }

    const common = commonPrefix(key, delimiter, prefix)
    if (common === undefined) entries.push(...items.map((item) => ({ item })))
    else entries.push({ commonPrefix: common })
    last = common ?? key
  }
  return { entries }
}

/** How keys are written: form-encoded but for slashes where the request asks for it, since XML cannot hold all of them. */
export const keyEncoder = (query: URLSearchParams): ((key: string) => string) =>
  query.get('encoding-type') === 'url' ? encodeKey : (key) => key

const rolledUp = (last: string, key: string, delimiter: string, prefix: string): boolean =>
  delimiter !== '' && commonPrefix(last, delimiter, prefix) === last && key.startsWith(last)

function commonPrefix(key: string, delimiter: string, prefix: string): string | undefined {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}
