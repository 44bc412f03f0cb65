import { unguarded } from '../../shared/row-file/formula'
import type { FileEntry, Format, FilePlace, RefusedEntry } from './entry'
import { refused } from './entry'
import type { LabelField } from '../../shared/label-file/columns'

type Values = Partial<Record<LabelField, unknown>>

/** The names of an entry's fields in rows: in CSV, and in JSON objects with the same names. */
export const ROW_FIELDS: Format['fields'] = {
  item: 'item',
  text: 'text',
  post: 'id',
  hashtags: 'hashtag',
  date: 'createdAt',
  size: 'size',
  label: 'label',
  confidence: 'confidence',
  labelledAt: 'labelledAt',
  adjudicated: 'adjudicated',
  schemaVersion: 'schemaVersion',
  annotator: 'annotator',
  answer: 'answer',
}

/**
 * What a row says: a judgement where it has `annotator` and no `answer`, or else the label that counts. A row with an
 * `annotation_id` comes from Label Studio's CSV or JSON-MIN, where id and dates are those of the annotation, not of a
 * post.
 */
export function entryOfRow(values: Values, place: FilePlace): FileEntry | RefusedEntry {
  const one = (field: LabelField): unknown => asWritten(values[field])
  const annotator = one('annotator')
  const answer = one('answer')
  const label = oneChoice(one('label'))
  if (typeof label === 'object') return refused(place, 'label', 'invalid', values.label)
  const isJudgement = annotator !== undefined && answer === undefined
  const isAnnotation = one('annotation_id') !== undefined
  return {
    place,
    item: one('item'),
    text: one('text'),
    post: isAnnotation ? undefined : one('id'),
    hashtags: tagsOf(one('hashtag')),
    date: isAnnotation ? undefined : one('createdAt'),
    size: asNumber(one('size')),
    label: isJudgement ? undefined : (label ?? ''),
    confidence: asNumber(one('confidence')),
    labelledAt: one('labelledAt') ?? (isAnnotation ? (one('updated_at') ?? one('createdAt')) : undefined),
    adjudicated: asBoolean(one('adjudicated')),
    ...(isJudgement ? { answersIn: 'label' as const } : {}),
    judgements: isJudgement
      ? [{ annotator, answer: label ?? '' }]
      : annotator === undefined && answer === undefined
        ? []
        : [{ annotator, answer }],
  }
}

/** A cell without space around it and without a spreadsheet's guard character; undefined where it is empty. */
function asWritten(value: unknown): unknown {
  if (value === null) return undefined
  return typeof value === 'string' ? unguarded(value.trim()) || undefined : value
}

/** The single label of a list or of Label Studio's `{"choices":[…]}`; the value itself where it is neither. */
function oneChoice(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const choices: unknown = 'choices' in value ? value.choices : value
  return Array.isArray(choices) && choices.length === 1 && typeof choices[0] === 'string' ? choices[0] : value
}

function tagsOf(value: unknown): unknown {
  const tags = typeof value === 'string' ? value.split(/[\s,;]+/) : value
  return Array.isArray(tags)
    ? tags.map((tag: unknown) => (typeof tag === 'string' ? tag.replace(/^#/, '') : tag))
    : tags
}

const asNumber = (value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(value) ? Number(value) : value

const asBoolean = (value: unknown): unknown =>
  typeof value === 'string' ? ({ true: true, false: false }[value.toLowerCase()] ?? value) : value
