import { FastTextError, parseBlazingText, toBlazingText, tune, type Tuned } from '../../shared/fasttext'
import type { Invocation } from '../../shared/door'
import { keys, prefixes } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { type DatasetRecord, type TuningRecord, tuningRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'

type Bucket = Pick<Objects, 'read' | 'readJson' | 'create' | 'list'>
type Dataset = Pick<DatasetRecord, 'datasetId' | 'schemaVersion' | 'rows' | 'files'>
type Hyperparameters = Record<string, string>

/**
 * The hyperparameters for a dataset: those of the last search, or of a new one when the training set has grown enough since;
 * the configuration's before the first. A search begins with the configuration's, so what it finds is at least as good on
 * the folds. It is noted create-only, and so done once for a dataset.
 */
export async function tuned(
  objects: Bucket,
  dataset: Dataset,
  configured: Hyperparameters,
  { tuneSeconds, tuneFrom, tuneGrowth }: Settings['training'],
  log: Pick<Invocation['log'], 'warn'>,
): Promise<Hyperparameters> {
  if (tuneSeconds === 0 || dataset.rows.train < tuneFrom) return configured
  const last = await latestTuning(objects, dataset)
  if (last && dataset.rows.train < tuneGrowth * last.rows)
    return (await objects.readJson(last.key, tuningRecord)).hyperparameters

  const found = await search(objects, dataset, configured, tuneSeconds)
  if ('impossible' in found) {
    log.warn('no search for hyperparameters', { datasetId: dataset.datasetId, reason: found.impossible })
    return configured
  }
  const key = keyOf(dataset)
  await objects.create(key, `${JSON.stringify(found, null, 2)}\n`)
  return (await objects.readJson(key, tuningRecord)).hyperparameters
}

/** The search that the hyperparameters of a job come from; nothing where they are the configuration's. */
export async function tuningOf(
  objects: Pick<Objects, 'list' | 'readJson'>,
  dataset: Dataset,
  hyperparameters: Hyperparameters,
): Promise<string | null> {
  const last = await latestTuning(objects, dataset)
  if (!last) return null
  const found = (await objects.readJson(last.key, tuningRecord)).hyperparameters
  const names = new Set([...Object.keys(found), ...Object.keys(hyperparameters)])
  return [...names].every((name) => found[name] === hyperparameters[name]) ? last.key : null
}

const keyOf = ({ datasetId, schemaVersion, rows }: Dataset): string =>
  keys.tuning({ schema: String(schemaVersion), rows: String(rows.train), dataset: datasetId })

/** Of the same version of the labels, on the most examples, but no more than this dataset has: a late one changes nothing. */
async function latestTuning(
  objects: Pick<Objects, 'list'>,
  { schemaVersion, rows }: Dataset,
): Promise<{ key: string; rows: number } | undefined> {
  let latest: { key: string; rows: number } | undefined
  for await (const { key } of objects.list(prefixes.tuning)) {
    const parts = keys.tuning.match(key)
    if (parts?.schema !== String(schemaVersion)) continue
    const of = Number(parts.rows)
    if (of <= rows.train && (!latest || of > latest.rows)) latest = { key, rows: of }
  }
  return latest
}

const SEED = 1
const FOLDS = 3
const GOAL = 'macroF1'
/** How long a choice takes for a training example, on the folds; measured, and rounded up. */
const SECONDS_A_ROW = 0.0002
const FEWEST = 2
const MOST = 40
/** A search is counted in choices, so that it ends alike on any machine; one that is far slower stops by the clock. */
const PATIENCE = 4
const LEAST_PATIENCE_SECONDS = 60

async function search(
  objects: Pick<Objects, 'read'>,
  { datasetId, rows, files }: Dataset,
  configured: Hyperparameters,
  seconds: number,
): Promise<TuningRecord | { impossible: string }> {
  const stored = await objects.read(files.train)
  if (!stored) return { impossible: `there is no ${files.train}` }
  const lines = stored.body.toString('utf8').split('\n').slice(0, -1)
  const { buckets, ...first } = parseBlazingText(configured)
  try {
    const found = tune(lines, {
      seed: SEED,
      folds: FOLDS,
      goal: GOAL,
      trials: Math.min(MOST, Math.max(FEWEST, Math.floor(seconds / (lines.length * SECONDS_A_ROW)))),
      seconds: Math.max(LEAST_PATIENCE_SECONDS, seconds * PATIENCE),
      first: { ...first, earlyStopping: false },
      fixed: { buckets },
    })
    return describe(found, { datasetId, rows: rows.train, seconds }, configured)
  } catch (error) {
    if (error instanceof FastTextError) return { impossible: error.message }
    throw error
  }
}

function describe(
  { best, tried }: Tuned,
  of: Pick<TuningRecord, 'datasetId' | 'rows' | 'seconds'>,
  configured: Hyperparameters,
): TuningRecord {
  // The first choice is the configuration's, with what a search leaves out.
  const [first] = tried
  const named = (hyperparameters: Tuned['best']): Hyperparameters =>
    hyperparameters === first?.hyperparameters
      ? configured
      : { ...toBlazingText(hyperparameters), early_stopping: 'False' }
  return {
    ...of,
    seed: SEED,
    goal: GOAL,
    hyperparameters: named(best),
    tried: tried.map(({ hyperparameters, score, spread }) => ({
      hyperparameters: named(hyperparameters),
      score: counted(score),
      spread: counted(spread),
    })),
  }
}

/** Six digits: beyond them one processor may differ from another. JSON has no NaN. */
const counted = (value: number): number | null => (Number.isNaN(value) ? null : Number(value.toPrecision(6)))
