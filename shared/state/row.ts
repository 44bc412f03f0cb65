import type { z } from 'zod'
import type { PartsOf } from '../keys'
import type { Item, ItemKey, Table } from '../table'

/** One row of the table: its key, and how its attributes are read. */
export interface TableRow<T> {
  key: ItemKey
  parse(item: Item): T
}

/** A kind of row. `{part}` in a key pattern is a placeholder for a value. */
export interface RowKind<P extends string = string, S extends z.ZodType = z.ZodType> {
  pk: string
  sk: string
  /** One sentence, for the page that lists the rows. */
  meaning: string
  attributes: S
  key(parts: Record<P, string>): ItemKey
  at(parts: Record<P, string>): TableRow<z.infer<S>>
  parse(item: Item): z.infer<S>
  /** The row with these parts of its key, or undefined. */
  read(table: Pick<Table, 'get'>, parts: Record<P, string>): Promise<z.infer<S> | undefined>
  /** Every row of a kind that has one partition, sorted by its key. */
  all(table: Pick<Table, 'query'>): AsyncIterable<{ parts: Record<P, string>; row: z.infer<S> }>
  /** The parts of a key of this kind. */
  partsOf(key: ItemKey): Record<P, string>
}

export function rowKind<const PK extends string, const SK extends string, S extends z.ZodObject>(kind: {
  pk: PK
  sk: SK
  meaning: string
  attributes: S
}): RowKind<PartsOf<PK> | PartsOf<SK>, S> {
  type Part = PartsOf<PK> | PartsOf<SK>
  const { pk, sk, attributes } = kind
  const matchers = { pk: matcher(pk), sk: matcher(sk) }

  const key = (parts: Record<Part, string>): ItemKey => ({ pk: filled(pk, parts), sk: filled(sk, parts) })
  const parse = (item: Item): z.infer<S> => attributes.parse(item)
  const partsOf = (found: ItemKey) =>
    // The pattern has exactly these parts, which `groups` cannot know.
    ({ ...matchers.pk.exec(found.pk)?.groups, ...matchers.sk.exec(found.sk)?.groups }) as Record<Part, string>

  return {
    ...kind,
    key,
    parse,
    partsOf,
    at: (parts) => ({ key: key(parts), parse }),
    read: async (table, parts) => {
      const item = await table.get(key(parts))
      return item && parse(item)
    },
    all: async function* (table) {
      const [prefix = ''] = sk.split('{')
      for await (const item of table.query(pk, prefix || undefined)) yield { parts: partsOf(item), row: parse(item) }
    },
  }
}

/** Read groups of rows in one request; each group in order, with undefined in the place of a missing row. */
export async function readTogether<G extends Record<string, readonly TableRow<unknown>[]>>(
  table: Pick<Table, 'getMany'>,
  groups: G,
): Promise<{ [N in keyof G]: (ReturnType<G[N][number]['parse']> | undefined)[] }> {
  const keys = Object.values(groups).flatMap((rows) => rows.map(({ key }) => key))
  const found = new Map((await table.getMany(keys)).map((item) => [nameOf(item), item]))
  const read = Object.entries(groups).map(([name, rows]) => {
    const values = rows.map(({ key, parse }) => {
      const item = found.get(nameOf(key))
      return item && parse(item)
    })
    return [name, values]
  })
  // Each group has the parsed type of its own rows, which `fromEntries` cannot know.
  return Object.fromEntries(read) as { [N in keyof G]: (ReturnType<G[N][number]['parse']> | undefined)[] }
}

/** When DynamoDB may delete a row: so many days after an instant, in seconds since the epoch. */
export const expiryOf = (at: Date, days: number): number => Math.ceil(at.getTime() / 1000) + days * 86_400

const nameOf = ({ pk, sk }: ItemKey): string => `${pk}\n${sk}`

const filled = (pattern: string, parts: Record<string, string>): string =>
  pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? '')

const matcher = (pattern: string): RegExp => new RegExp(`^${pattern.replaceAll(/\{(\w+)\}/g, '(?<$1>.+)')}$`, 's')
