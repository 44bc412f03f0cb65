import { z } from 'zod'
import type { Table } from '../table'

/** Row `evaluation`, `wish#<hashtag>`: the last UTC day whose posts get a larger evaluation sample. */
const boostRow = z.object({ through: z.iso.date() })
const keyOf = (hashtag: string) => ({ pk: 'evaluation', sk: `wish#${hashtag}` })

/** UTC days after a disagreement that get a larger sample: enough labels to tell drift from chance. */
const DAYS = 3

/**
 * Ask for a larger evaluation sample of a hashtag in the days after `date`, because the model and the labels disagree in
 * the report of that day. The caps still hold. The latest request wins.
 */
export async function boostEvaluation(table: Pick<Table, 'update'>, hashtag: string, date: string): Promise<void> {
  const through = new Date(Date.parse(date) + DAYS * 86_400_000).toISOString().slice(0, 10)
  await table.update(keyOf(hashtag), {
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
  const found = await table.get(keyOf(hashtag))
  return found !== undefined && date <= boostRow.parse(found).through
}
