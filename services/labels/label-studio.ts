import { z } from 'zod'
import type { SettledLine } from '../../shared/records'
import { isRecord } from '../../shared/row-file/open'
import { type FileEntry, type Format, type FilePlace, type EntryReason, refused, type RefusedEntry } from './entry'

/** The fields of a task in Label Studio's JSON export that are read. https://labelstud.io/guide/task_format */
const choice = z.looseObject({
  type: z.literal('choices'),
  value: z.looseObject({ choices: z.tuple([z.string()]) }),
  meta: z.looseObject({ annotator: z.unknown().optional() }).optional(),
})
const annotation = z.looseObject({
  result: z.array(z.looseObject({ type: z.string().optional() })).default([]),
  was_cancelled: z.boolean().default(false),
  ground_truth: z.boolean().default(false),
  completed_by: z.union([z.int(), z.looseObject({ email: z.string().optional(), id: z.int().optional() })]).nullish(),
  created_at: z.string().optional(),
  updated_at: z.string().optional(),
})
const task = z.looseObject({
  data: z.record(z.string(), z.unknown()),
  annotations: z.array(z.unknown()).default([]),
  /** The name before Label Studio 1. */
  completions: z.array(z.unknown()).default([]),
})

/** Names of the labelling interface: `<Text name="text" value="$text"/><Choices name="label" toName="text">…`. */
const FROM = 'label'
const TO = 'text'

/**
 * Label Studio's JSON: an array of tasks with their annotations. The annotation marked as ground truth is the label,
 * and the others are judgements; without such a mark the judgements decide. Skipped tasks are ignored.
 */
export const labelStudio: Format = {
  name: 'label-studio',
  extension: 'json',
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

  write: (lines) => `${JSON.stringify(lines.map(taskOf), null, 1)}\n`,
}

/** Whether an object is one of Label Studio's tasks. */
export const isTask = (value: unknown): boolean =>
  isRecord(value) && isRecord(value.data) && ('annotations' in value || 'completions' in value)

/** What a task says. An unusable annotation is left out alone while another one is good. */
export function entriesOfTask(value: unknown, place: FilePlace): (FileEntry | RefusedEntry)[] {
  const parsed = task.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return [refused(place, issue?.path.join('.') ?? '', 'invalid', issue?.message)]
  }
  const { data, annotations, completions } = parsed.data
  const given = [...annotations, ...completions].map(readAnnotation).filter((one) => one !== 'skipped')
  const bad = given.flatMap((one) =>
    'problem' in one ? [refused(place, labelStudio.fields.answer, one.reason, one.problem)] : [],
  )
  const answers = given.flatMap((one) => ('problem' in one ? [] : [one]))
  if (answers.length === 0 && bad.length > 0) return bad
  const truths = answers.filter(({ isTruth }) => isTruth)
  const at = (truths.length > 0 ? truths : answers)
    .flatMap((one) => one.at ?? [])
    .sort()
    .at(-1)
  const entry: FileEntry = {
    place,
    item: data.item,
    text: data.text,
    post: data.id,
    hashtags: data.hashtags,
    date: data.createdAt,
    size: data.size,
    label: truths.at(-1)?.label,
    confidence: data.confidence,
    labelledAt: at ?? data.labelledAt,
    adjudicated: data.adjudicated,
    judgements: answers.flatMap(({ label, who, at: answeredAt, isTruth }) =>
      isTruth ? [] : [{ annotator: who, answer: label, at: answeredAt }],
    ),
  }
  return [...bad, entry]
}

type Read =
  | { label: string; who: unknown; at: string | undefined; isTruth: boolean }
  | { problem: unknown; reason: EntryReason }
  | 'skipped'

function readAnnotation(value: unknown): Read {
  const read = annotation.safeParse(value)
  if (!read.success) return { problem: read.error.issues[0]?.message, reason: 'invalid' }
  const { result, was_cancelled: isSkipped, ground_truth: isTruth, completed_by: by, ...times } = read.data
  if (isSkipped) return 'skipped'
  const chosen = result.filter(({ type }) => type === 'choices')
  if (result.length === 0) return { problem: '', reason: 'unlabelled' }
  const parsed = choice.safeParse(chosen[0])
  // Two fields of choices, or several choices in one: a post can have only one label.
  if (!parsed.success || chosen.length > 1) return { problem: chosen, reason: 'invalid' }
  const { value: said, meta } = parsed.data
  const user = typeof by === 'number' ? by : (by?.email ?? by?.id)
  return {
    label: said.choices[0],
    who: meta?.annotator ?? (user === undefined ? undefined : String(user)),
    at: times.updated_at ?? times.created_at,
    isTruth,
  }
}

function taskOf(line: SettledLine) {
  const metadata = line['label-metadata']
  // Label Studio does not know our annotators, and refuses annotations completed by an unknown user.
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
