import { createHash } from 'node:crypto'
import { keys } from '../../../shared/keys'
import type { Objects } from '../../../shared/objects'
import type { AnswerRecord, ReportRecord, StretchRecord } from '../../../shared/records'
import { putIfChanged, putRows } from '../../../shared/sql-tables/rows'
import type { SqlRow } from '../../../shared/sql-tables/tables'
import { predictionsFromCsv } from './prediction'
import type { StreamDay } from '../../../shared/streams'

type Place = StreamDay & { stream: string }

/**
 * Write the table of a day's predictions: one object, made from the predictions of all its runs, so that a post of two runs is
 * one row. The lease of the stream keeps writers of a day apart.
 */
export async function writePredictions(
  objects: Pick<Objects, 'stream' | 'putStream' | 'madeOf'>,
  { stream, hashtag, date }: Place,
  predictions: readonly string[],
): Promise<void> {
  if (predictions.length === 0) return
  const key = keys.tableOfPredictions({ stream, hashtag, date })
  const madeOf = createHash('sha256').update(predictions.join('\n')).digest('hex')
  // An invocation that crashed may have left predictions without their table.
  if ((await objects.madeOf(key)) === madeOf) return
  await putRows(objects, key, 'predictions', predictionRows(objects, predictions), madeOf)
}

async function* predictionRows(
  objects: Pick<Objects, 'stream'>,
  predictions: readonly string[],
): AsyncIterable<SqlRow<'predictions'>> {
  const seen = predictions.length > 1 ? new Set<string>() : undefined
  for (const key of predictions) {
    for await (const { post, label, probability, model, cascade, probabilities } of predictionsFromCsv(
      await objects.stream(key),
      key,
    )) {
      if (seen?.has(post)) continue
      seen?.add(post)
      const row = { post_id: post, label, probability, model, message: cascade }
      yield { ...row, probabilities: JSON.stringify(probabilities) }
    }
  }
}

/** Write the table of a report's shares; a category without a share has a row with the reason. */
export async function writeShares(
  objects: Pick<Objects, 'etag' | 'put'>,
  { stream, hashtag, date }: Place,
  report: ReportRecord,
  labels: readonly string[],
): Promise<void> {
  const stretches = [['day', report.day] as const, ['week', report.week] as const]
  const rows = stretches.flatMap(([period, stretch]) => [
    ...shareRows(report, period, stretch, 'posts', stretch.byPosts, labels),
    ...shareRows(report, period, stretch, 'messages', stretch.byMessages, labels),
  ])
  await putIfChanged(objects, keys.tableOfShares({ stream, hashtag, date }), 'shares', rows)
}

const shareRows = (
  report: ReportRecord,
  period: 'day' | 'week',
  { from, posts, messages, collected }: StretchRecord,
  basis: 'posts' | 'messages',
  { state, shares, counting, labels: labelled }: AnswerRecord,
  labels: readonly string[],
): SqlRow<'shares'>[] =>
  labels.map((label) => {
    const { share = null, low = null, high = null } = shares.find((one) => one.label === label) ?? {}
    return {
      period,
      first_day: from,
      basis,
      label,
      state,
      share,
      low,
      high,
      counted: counting.find((one) => one.label === label)?.share ?? null,
      posts,
      messages,
      labels: labelled,
      collected,
      complete: report.complete,
      label_status: report.labels.status,
      model: report.model,
    }
  })
