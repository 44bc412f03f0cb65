import { z } from 'zod'
import { BellwetherError } from '../../shared/errors'
import type { SettledLine } from '../../shared/records'
import { type Entry, type Format, refused, type Refused } from './entry'

/** As far as it is read of a task in Label Studio's JSON export. https://labelstud.io/guide/task_format */
const choice = z.looseObject({
  type: z.literal('choices'),
  value: z.looseObject({ choices: z.tuple([z.string()]) }),
  meta: z.looseObject({ annotator: z.unknown().optional() }).optional(),
})
const annotation = z.looseObject({
  result: z.array(z.looseObject({ type: z.string() })).default([]),
  was_cancelled: z.boolean().default(false),
  ground_truth: z.boolean().default(false),
  completed_by: z.union([z.int(), z.looseObject({ email: z.string().optional(), id: z.int().optional() })]).nullish(),
  created_at: z.string().optional(),
  updated_at: z.string().optional(),
})
type Annotation = z.infer<typeof annotation>
const task = z.looseObject({
  data: z.record(z.string(), z.unknown()),
  annotations: z.array(annotation).default([]),
})

/** Names of the labelling interface: `<Text name="text" value="$text"/><Choices name="label" toName="text">…`. */
const FROM = 'label'
const TO = 'text'

/**
 * Label Studio's JSON: an array of tasks with their annotations. The one marked as ground truth is the label that
 * counts, and the others are judgements; without such a mark the judgements decide. What was skipped says nothing.
 */
export const labelStudio: Format = {
  name: 'label-studio',
  extension: 'json',
  endings: [],
  begins: '[',
  fields: {
    item: 'data.item',
    text: 'data.text',
    post: 'data.id',
    hashtags: 'data.hashtags',
    date: 'data.createdAt',
    size: 'data.size',
    label: 'annotations.result.value.choices',
    confidence: 'data.confidence',
    labelledAt: 'annotations.updated_at',
    adjudicated: 'data.adjudicated',
    schemaVersion: 'data.schemaVersion',
    annotator: 'annotations.completed_by',
    answer: 'annotations.result.value.choices',
  },

  read: function* (text, file) {
    for (const [i, value] of tasksOf(text, file).entries()) yield entryOf(value, i + 1)
  },

  write: (lines) => `${JSON.stringify(lines.map(taskOf), null, 1)}\n`,
}

function tasksOf(text: string, file: string): unknown[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new BellwetherError('OBJECT_INVALID', `${file} is not JSON: ${String(cause)}`, { cause })
  }
  if (!Array.isArray(value)) throw new BellwetherError('OBJECT_INVALID', `${file} is not an array of tasks`)
  return value
}

function entryOf(value: unknown, number: number): Entry | Refused {
  const place = { task: number }
  const parsed = task.safeParse(value)
  if (!parsed.success) {
    return refused(place, parsed.error.issues[0]?.path.join('.') ?? '', 'invalid', parsed.error.issues[0]?.message)
  }
  const { data, annotations } = parsed.data
  const given = annotations.filter(({ was_cancelled: skipped }) => !skipped).map(readAnnotation)
  const bad = given.find((one) => 'problem' in one)
  if (bad) return refused(place, 'annotations.result.value.choices', 'invalid', bad.problem)
  const answers = given.flatMap((one) => ('problem' in one ? [] : [one]))
  const truths = answers.filter(({ isTruth }) => isTruth)
  const at = (truths.length > 0 ? truths : answers)
    .flatMap((one) => one.at ?? [])
    .sort()
    .at(-1)
  return {
    place,
    item: data.item,
    text: data.text,
    post: typeof data.id === 'number' ? String(data.id) : data.id,
    hashtags: data.hashtags,
    date: data.createdAt,
    size: data.size,
    label: truths.at(-1)?.label,
    confidence: data.confidence,
    labelledAt: at ?? data.labelledAt,
    adjudicated: data.adjudicated,
    judgements: answers.flatMap(({ label, who, isTruth }) => (isTruth ? [] : [{ annotator: who, answer: label }])),
  }
}

type Read = { label: string; who: unknown; at: string | undefined; isTruth: boolean } | { problem: unknown }

function readAnnotation({ result, ground_truth: isTruth, completed_by: by, ...times }: Annotation): Read {
  const chosen = result.filter(({ type }) => type === 'choices')
  const parsed = choice.safeParse(chosen[0])
  // Two fields of choices, or several choices in one: one label for each post.
  if (!parsed.success || chosen.length > 1) return { problem: chosen }
  const { value, meta } = parsed.data
  const user = typeof by === 'number' ? by : (by?.email ?? by?.id)
  return {
    label: value.choices[0],
    who: meta?.annotator ?? (user === undefined ? undefined : String(user)),
    at: times.updated_at ?? times.created_at,
    isTruth,
  }
}

function taskOf(line: SettledLine) {
  const metadata = line['label-metadata']
  // Label Studio knows no annotators of ours, and refuses to import what was completed by a stranger.
  const annotated = (label: string, id: string, annotator?: string) => ({
    result: [
      {
        id: `${line.item}-${id}`,
        from_name: FROM,
        to_name: TO,
        type: 'choices',
        value: { choices: [label] },
        ...(annotator === undefined ? {} : { meta: { annotator } }),
      },
    ],
    was_cancelled: false,
    ground_truth: annotator === undefined,
  })
  return {
    data: {
      text: line.source,
      item: line.item,
      ...(line['post-id'] === '' ? {} : { id: line['post-id'] }),
      hashtags: line.hashtags,
      createdAt: line.date,
      size: line.size,
      role: line.role,
      confidence: metadata.confidence,
      labelledAt: metadata['creation-date'],
      ...(metadata.adjudicated ? { adjudicated: true } : {}),
    },
    annotations: [
      annotated(metadata['class-name'], 'settled'),
      ...metadata.judgements.map(({ annotator, label }, i) => annotated(label, String(i), annotator)),
    ],
  }
}
