import { z } from 'zod'

/** An object by names that people chose. It has no prototype, so `constructor` is a name like any other. */
export function byName<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  // Object.create is typed as any.
  const made = Object.create(null) as Record<string, T>
  for (const [name, value] of entries) made[name] = value
  return made
}

/** Own-property lookup, so that a name such as `constructor` is not found on the prototype. */
export const ownEntry = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined

/** The record with one more entry, or another value for a name. */
export const withName = <T>(record: Readonly<Record<string, T>>, name: string, value: T): Record<string, T> =>
  byName([...Object.entries(record), [name, value]])

/** A record by names that people chose, in JSON or in a row. */
export const namedRecord = <S extends z.ZodType>(value: S) =>
  z.record(z.string(), value).overwrite((record) => byName(Object.entries(record)))

/** Whether a record can have an entry of this name: readers of JSON drop the field `__proto__`, and what it holds with it. */
export const isName = (name: string): boolean => name !== '__proto__'
