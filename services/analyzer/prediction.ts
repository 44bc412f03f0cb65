import { stringify } from 'csv-stringify/sync'

/** What the classifier says of a post: one row of `predictions/…/run=<run>.csv`. */
export interface Prediction {
  post: string
  label: string
  /** Of the label, calibrated; to six digits. */
  probability: number
  /** The training job of the model. */
  model: string
  /** Its message by the exact form of the text; near copies are joined by `cascades/…`. */
  cascade: string
  /** Calibrated probability of each label. */
  probabilities: Readonly<Record<string, number>>
}

const HEADER = 'post_id,label,probability,model,cascade,probabilities\r\n'

/** RFC 4180 with a header, chunk for chunk; the same predictions give the same bytes. The last column is JSON. */
export async function* predictionsToCsv(batches: AsyncIterable<readonly Prediction[]>): AsyncIterable<string> {
  yield HEADER
  for await (const batch of batches) {
    yield stringify(
      batch.map(({ post, label, probability, model, cascade, probabilities }) => [
        post,
        label,
        probability.toFixed(6),
        model,
        cascade,
        asJson(probabilities),
      ]),
      { record_delimiter: '\r\n' },
    )
  }
}

/** Six digits of each, which is what the model's single precision holds. */
const asJson = (probabilities: Prediction['probabilities']): string =>
  JSON.stringify(probabilities, (_, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(6)) : value))
