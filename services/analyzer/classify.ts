import type { Artefact } from '../../shared/artefact'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { postsFromCsv } from '../../shared/posts'
import type { RunRecord } from '../../shared/records'
import { scaled } from '../../shared/statistics/temperature'
import { tokenise } from '../../shared/text'
import { cascadeId } from '../../shared/text/cascade'
import { type Prediction, predictionsFromCsv, predictionsToCsv } from './prediction'

/** The champion, ready to answer. */
export interface LiveModel {
  job: string
  classifier: Artefact['model']
  /** Divides the logarithms of its probabilities. */
  temperature: number
  /** Version of the labels that it answers with. */
  schemaVersion: number
}

/** What a model says of a text: its label, the probability of it, and that of every label; calibrated. */
export interface Answer {
  label: string
  probability: number
  probabilities: Readonly<Record<string, number>>
}

/** Posts are classified so many at a time: this and a part of an upload is all that is held, however long the run. */
const BATCH = 500

/** What the model says of texts as people wrote them, in their order. */
export function answersOf(
  { classifier, temperature }: Pick<LiveModel, 'classifier' | 'temperature'>,
  texts: readonly string[],
): Answer[] {
  const tokens = texts.map((text) => tokenise(text).join(' '))
  return classifier.rank(tokens, classifier.labels.length).map((ranked) => {
    const calibrated = scaled(
      ranked.map(({ probability }) => probability),
      temperature,
    )
    const byLabel = Object.fromEntries(ranked.map(({ label }, i) => [label, calibrated[i]!]))
    // A ranking has every label, the likeliest first, and a temperature leaves their order.
    return {
      label: ranked[0]!.label,
      probability: calibrated[0]!,
      probabilities: Object.fromEntries(classifier.labels.map((label) => [label, byLabel[label] ?? 0])),
    }
  })
}

/** Classify all posts of a run and write its predictions. */
export async function classify(
  objects: Pick<Objects, 'stream' | 'putStream'>,
  run: RunRecord,
  model: Pick<LiveModel, 'job' | 'classifier' | 'temperature'>,
): Promise<void> {
  await objects.putStream(keys.predictions(run), predictionsToCsv(predict(objects, run, model)))
}

/** Whether the predictions of a run are there, whole, and all of this model's. */
export async function isClassified(
  objects: Pick<Objects, 'stream' | 'exists'>,
  run: RunRecord,
  model: string,
): Promise<boolean> {
  const key = keys.predictions(run)
  if (!(await objects.exists(key))) return false
  let rows = 0
  try {
    for await (const prediction of predictionsFromCsv(await objects.stream(key), key)) {
      if (prediction.model !== model) return false
      rows++
    }
  } catch (error) {
    // A broken file is made anew.
    if (error instanceof BellwetherError && error.code === 'OBJECT_INVALID') return false
    throw error
  }
  return rows === postsOf(run)
}

/** How many posts the pages of a run hold. */
export const postsOf = ({ objects }: RunRecord): number => objects.reduce((sum, { posts }) => sum + posts, 0)

async function* predict(
  objects: Pick<Objects, 'stream'>,
  run: RunRecord,
  model: Pick<LiveModel, 'job' | 'classifier' | 'temperature'>,
): AsyncIterable<Prediction[]> {
  for await (const batch of batched(postsOfPages(objects, run))) {
    const answers = answersOf(
      model,
      batch.map(({ text }) => text),
    )
    yield batch.map(({ id, text }, i) => ({ post: id, model: model.job, cascade: cascadeId(text), ...answers[i]! }))
  }
}

/** The posts of a run, page by page. */
export async function* postsOfPages(objects: Pick<Objects, 'stream'>, run: RunRecord) {
  for (const { key } of run.objects) yield* postsFromCsv(await objects.stream(key))
}

async function* batched<T>(items: AsyncIterable<T>): AsyncIterable<T[]> {
  let batch: T[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
