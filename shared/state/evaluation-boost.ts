import { z } from 'zod'
import type { Table } from '../table'
import { dayAfter } from '../utc-day'
import { rowKind } from './row'

export const evaluationBoostRow = rowKind({
  pk: 'evaluation',
  sk: 'wish#{hashtag}',
  meaning: 'A hashtag whose evaluation sample is larger for some days, because model and labels disagree.',
  attributes: z.object({ through: z.iso.date().describe('The last UTC day whose posts get the larger sample.') }),
})

/** UTC days after a disagreement that get a larger sample: enough labels to tell drift from chance. */
const DAYS = 3

/**
 * Ask for a larger evaluation sample of a hashtag in the days after `date`, because the model and the labels disagree in
 * the report of that day. The caps still hold. The latest request wins.
 */
export async function boostEvaluation(table: Pick<Table, 'update'>, hashtag: string, date: string): Promise<void> {
  const through = dayAfter(date, DAYS)
  await table.update(evaluationBoostRow.key({ hashtag }), {
    set: { through },
    when: 'attribute_not_exists(pk) OR #through < :through',
    values: { through },
  })
}

/** Whether the posts of this UTC day get a larger evaluation sample. */
export async function isEvaluationBoosted(
  table: Pick<Table, 'get'>,
  { hashtag, date }: { hashtag: string; date: string },
): Promise<boolean> {
  const boost = await evaluationBoostRow.read(table, { hashtag })
  return boost !== undefined && date <= boost.through
}
