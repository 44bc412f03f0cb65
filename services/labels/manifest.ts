import { z } from 'zod'
import { type Entry, type Format, refused, type Refused } from './entry'

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
 * may have any name; where there are several, ours (`label`) counts, or else the first that classifies text.
 */
export const manifest: Format = {
  name: 'manifest',
  extension: 'manifest',
  endings: ['.manifest', '.jsonl'],
  begins: '{',
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

  read: function* (text) {
    // Only \n ends a line: JSON may hold U+2028 raw.
    for (const [i, line] of text.split('\n').entries()) if (line.trim() !== '') yield entryOf(line, i + 1)
  },

  write: (lines) => lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
}

function entryOf(text: string, line: number): Entry | Refused {
  const place = { line }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refused(place, '', 'not-json', text)
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(value)
  if (!parsed.success) return refused(place, '', 'invalid', text)
  const said = attributeOf(parsed.data)
  if (!said) return refused(place, `${OURS}${SUFFIX}`, 'unlabelled', text)
  const { name, about } = said
  if (about['failure-reason'] !== undefined) {
    return refused(place, `${name}${SUFFIX}.failure-reason`, 'failed', about['failure-reason'])
  }
  if (about['human-annotated'] === 'no') {
    return refused(place, `${name}${SUFFIX}.human-annotated`, 'machine-labelled', 'no')
  }
  if (about['class-name'] === undefined || parsed.data[name] === undefined) {
    return refused(place, `${name}${SUFFIX}.class-name`, 'unlabelled', text)
  }
  const { source, item, hashtags, date, size, 'post-id': post } = parsed.data
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

function attributeOf(line: Record<string, unknown>) {
  const found = Object.entries(line).flatMap(([key, value]) => {
    const about = key.endsWith(SUFFIX) ? metadata.safeParse(value) : undefined
    return about?.success ? [{ name: key.slice(0, -SUFFIX.length), about: about.data }] : []
  })
  return (
    found.find(({ name }) => name === OURS) ??
    found.find(({ about }) => about.type === 'groundtruth/text-classification') ??
    found[0]
  )
}
