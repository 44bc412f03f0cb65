import type { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { BellwetherError } from '../../shared/errors'

/** What the classifier says of a post: one row of `predictions/…/run=<run>.csv`. */
export interface Prediction {
  post: string
  label: string
  /** As the model gives it; to six digits. */
  probability: number
  /** The training job of the model. */
  model: string
}

const HEADER = 'post_id,label,probability,model\r\n'
const row = z.tuple([z.string().min(1), z.string(), z.coerce.number().min(0).max(1), z.string().min(1)])

/** RFC 4180 with a header, chunk for chunk; the same predictions give the same bytes. */
export async function* predictionsToCsv(batches: AsyncIterable<readonly Prediction[]>): AsyncIterable<string> {
  yield HEADER
  for await (const batch of batches) {
    yield stringify(
      batch.map(({ post, label, probability, model }) => [post, label, probability.toFixed(6), model]),
      { record_delimiter: '\r\n' },
    )
  }
}

/** The predictions of a file, one by one. OBJECT_INVALID names the file and the row that is not a prediction. */
export async function* predictionsFromCsv(csv: Readable, where: string): AsyncIterable<Prediction> {
  const parser = parse({ from: 2, relax_column_count: true })
  csv.on('error', (error) => parser.destroy(error)).pipe(parser)
  let number = 1
  try {
    for await (const fields of parser) {
      number++
      const [post, label, probability, model] = row.parse(fields)
      yield { post, label, probability, model }
    }
  } catch (cause) {
    if (!(cause instanceof CsvError) && !(cause instanceof z.ZodError)) throw cause
    throw new BellwetherError('OBJECT_INVALID', `${where}: no prediction after row ${number}`, { cause })
  } finally {
    csv.destroy()
  }
}
