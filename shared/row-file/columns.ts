/**
 * The fields that a kind of file may have, each with the spellings of its column, best first. Case, `_`, `-` and spaces
 * in a column's name are ignored.
 */
export type Columns<F extends string> = Readonly<Record<F, readonly [string, ...string[]]>>

/** Which of a file's columns hold which fields. */
interface Mapping<F extends string> {
  /** The column of each field, as the file spells it. */
  fields: Partial<Record<F, string>>
  /** Columns without a field, or of a field for which the file has a better spelling. */
  unread: string[]
  /** A name of two columns, where a field would be read from it. */
  twice: string | undefined
}

/** Find the fields among the names of a file's columns. */
export function mapColumns<F extends string>(names: readonly string[], columns: Columns<F>): Mapping<F> {
  const fields: Partial<Record<F, string>> = {}
  let twice: string | undefined
  const bySpelling = new Map<string, string[]>()
  for (const name of names) {
    const bare = bareName(name)
    const same = bySpelling.get(bare)
    if (same) same.push(name)
    else bySpelling.set(bare, [name])
  }
  for (const field of fieldsOf(columns)) {
    const found = columns[field].flatMap((spelling) => bySpelling.get(bareName(spelling)) ?? [])
    if (found[0] === undefined) continue
    fields[field] = found[0]
    if (found[1] !== undefined && bareName(found[1]) === bareName(found[0])) twice ??= found[0]
  }
  const read = new Set<unknown>(Object.values(fields))
  return { fields, unread: names.filter((name) => name !== '' && !read.has(name)), twice }
}

/** A reader of the fields of a row: of several spellings of a column, the best one with a value. */
export function fieldReader<F extends string>(columns: Columns<F>) {
  const places = new Map<string, { field: F; rank: number }>()
  for (const field of fieldsOf(columns)) {
    for (const [rank, spelling] of columns[field].entries()) {
      const plain = bareName(spelling)
      if (!places.has(plain)) places.set(plain, { field, rank })
    }
  }
  return (row: Readonly<Record<string, unknown>>): Partial<Record<F, unknown>> => {
    const values: Partial<Record<F, unknown>> = {}
    const ranks: Partial<Record<F, number>> = {}
    for (const name of Object.keys(row)) {
      const value = row[name]
      const place = places.get(bareName(name))
      if (!place || value === undefined || value === null || value === '') continue
      if (place.rank >= (ranks[place.field] ?? Infinity)) continue
      values[place.field] = value
      ranks[place.field] = place.rank
    }
    return values
  }
}

// The keys of an object literal are the field names in its type.
export const fieldsOf = <F extends string>(columns: Columns<F>): F[] => Object.keys(columns) as F[]

/** The bare names that were asked for last: the names of columns repeat with each row. */
let bareNames = new Map<string, string>()
const MOST_NAMES = 1000

/** A column's name without ignored characters. */
export function bareName(name: string): string {
  const before = bareNames.get(name)
  if (before !== undefined) return before
  const bare = name.toLowerCase().replaceAll(/[\s_-]/g, '')
  // A file whose rows keep having new names must not fill the memory.
  if (bareNames.size >= MOST_NAMES) bareNames = new Map()
  bareNames.set(name, bare)
  return bare
}
