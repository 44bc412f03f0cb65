import { bareName } from '../../../shared/row-file/columns'
import { shownText, tokenise } from '../../../shared/text'
import type { Copy, DeletionTargets } from '../targets'

/** Which fields of a document's objects name a post, hold a text, or name a message. */
export interface Fields {
  /**
   * The id of the post itself. An object that has one is matched by it and not by its text, which others may have
   * posted too.
   */
  post?: readonly string[]
  /** The id of the post that it repeats. */
  repeats?: readonly string[]
  author?: readonly string[]
  /** Shown texts, which the copy's shown text replaces. */
  text?: readonly string[]
  /** The line breaks of the shown text, which a copy's text does not have. */
  breaks?: string
  /** The tokens of the shown text. */
  tokens?: string
  item?: string
  /** The object is deleted with its message even where it names no post and holds no text. */
  goesWithItem?: boolean
  /** Judgements of an object that is replaced: their notes are removed, because they are about the deleted post. */
  judgements?: string
  /** Objects of one of these fields stay: they name messages only for counts and probabilities. */
  kept?: readonly string[]
  /** Whether objects are removed although a post remains, because nothing reads them by message. */
  neverReplaced?: boolean
  /** Whether field names match in every spelling, as readers of files match column names. */
  anySpelling?: boolean
}

type Json = Record<string, unknown>

/** What is left of a value; `changed` counts the objects that were removed or replaced. */
export type Cleaned = { value: unknown; changed: number } | { gone: true }

const GONE: Cleaned = { gone: true }

/**
 * A JSON value without what is deleted. An object about a deleted post is replaced by one about a remaining copy, or
 * removed. An array loses removed objects; an object with a removed field is removed itself. What does not change is
 * the same value.
 */
export function clean(value: unknown, fields: Fields, targets: DeletionTargets): Cleaned {
  if (Array.isArray(value)) return cleanArray(value, fields, targets)
  if (isObject(value)) return cleanObject(value, fields, targets)
  return { value, changed: 0 }
}

function cleanArray(values: readonly unknown[], fields: Fields, targets: DeletionTargets): Cleaned {
  let changed = 0
  const left: unknown[] = []
  for (const value of values) {
    const cleaned = clean(value, fields, targets)
    if ('gone' in cleaned) changed++
    else {
      changed += cleaned.changed
      left.push(cleaned.value)
    }
  }
  return { value: changed > 0 ? left : values, changed }
}

function cleanObject(object: Json, fields: Fields, targets: DeletionTargets): Cleaned {
  const own = ownVerdict(object, fields, targets)
  if (own === 'gone') return GONE
  let changed = own ? 1 : 0
  let result = own ? withoutNotes(own, fields) : object
  for (const [name, inner] of Object.entries(result)) {
    if (inner === null || typeof inner !== 'object' || fields.kept?.includes(name)) continue
    const cleaned = clean(inner, fields, targets)
    if ('gone' in cleaned) return GONE
    if (cleaned.changed === 0) continue
    changed += own ? 0 : cleaned.changed
    result = { ...result, [name]: cleaned.value }
  }
  return { value: result, changed }
}

/** The object without the notes of its judgements. */
function withoutNotes(object: Json, { judgements }: Fields): Json {
  const list = judgements === undefined ? undefined : object[judgements]
  if (judgements === undefined || !Array.isArray(list)) return object
  return { ...object, [judgements]: list.map((one: unknown) => (isObject(one) ? withoutNote(one) : one)) }
}

export function withoutNote<T extends object>(judgement: T & { note?: unknown }): Omit<T, 'note'> {
  const { note: _, ...rest } = judgement
  return rest
}

/** What happens to an object by its own fields: removed, replaced, or (undefined) kept. */
function ownVerdict(object: Json, fields: Fields, targets: DeletionTargets): Json | 'gone' | undefined {
  const { post = [], repeats = [], author = [], text = [], item: itemField = 'item' } = fields
  const item = typeof object[itemField] === 'string' ? object[itemField] : undefined
  const found = (names: readonly string[]) => valuesOf(object, names, fields.anySpelling ?? false)
  const idsOf = (names: readonly string[]) => found(names).filter(isId).map(String)
  if (idsOf(author).some(targets.isAuthor)) return 'gone'
  const replaced = (copy: Copy | undefined): Json | 'gone' =>
    copy && !fields.neverReplaced ? withCopy(object, fields, copy) : 'gone'

  const ids = idsOf(post)
  if (ids.some(targets.isPost)) return replaced(item === undefined ? undefined : targets.copyOf(item))
  if (idsOf(repeats).some(targets.isPost)) return 'gone'
  if (ids.length > 0) return undefined
  for (const one of found(text)) {
    const of = typeof one === 'string' && one !== '' ? targets.itemOfText(one) : undefined
    if (of) return replaced(of.copy)
  }
  return fields.goesWithItem && item !== undefined && targets.isGone(item) ? 'gone' : undefined
}

const spellings = new Map<readonly string[], ReadonlySet<string>>()

function valuesOf(object: Json, names: readonly string[], anySpelling: boolean): unknown[] {
  if (!anySpelling) return names.map((name) => object[name])
  const known = spellings.get(names) ?? new Set(names.map(bareName))
  spellings.set(names, known)
  const values: unknown[] = []
  for (const name of Object.keys(object)) if (known.has(bareName(name))) values.push(object[name])
  return values
}

function withCopy(object: Json, { post = [], text = [], breaks, tokens }: Fields, copy: Copy): Json {
  const result = { ...object }
  if (breaks !== undefined) delete result[breaks]
  for (const name of post) if (name in result) result[name] = copy.post
  for (const name of text) if (name in result && name !== tokens) result[name] = copy.shown
  if (tokens !== undefined && tokens in result) result[tokens] = tokenise(shownText(copy.shown)).join(' ')
  return result
}

/** Ids are strings here, and numbers in some files of other programs. */
const isId = (value: unknown): value is string | number =>
  (typeof value === 'string' && value !== '') || typeof value === 'number'

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** Every object within a value, including itself. */
export function* objectsIn(value: unknown): Iterable<Json> {
  if (Array.isArray(value)) for (const inner of value) yield* objectsIn(inner)
  else if (isObject(value)) {
    yield value
    for (const inner of Object.values(value)) yield* objectsIn(inner)
  }
}
