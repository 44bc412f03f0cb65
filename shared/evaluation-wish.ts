import { z } from 'zod'
import type { Table } from './table'

/** For so many UTC days after a disagreement more labels are wished for: what statistics say of an alarm of drift. */
const DAYS = 3
const row = z.object({ through: z.iso.date() })
const keyOf = (hashtag: string) => ({ pk: 'evaluation', sk: `wish#${hashtag}` })

/**
 * The model and the labels of a hashtag disagree by the report of this UTC day: whoever chooses what is labelled may
 * draw more for evaluation in the days after. A wish, within the caps. The latest day stands.
 */
export async function askForMoreEvaluation(table: Pick<Table, 'update'>, hashtag: string, date: string): Promise<void> {
  const through = new Date(Date.parse(date) + DAYS * 86_400_000).toISOString().slice(0, 10)
  await table.update(keyOf(hashtag), {
    set: { through },
    when: 'attribute_not_exists(pk) OR #through < :through',
    values: { through },
  })
}

/** Are more evaluation labels wished for of the posts of this UTC day? */
export async function isMoreEvaluationWished(
  table: Pick<Table, 'get'>,
  { hashtag, date }: { hashtag: string; date: string },
): Promise<boolean> {
  const found = await table.get(keyOf(hashtag))
  return found !== undefined && date <= row.parse(found).through
}
