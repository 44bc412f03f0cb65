import { isEvaluationBoosted } from '../../../shared/state/evaluation-boost'
import { keys } from '../../../shared/keys'
import type { Settings } from '../../../shared/settings'
import { namesOf } from '../../../shared/streams'
import type { Table } from '../../../shared/table'

/** The largest evaluation share that a boost gives: the rest stays for training. */
const MOST = 0.9

/** Doubles the evaluation share where one of these runs is of a boosted stream and day. The caps still hold. */
export async function withEvaluationBoost(
  table: Pick<Table, 'get'>,
  settings: Pick<Settings, 'hashtags' | 'sources' | 'labelling'>,
  runs: readonly string[],
): Promise<Settings['labelling']> {
  const { labelling } = settings
  for (const key of runs) {
    const run = keys.run.match(key)
    if (!run || !(await isEvaluationBoosted(table, namesOf(settings, run), run.date))) continue
    const evaluationShare = Math.max(labelling.evaluationShare, Math.min(MOST, 2 * labelling.evaluationShare))
    return { ...labelling, evaluationShare }
  }
  return labelling
}
