import { answersOf, type Calibrated } from '../../../shared/answers'
import type { Artefact } from '../../../shared/artefact'
import { keys } from '../../../shared/keys'
import type { Objects } from '../../../shared/objects'
import { postsOfRun } from '../../../shared/posts'
import type { RunRecord } from '../../../shared/records'
import { cascadeId } from '../../../shared/text/cascade'
import { zip } from '../../../shared/zip'
import { type Prediction, predictionsToCsv } from './prediction'

/** The champion, ready to answer. */
export interface Champion extends Calibrated {
  job: string
  classifier: Artefact['model']
}

/** Posts per group: only this and a part of an upload is held in memory, however long the run. */
const BATCH = 500

/** Classify all posts of a run and write its predictions; `passing` sees each of them. */
export async function classify(
  objects: Pick<Objects, 'stream' | 'putStream'>,
  run: RunRecord,
  model: Champion,
  passing: (prediction: Prediction) => void = () => undefined,
): Promise<void> {
  await objects.putStream(keys.predictions(run), predictionsToCsv(predict(objects, run, model, passing)))
}

/** How many posts the pages of a run hold. */
export const postCount = ({ objects }: RunRecord): number => objects.reduce((sum, { posts }) => sum + posts, 0)

async function* predict(
  objects: Pick<Objects, 'stream'>,
  run: RunRecord,
  model: Champion,
  passing: (prediction: Prediction) => void,
): AsyncIterable<Prediction[]> {
  for await (const batch of batched(postsOfRun(objects, run))) {
    const predictions = zip(batch, await answersOf(model, batch)).map(([{ id, text }, answer]) => ({
      post: id,
      model: model.job,
      cascade: cascadeId(text),
      ...answer,
    }))
    predictions.forEach(passing)
    yield predictions
  }
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
