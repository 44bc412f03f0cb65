import { z } from 'zod'
import type { SettledLine } from '../../shared/records'
import { isName, ownEntry } from '../../shared/by-name'
import type { Rules as Counting } from '../../shared/labels'
import { asText, isNothing, isNoText, wrongId } from '../../shared/row-file/cells'
import { readLabel } from '../../shared/row-file/label'
import { shownText } from '../../shared/text'
import { normalised } from '../../shared/text/normalised'

/**
 * Where an entry begins in its file: the line as an editor counts it, or of Label Studio's tasks the number; from 1.
 */
export interface FilePlace {
  line: number
  task?: number
}

/** What a file says of one post, before any check. Undefined where the file does not say. */
export interface FileEntry {
  place: FilePlace
  /** Cascade id, if this stack exported the file. */
  item?: unknown
  text?: unknown
  post?: unknown
  hashtags?: unknown
  date?: unknown
  size?: unknown
  /** The label that counts; without it, the judgements decide. */
  label?: unknown
  confidence?: unknown
  labelledAt?: unknown
  adjudicated?: unknown
  schemaVersion?: unknown
  /** Set where a judgement is in the field of the label. */
  answersIn?: 'label'
  judgements: { annotator?: unknown; answer?: unknown; /** If it has a time of its own. */ at?: unknown }[]
}
type Field = Exclude<keyof FileEntry, 'place' | 'judgements' | 'answersIn'> | 'annotator' | 'answer'

/** An entry that is left out and set aside. */
export type RefusedEntry = FilePlace & { reason: EntryReason; field: string; found: string }
export type EntryReason =
  | 'not-csv'
  | 'not-json'
  | 'invalid'
  | 'no-text'
  | 'unlabelled'
  | 'failed'
  | 'machine-labelled'
  | 'unknown-class'
  | 'other-schema-version'
  | 'annotator'
  | 'rounded-id'
  | 'clock'
  | 'unknown-item'
  | 'two-labels'
  | 'disputed'
  | 'evaluation'
  | 'deleted'

/** A format in which labels are exported and imported. */
export interface Format {
  /** Its name in an export request. */
  name: string
  /** Of an exported file. */
  extension: string
  /** What the format calls the fields of an entry. */
  fields: Record<Field, string>
  write(lines: readonly SettledLine[]): string
}

/** The values that a file may have. */
export interface EntryRules extends Counting {
  now: Date
}

/** An entry that has passed every check. */
export interface CheckedEntry {
  place: FilePlace
  item: string | undefined
  /** Plain text, as in the file: no entities are decoded. */
  text: string | undefined
  post: string | undefined
  hashtags: string[]
  date: string | undefined
  size: number | undefined
  label: string | undefined
  confidence: number | undefined
  /** As a manifest writes it: in UTC, without a zone. */
  labelledAt: string | undefined
  adjudicated: boolean
  judgements: { annotator: string; label: string; at?: string | undefined }[]
  /** What was read differently from the file, in a sentence. */
  notes: string[]
}

/**
 * Names in any script, worker ids of Ground Truth, addresses of Label Studio; no characters that could escape from a
 * path.
 */
const annotator = z
  .string()
  .overwrite((name) => normalised(name, 'NFC'))
  .regex(/^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.@+' ’-]{0,127}$/u)
  .refine(isName)
const hashtags = z.array(
  z
    .string()
    .regex(/^[\p{L}\p{N}_]{1,100}$/u)
    .refine(isName)
    .toLowerCase(),
)
const postId = z.string().regex(/^[\x21-\x7e]{1,200}$/)
const fraction = z.number().min(0).max(1)

/** How far a clock may be ahead, in milliseconds; and the day before which no label was given. */
const AHEAD_MS = 5 * 60_000
const EARLIEST = Date.parse('2000-01-01T00:00:00Z')

/** The result of a check: what an entry says, if it is usable, and what of it is left out. */
interface Outcome {
  checked?: CheckedEntry
  left: RefusedEntry[]
}

/**
 * Check an entry, field by field. The first wrong field refuses the entry; a wrong judgement is left out alone while
 * another one of the entry is good.
 */
export function checkEntry(
  entry: FileEntry,
  { categories, schemaVersion, from, now }: EntryRules,
  names: Format['fields'],
): Outcome {
  const wrong: RefusedEntry[] = []
  const notes: string[] = []
  const refuse = (field: Field, reason: EntryReason, found: unknown, into = wrong) => {
    into.push(refused(entry.place, names[field], reason, found))
    return undefined
  }
  const of = <S extends z.ZodType>(field: Field & keyof FileEntry, schema: S): z.infer<S> | undefined => {
    if (field === 'text' ? entry.text === undefined : isNothing(entry[field])) return undefined
    const parsed = schema.safeParse(entry[field])
    return parsed.success ? parsed.data : refuse(field, 'invalid', entry[field])
  }
  const isOther = entry.schemaVersion !== undefined && entry.schemaVersion !== schemaVersion
  const mapping = isOther ? ownEntry(from, String(entry.schemaVersion)) : undefined
  const category = (field: 'label' | 'answer', value: unknown, into = wrong): string | undefined => {
    if (typeof value === 'object' && value !== null) return refuse(field, 'unknown-class', value, into)
    const { label: read, note } = readLabel(value, mapping ? Object.keys(mapping) : categories)
    if (read === undefined) return refuse(field, 'unlabelled', value, into)
    const name = mapping ? ownEntry(mapping, read) : read
    if (name === undefined || !categories.includes(name)) return refuse(field, 'unknown-class', value, into)
    if (note !== undefined) notes.push(note)
    return name
  }
  const time = (field: 'labelledAt' | 'date', value = entry[field]): string | undefined => {
    if (isNothing(value)) return undefined
    const found = timeOf(value)
    if (found === undefined) return refuse(field, 'invalid', value)
    const ms = Date.parse(`${found}Z`)
    return ms > now.getTime() + AHEAD_MS || ms < EARLIEST ? refuse(field, 'clock', value) : found
  }
  const post = (): string | undefined => {
    if (isNothing(entry.post)) return undefined
    if (wrongId(entry.post) !== undefined) return refuse('post', 'rounded-id', entry.post)
    const parsed = postId.safeParse(asText(entry.post).trim())
    return parsed.success ? parsed.data : refuse('post', 'invalid', entry.post)
  }

  if (isOther && !mapping) {
    refuse('schemaVersion', 'other-schema-version', entry.schemaVersion)
  }
  const bad: RefusedEntry[] = []
  const checked: CheckedEntry = {
    place: entry.place,
    item: of('item', z.string().regex(/^[0-9a-f]{16}$/)),
    text: typeof entry.text === 'string' && isNoText(entry.text) ? undefined : of('text', z.string()),
    post: post(),
    hashtags: of('hashtags', hashtags) ?? [],
    date: time('date')?.slice(0, 10),
    size: of('size', z.int().positive()),
    label: entry.label === undefined ? undefined : category('label', entry.label),
    confidence: of('confidence', fraction),
    labelledAt: time('labelledAt'),
    adjudicated: of('adjudicated', z.boolean()) ?? false,
    judgements: entry.judgements.flatMap(({ annotator: name, answer, at }) => {
      const who = annotator.safeParse(typeof name === 'number' ? String(name) : name)
      if (!who.success) refuse('annotator', 'annotator', name, bad)
      const label = who.success ? category(entry.answersIn ?? 'answer', answer, bad) : undefined
      return who.success && label !== undefined ? [{ annotator: who.data, label, at: time('labelledAt', at) }] : []
    }),
    notes,
  }
  if (checked.text === undefined ? checked.item === undefined : shownText(checked.text) === '') {
    refuse('text', 'no-text', entry.text ?? '')
  }
  if (entry.label === undefined && entry.judgements.length === 0) refuse('label', 'unlabelled', '')
  if (checked.judgements.length === 0) wrong.push(...bad)
  return wrong[0] ? { left: [wrong[0]] } : { checked, left: bad }
}

export function refused(place: FilePlace, field: string, reason: EntryReason, found: unknown): RefusedEntry {
  const shown = typeof found === 'string' ? found : (JSON.stringify(found) ?? '')
  return { ...place, reason, field, found: shown.slice(0, 200) }
}

/** A day or an instant as a manifest writes it; without a zone it is UTC. */
function timeOf(value: unknown): string | undefined {
  const found =
    typeof value === 'string' &&
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/i.exec(value.trim())
  if (!found) return undefined
  const [, day, minute = '00:00', second = ':00', zone = 'Z'] = found
  const plain = `${day}T${minute}${second}`
  const ms = Date.parse(`${plain}${zone.toUpperCase()}`)
  // `Date` reads a day that is not in the calendar as another day.
  if (!Number.isFinite(ms) || !new Date(Date.parse(`${plain}Z`)).toISOString().startsWith(plain.slice(0, 10)))
    return undefined
  return zone.toUpperCase() === 'Z' ? plain : new Date(ms).toISOString().slice(0, -1)
}
