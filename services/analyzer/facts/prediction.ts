import type { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { BellwetherError } from '../../../shared/errors'

/** The classifier's prediction for a post: one row of `predictions/…/run=<run>.csv`. */
export interface Prediction {
  post: string
  label: string
  /** Calibrated probability of the label, to six digits. */
  probability: number
  /** The training job of the model. */
  model: string
  /** Its message by the exact form of the text; near copies are joined by `cascades/…`. */
  cascade: string
  /** Calibrated probability of each label. */
  probabilities: Readonly<Record<string, number>>
}

const HEADER = 'post_id,label,probability,model,cascade,probabilities\r\n'
const fraction = z.number().min(0).max(1)
const row = z.tuple([
  z.string().min(1),
  z.string(),
  z.coerce.number().min(0).max(1),
  z.string().min(1),
  z.string().regex(/^[0-9a-f]{16}$/),
  z.string(),
])

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

/** The predictions of a file, one by one, for their table. OBJECT_INVALID names the file and the row that is not a prediction. */
export async function* predictionsFromCsv(csv: Readable, where: string): AsyncIterable<Prediction> {
  const parser = parse({ from: 2, relax_column_count: true })
  csv.on('error', (error) => parser.destroy(error)).pipe(parser)
  let number = 1
  try {
    for await (const fields of parser) {
      number++
      const [post, label, probability, model, cascade, json] = row.parse(fields)
      yield { post, label, probability, model, cascade, probabilities: probabilitiesOf(json) }
    }
  } catch (cause) {
    if (!(cause instanceof CsvError) && !(cause instanceof z.ZodError) && !(cause instanceof SyntaxError)) throw cause
    throw new BellwetherError('OBJECT_INVALID', `${where}: no prediction after row ${number}`, { cause })
  } finally {
    csv.destroy()
  }
}

/** Six digits: the precision of the model's 32-bit floats. */
const asJson = (probabilities: Prediction['probabilities']): string =>
  JSON.stringify(probabilities, (_, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(6)) : value))

const probabilitiesRecord = z.record(z.string(), fraction)
const probabilitiesOf = (json: string): Prediction['probabilities'] => probabilitiesRecord.parse(JSON.parse(json))
