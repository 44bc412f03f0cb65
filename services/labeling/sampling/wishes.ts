import { isEvaluationBoosted } from '../../../shared/state/evaluation-boost'
import { keys } from '../../../shared/keys'
import type { Settings } from '../../../shared/settings'
import type { Table } from '../../../shared/table'

/** Something is left for training, whatever is wished for. */
const MOST = 0.9

/** Twice the evaluation items where model and labels disagree about one of these runs' hashtags; the caps stay. */
export async function withWishes(
  table: Pick<Table, 'get'>,
  labelling: Settings['labelling'],
  runs: readonly string[],
): Promise<Settings['labelling']> {
  for (const key of runs) {
    const run = keys.run.match(key)
    if (!run || !(await isEvaluationBoosted(table, run))) continue
    const evaluationShare = Math.max(labelling.evaluationShare, Math.min(MOST, 2 * labelling.evaluationShare))
    return { ...labelling, evaluationShare }
  }
  return labelling
}
