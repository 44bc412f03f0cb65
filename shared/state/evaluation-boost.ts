import { z } from 'zod'
import { streamLabel, type StreamName } from '../streams'
import type { Table } from '../table'
import { dayAfter } from '../utc-day'
import { rowKind } from './row'

export const evaluationBoostRow = rowKind({
  pk: 'evaluation',
  sk: 'wish#{stream}',
  meaning: 'A stream whose evaluation sample is larger for some days, because model and labels disagree.',
  attributes: z.object({ through: z.iso.date().describe('The last UTC day whose posts get the larger sample.') }),
})

/** UTC days after a disagreement that get a larger sample: enough labels to tell drift from chance. */
const DAYS = 3

/**
 * Request a larger evaluation sample of a stream in the days after `date`, because the model and the labels disagree in
 * the report of that day. The caps still hold. The latest request wins.
 */
export async function boostEvaluation(table: Pick<Table, 'update'>, name: StreamName, date: string): Promise<void> {
  const through = dayAfter(date, DAYS)
  await table.update(evaluationBoostRow.key({ stream: streamLabel(name) }), {
    set: { through },
    when: 'attribute_not_exists(pk) OR #through < :through',
    values: { through },
  })
}

/** Whether the posts of a stream on this UTC day get a larger evaluation sample, under any of its names. */
export async function isEvaluationBoosted(
  table: Pick<Table, 'get'>,
  names: readonly StreamName[],
  date: string,
): Promise<boolean> {
  for (const name of names) {
    const boost = await evaluationBoostRow.read(table, { stream: streamLabel(name) })
    if (boost && date <= boost.through) return true
  }
  return false
}
