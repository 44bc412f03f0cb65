import { ownEntry } from '../by-name'
import { jsonOrNothing } from '../json'
import { type SettledLine, settledLine } from '../records'
import { shownText, tokenise } from '../text'
import type { Rules } from './rules'

export type LineReason = 'not-json' | 'invalid' | 'other-schema-version' | 'unknown-class' | 'no-text'

/** Why a line of a manifest is refused, and which field is the cause. */
export interface LineRefusal {
  reason: LineReason
  field: string
  found?: string
}

/**
 * Read a line of a settled manifest, or say why it is refused. A label of an earlier schema version that the rules map
 * is read as the category it counts as.
 */
export function readSettled(text: string, { schemaVersion, categories, from }: Rules): SettledLine | LineRefusal {
  const value = jsonOrNothing(text)
  if (value === undefined) return { reason: 'not-json', field: '' }
  const parsed = settledLine.safeParse(value)
  if (!parsed.success) return invalid(parsed.error.issues[0]?.path ?? [], value)
  const settled = parsed.data

  const metadata = settled['label-metadata']
  if (!/^[\x21-\x7e]{1,200}$/.test(settled.item)) return invalid(['item'], value)
  if (!/^[\x20-\x7e]{10,60}$/.test(metadata['creation-date']) || !isDay(metadata['creation-date'].slice(0, 10))) {
    return invalid(['label-metadata', 'creation-date'], value)
  }
  if (metadata.neither) {
    const isOfNow = metadata['schema-version'] === schemaVersion
    return isOfNow ? settled : otherVersion(metadata['schema-version'])
  }
  const counted = categoryOf(metadata['class-name'], metadata['schema-version'], { schemaVersion, categories, from })
  if (typeof counted !== 'string') return counted
  if (!settled['text-expired'] && !hasTokens(settled.source)) return { reason: 'no-text', field: 'source' }
  if (metadata['schema-version'] === schemaVersion) return settled
  // The model that gave the scores knew the categories of the earlier version.
  const { scores: _, ...rest } = settled
  return { ...rest, label: categories.indexOf(counted), 'label-metadata': { ...metadata, 'class-name': counted } }
}

function categoryOf(name: string, version: number, rules: Rules): string | LineRefusal {
  const counted = countsAs(rules, version, name)
  if (counted !== undefined) return counted
  if (version !== rules.schemaVersion) return otherVersion(version)
  return { reason: 'unknown-class', field: 'label-metadata.class-name', found: shorten(name) }
}

const otherVersion = (version: number): LineRefusal => ({
  reason: 'other-schema-version',
  field: 'label-metadata.schema-version',
  found: String(version),
})

/** The category that a label of a schema version counts as, if any. */
export function countsAs(
  { schemaVersion, categories, from }: Rules,
  version: number,
  name: string,
): string | undefined {
  const mapped = version === schemaVersion ? name : ownEntry(ownEntry(from, String(version)), name)
  return mapped !== undefined && categories.includes(mapped) ? mapped : undefined
}

/** An ASCII letter or digit is a token or part of one; only a text without any has to be tokenised to find out. */
function hasTokens(source: string): boolean {
  const shown = shownText(source)
  return /[a-z0-9]/i.test(shown) || tokenise(shown).length > 0
}

const isDay = (text: string): boolean => settledLine.shape.date.safeParse(text).success

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function invalid(path: readonly PropertyKey[], value: unknown): LineRefusal {
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
