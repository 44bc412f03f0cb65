import { type SettledLine, settledLine } from './records'
import type { Settings } from './settings'

/** What a line must agree with to count. */
export interface Rules {
  schemaVersion: number
  /** Names of the categories. */
  categories: readonly string[]
  /** Of earlier schema versions: which of their names count as which category. */
  from?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
}

/** What counts by the `labels` of a configuration. */
export const rulesOf = ({ version, categories, from }: Settings['labels']): Rules => ({
  schemaVersion: version,
  categories: categories.map(({ name }) => name),
  from,
})

export type Reason = 'not-json' | 'invalid' | 'other-schema-version' | 'unknown-class' | 'no-text' | 'two-roles'

/** Why a line is left out, and by which field. */
export interface Refusal {
  reason: Reason
  field: string
  found?: string
}

/**
 * Read a line of a settled manifest: what it says, or why it is left out. A label of an earlier schema version that the
 * rules map is read as the category it counts as.
 */
export function readSettled(text: string, { schemaVersion, categories, from }: Rules): SettledLine | Refusal {
  const value = parseJson(text)
  if (value === undefined) return { reason: 'not-json', field: '' }
  // The schema of every line costs more than all the rest; it is asked only about what the quick look does not know.
  const line = looksSettled(value) ? value : settledLine.safeParse(value)
  if ('success' in line && !line.success) return invalid(line.error.issues[0]?.path ?? [], value)
  const settled = 'success' in line ? line.data : line

  const metadata = settled['label-metadata']
  if (!/^[\x21-\x7e]{1,200}$/.test(settled.item)) return invalid(['item'], value)
  if (!/^[\x20-\x7e]{10,60}$/.test(metadata['creation-date']) || !isDay(metadata['creation-date'].slice(0, 10))) {
    return invalid(['label-metadata', 'creation-date'], value)
  }
  if (metadata['schema-version'] !== schemaVersion) {
    const mapped = ownEntry(ownEntry(from, String(metadata['schema-version'])), metadata['class-name'])
    if (mapped !== undefined && categories.includes(mapped)) {
      return {
        ...settled,
        label: categories.indexOf(mapped),
        'label-metadata': { ...metadata, 'class-name': mapped },
      }
    }
    const found = String(metadata['schema-version'])
    return { reason: 'other-schema-version', field: 'label-metadata.schema-version', found }
  }
  if (!categories.includes(metadata['class-name'])) {
    return { reason: 'unknown-class', field: 'label-metadata.class-name', found: shorten(metadata['class-name']) }
  }
  return settled
}

/** An entry of a record whose names come from a file: none is looked up among the properties that every object has. */
export const ownEntry = <T>(object: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined

/** Is this certainly a settled line? What it accepts, the schema accepts; of the rest it says nothing. */
export function looksSettled(value: unknown): value is SettledLine {
  if (!isRecord(value)) return false
  const probability = value['inclusion-probability']
  const { label, size, hashtags } = value
  const metadata = value['label-metadata']
  return (
    typeof value.source === 'string' &&
    typeof value.item === 'string' &&
    typeof value['post-id'] === 'string' &&
    (value.role === 'evaluation' || value.role === 'training') &&
    Array.isArray(hashtags) &&
    hashtags.every(isString) &&
    typeof value.date === 'string' &&
    isDay(value.date) &&
    Number.isSafeInteger(size) &&
    Number(size) > 0 &&
    (probability === null || isFraction(probability)) &&
    Number.isSafeInteger(label) &&
    isRecord(metadata) &&
    typeof metadata['class-name'] === 'string' &&
    isFraction(metadata.confidence) &&
    typeof metadata['human-annotated'] === 'string' &&
    typeof metadata['job-name'] === 'string' &&
    typeof metadata['creation-date'] === 'string' &&
    typeof metadata.type === 'string' &&
    Number.isSafeInteger(metadata['schema-version']) &&
    Array.isArray(metadata.judgements) &&
    metadata.judgements.every(isJudgement)
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isString = (value: unknown): boolean => typeof value === 'string'
const isFraction = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1
const isJudgement = (value: unknown): boolean => isRecord(value) && isString(value.annotator) && isString(value.label)

/** Days that were looked at: a year of manifests holds few different ones. */
const days = new Map<string, boolean>()

function isDay(text: string): boolean {
  const known = days.get(text)
  if (known !== undefined) return known
  const valid = settledLine.shape.date.safeParse(text).success
  if (days.size < 10_000) days.set(text, valid)
  return valid
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function invalid(path: readonly PropertyKey[], value: unknown): Refusal {
  let found: unknown = value
  for (const step of path) found = isRecord(found) ? found[String(step)] : undefined
  const shown = isRecord(found) ? undefined : JSON.stringify(found)
  return {
    reason: 'invalid',
    field: path.join('.'),
    ...(shown === undefined || path.length === 0 ? {} : { found: shorten(shown) }),
  }
}

const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)
