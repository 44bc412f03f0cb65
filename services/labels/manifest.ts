import { z } from 'zod'
import { TEXT_CLASSIFICATION } from '../../shared/records'
import { isRecord } from '../../shared/row-file/open'
import { type FileEntry, type Format, type FilePlace, refused, type RefusedEntry } from './entry'

const metadata = z.looseObject({
  'class-name': z.string().optional(),
  confidence: z.unknown().optional(),
  'human-annotated': z.string().optional(),
  'creation-date': z.unknown().optional(),
  'failure-reason': z.unknown().optional(),
  'schema-version': z.unknown().optional(),
  adjudicated: z.unknown().optional(),
  judgements: z.array(z.looseObject({ annotator: z.unknown().optional(), label: z.unknown().optional() })).default([]),
})
const SUFFIX = '-metadata'
const OURS = 'label'

/**
 * The augmented manifest of Ground Truth, JSON Lines: `source`, and a label attribute with its metadata. The attribute
 * may have any name; where several classify text, the newest counts.
 */
export const manifest: Format = {
  name: 'manifest',
  extension: 'manifest',
  fields: {
    item: 'item',
    text: 'source',
    post: 'post-id',
    hashtags: 'hashtags',
    date: 'date',
    size: 'size',
    label: `${OURS}${SUFFIX}.class-name`,
    confidence: `${OURS}${SUFFIX}.confidence`,
    labelledAt: `${OURS}${SUFFIX}.creation-date`,
    adjudicated: `${OURS}${SUFFIX}.adjudicated`,
    schemaVersion: `${OURS}${SUFFIX}.schema-version`,
    annotator: `${OURS}${SUFFIX}.judgements.annotator`,
    answer: `${OURS}${SUFFIX}.judgements.label`,
  },

  write: (lines) => lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
}

/** Whether an object is a line of an augmented manifest. */
export const isManifestLine = (value: unknown): boolean =>
  isRecord(value) && Object.keys(value).some((key) => key.endsWith(SUFFIX))

/** The content of a line. */
export function entryOfLine(value: unknown, place: FilePlace): FileEntry | RefusedEntry {
  const text = JSON.stringify(value)
  if (!isRecord(value)) return refused(place, '', 'invalid', text)
  const said = attributeOf(value)
  if (!said) return refused(place, `${OURS}${SUFFIX}`, 'unlabelled', text)
  const { name, about } = said
  if (about['failure-reason'] !== undefined) {
    return refused(place, `${name}${SUFFIX}.failure-reason`, 'failed', about['failure-reason'])
  }
  if (about['human-annotated'] === 'no') {
    return refused(place, `${name}${SUFFIX}.human-annotated`, 'machine-labelled', 'no')
  }
  if (about['class-name'] === undefined || value[name] === undefined) {
    return refused(place, `${name}${SUFFIX}.class-name`, 'unlabelled', text)
  }
  const { source, item, hashtags, date, size, 'post-id': post } = value
  return {
    place,
    item,
    text: source,
    post: post === '' ? undefined : post,
    hashtags,
    date,
    size,
    label: about['class-name'],
    confidence: about.confidence,
    labelledAt: about['creation-date'],
    adjudicated: about.adjudicated,
    schemaVersion: about['schema-version'],
    judgements: about.judgements.map(({ annotator, label }) => ({ annotator, answer: label })),
  }
}

/** The label attribute that counts: the newest one with a label; among equally old ones, ours. */
function attributeOf(line: Record<string, unknown>) {
  const found = Object.entries(line).flatMap(([key, value]) => {
    const about = key.endsWith(SUFFIX) ? metadata.safeParse(value) : undefined
    const name = key.slice(0, -SUFFIX.length)
    return about?.success ? [{ name, about: about.data, at: newest(about.data['creation-date']) }] : []
  })
  const classified = found.filter(({ name, about }) => name === OURS || about.type === TEXT_CLASSIFICATION)
  const candidates = classified.length > 0 ? classified : found
  const labelled = candidates.filter(({ about }) => about['class-name'] !== undefined && !about['failure-reason'])
  const byPeople = labelled.filter(({ about }) => about['human-annotated'] !== 'no')
  const [usable] = [byPeople, labelled, candidates].filter((some) => some.length > 0)
  return usable?.sort((a, b) => b.at - a.at || Number(b.name === OURS) - Number(a.name === OURS))[0]
}

/** When a label was given, in milliseconds since the epoch; a time without a zone is UTC. */
function newest(date: unknown): number {
  const at = typeof date === 'string' ? Date.parse(/Z$|[+-]\d\d:?\d\d$/i.test(date) ? date : `${date}Z`) : NaN
  return Number.isNaN(at) ? -Infinity : at
}
