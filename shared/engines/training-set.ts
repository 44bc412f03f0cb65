import { z } from 'zod'
import { BellwetherError } from '../errors'
import type { Objects } from '../objects'
import { parseJson } from '../objects'
import type { DatasetRecord } from '../records'
import { shownText } from '../text'
import type { Example, TrainingSet } from './engine'

/** A line of `datasets/<id>/train/posts.jsonl` and `validation/posts.jsonl`: what an engine learns from. */
export const exampleLine = z.object({
  item: z.string(),
  shown: z.string().describe('The text that annotators read.'),
  label: z.string(),
  inclusionProbability: z.number().min(0).max(1).nullable(),
})
export type ExampleLine = z.infer<typeof exampleLine>

/**
 * The labelled messages of a dataset, in order. TRAINING_REFUSED where it has only tokens, as those of text version 1:
 * the next labels make a new one.
 */
export async function readTrainingSet(
  objects: Pick<Objects, 'read'>,
  { datasetId, examples }: Pick<DatasetRecord, 'datasetId' | 'examples'>,
): Promise<TrainingSet> {
  if (!examples)
    throw new BellwetherError(
      'TRAINING_REFUSED',
      `dataset ${datasetId} keeps no texts: an older release made it; make a new one by npx sls invoke -f formatter`,
    )
  const read = async ({ key }: { key: string }): Promise<Example[]> => {
    const stored = await objects.read(key)
    if (!stored) throw new BellwetherError('OBJECT_MISSING', `there is no ${key}`)
    return stored.body
      .toString('utf8')
      .split('\n')
      .flatMap((line, i) => (line === '' ? [] : [parseJson(line, exampleLine, `${key}:${i + 1}`)]))
      .map(({ item, shown, label }) => ({ item, text: shownText(shown), label }))
  }
  const [train, validation] = await Promise.all([read(examples.train), read(examples.validation)])
  return { train, validation }
}
