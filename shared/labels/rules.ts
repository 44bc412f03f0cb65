import { createHash } from 'node:crypto'
import { canonical } from '../canonical'
import type { Settings } from '../settings'
import { TEXT_VERSION } from '../text'

/** Which settled lines count, and as which category. */
export interface Rules {
  schemaVersion: number
  /** Names of the categories. */
  categories: readonly string[]
  /** For earlier schema versions: which of their names count as which category. */
  from?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
}

/** The rules that the `labels` of a configuration define. */
export const rulesOf = ({ version, categories, from }: Settings['labels']): Rules => ({
  schemaVersion: version,
  categories: categories.map(({ name }) => name),
  from,
})

/** Raised when a snapshot of the same manifests would have other content, so that existing snapshots are rebuilt. */
const FORMAT = 2

/**
 * A hash of everything besides the manifests that decides the content of a snapshot. The order of the categories does
 * not.
 */
export function fingerprintOf({ schemaVersion, categories, from = {} }: Rules): string {
  const rules = { format: FORMAT, textVersion: TEXT_VERSION, schemaVersion, categories: [...categories].sort(), from }
  return createHash('sha256').update(canonical(rules)).digest('hex').slice(0, 16)
}
