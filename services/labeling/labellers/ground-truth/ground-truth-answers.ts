import { z } from 'zod'
import { ATTRIBUTE } from './ground-truth-request'
import type { Answers, Judgement } from '../labeller'

const METADATA = `${ATTRIBUTE}-metadata`

/** A labelled line. Real files have the class index as a number, AWS's own samples as a string. */
const outputLine = z.looseObject({
  item: z.string().optional(),
  source: z.string().optional(),
  [ATTRIBUTE]: z.union([z.int(), z.string().regex(/^\d+$/)]).optional(),
  [METADATA]: z
    .looseObject({
      'class-name': z.string().optional(),
      confidence: z.number().min(0).max(1).optional(),
      'creation-date': z.string().optional(),
      'failure-reason': z.string().optional(),
    })
    .optional(),
})

/** The result of one line of a job's output manifest. */
type OutputLine = Answers['consolidated'][number] | Answers['refused'][number]

/**
 * Read a line of the augmented manifest. It counts as labelled only if it has the attribute, a class name that is the
 * category at its index, and no failure.
 */
export function readOutputLine(text: string, items: ReadonlySet<string>, categories: readonly string[]): OutputLine {
  const refuse = (item: string | null, reason: string, found: string) => ({ item, reason, found: found.slice(0, 200) })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse(null, 'not-json', text)
  }
  const parsed = outputLine.safeParse(value)
  if (!parsed.success) return refuse(null, 'invalid', z.prettifyError(parsed.error))
  const { item, source, [ATTRIBUTE]: index, [METADATA]: metadata } = parsed.data
  if (item === undefined || !items.has(item)) return refuse(null, 'not-asked', item ?? text)
  if (source === undefined) return refuse(item, 'source-missing', text)
  const failure = metadata?.['failure-reason']
  if (failure !== undefined) return refuse(item, 'failed', failure)
  const label = metadata?.['class-name']
  if (index === undefined || label === undefined) return refuse(item, 'unlabeled', '')
  const at = categories.indexOf(label)
  if (at === -1) return refuse(item, 'unknown-class', label)
  if (at !== Number(index))
    return refuse(
      item,
      'class-mismatch',
      `class name ${label} at index ${index}: categories.json has ${categories[Number(index)]} there`,
    )
  return { item, label, confidence: metadata?.confidence ?? 0, at: metadata?.['creation-date'] ?? '' }
}

/** A file under `annotations/worker-response/<iteration>/<object index>/`. */
const workerResponse = z.looseObject({ answers: z.array(z.unknown()) })
const workerAnswer = z.looseObject({
  workerId: z.string(),
  submissionTime: z.string(),
  // A worker may submit a task without a choice.
  answerContent: z.looseObject({ 'crowd-classifier': z.looseObject({ label: z.string().min(1) }) }),
})

/** The line of the input manifest that a response is about, by its key; from 0. */
export function objectIndex(key: string): number | undefined {
  const found = /\/worker-response\/[^/]+\/(\d+)\/[^/]+\.json$/.exec(key)
  return found ? Number(found[1]) : undefined
}

/**
 * What the workers said of an item, once each: of two responses of one worker the later one. An unusable answer is
 * refused and affects no other.
 */
export function readResponses(
  item: string,
  files: readonly string[],
): { judgements: Judgement[]; refused: Answers['refused'] } {
  const judgements = new Map<string, Judgement>()
  const refused: Answers['refused'] = []
  for (const text of files) {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      value = undefined
    }
    const parsed = workerResponse.safeParse(value)
    if (!parsed.success) {
      refused.push({ item, reason: 'response-invalid', found: text.slice(0, 200) })
      continue
    }
    for (const given of parsed.data.answers) {
      const answer = workerAnswer.safeParse(given)
      if (!answer.success) {
        refused.push({ item, reason: 'response-invalid', found: JSON.stringify(given).slice(0, 200) })
        continue
      }
      const { workerId, submissionTime: at, answerContent } = answer.data
      const before = judgements.get(workerId)
      if (before && before.at >= at) continue
      judgements.set(workerId, {
        item,
        annotator: workerId,
        said: { label: answerContent['crowd-classifier'].label },
        at,
      })
    }
  }
  return { judgements: [...judgements.values()], refused }
}
