import { DEFAULT_ENGINE } from '../../shared/engines'
import type { Engine, Hyperparameters, Search, SearchOptions } from '../../shared/engines/engine'
import { readTrainingSet } from '../../shared/engines/training-set'
import { BellwetherError } from '../../shared/errors'
import type { Invocation } from '../../shared/door'
import { keys, prefixes } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { type DatasetRecord, type TuningRecord, tuningRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'

type Bucket = Pick<Objects, 'read' | 'readJson' | 'create' | 'list'>
type Dataset = Pick<DatasetRecord, 'datasetId' | 'schemaVersion' | 'rows' | 'examples'>

/**
 * The hyperparameters for a dataset: those of the engine's last search, or of a new search when the training set has
 * grown enough since. Before the first search, and for an engine without one, the configured ones. A search begins with
 * the configured ones, so its result is at least as good on the folds. Its record is create-only, so that a retry
 * trains with the same.
 */
export async function tuned(
  objects: Bucket,
  dataset: Dataset,
  { name, search }: Pick<Engine, 'name' | 'search'>,
  configured: Hyperparameters,
  { tuneSeconds, tuneFrom, tuneGrowth }: Settings['training'],
  log: Pick<Invocation['log'], 'warn'>,
): Promise<Hyperparameters> {
  if (!search || tuneSeconds === 0 || dataset.rows.train < tuneFrom) return configured
  const last = await latestTuning(objects, dataset, name)
  if (last && dataset.rows.train < tuneGrowth * last.rows)
    return (await objects.readJson(last.key, tuningRecord)).hyperparameters

  let found: TuningRecord
  try {
    found = await run(objects, dataset, search, configured, tuneSeconds)
  } catch (error) {
    if (!(error instanceof BellwetherError && error.code === 'TRAINING_REFUSED')) throw error
    log.warn('no search for hyperparameters', { datasetId: dataset.datasetId, reason: error.message })
    return configured
  }
  const { datasetId, schemaVersion, rows } = dataset
  const place = { engine: name, schema: String(schemaVersion), rows: String(rows.train), dataset: datasetId }
  const key = keys.tuning(place)
  await objects.create(key, `${JSON.stringify(found, null, 2)}\n`)
  return (await objects.readJson(key, tuningRecord)).hyperparameters
}

/** Key of the search that the hyperparameters of a job come from; null where they are configured. */
export async function tuningOf(
  objects: Pick<Objects, 'list' | 'readJson'>,
  dataset: Dataset,
  engine: string,
  hyperparameters: Hyperparameters,
): Promise<string | null> {
  const last = await latestTuning(objects, dataset, engine)
  if (!last) return null
  const found = (await objects.readJson(last.key, tuningRecord)).hyperparameters
  const names = new Set([...Object.keys(found), ...Object.keys(hyperparameters)])
  return [...names].every((name) => found[name] === hyperparameters[name]) ? last.key : null
}

/**
 * Of the same engine and version of the labels, on the most examples, but no more than this dataset has: a search on a
 * later dataset changes nothing for an earlier one.
 */
async function latestTuning(
  objects: Pick<Objects, 'list'>,
  { schemaVersion, rows }: Dataset,
  engine: string,
): Promise<{ key: string; rows: number } | undefined> {
  let latest: { key: string; rows: number } | undefined
  for await (const { key } of objects.list(prefixes.tuning)) {
    const parts = keys.tuning.match(key) ?? withDefaultEngine(keys.tuningBefore.match(key))
    if (parts?.engine !== engine || parts.schema !== String(schemaVersion)) continue
    const of = Number(parts.rows)
    if (of <= rows.train && (!latest || of > latest.rows)) latest = { key, rows: of }
  }
  return latest
}

const withDefaultEngine = (parts: { schema: string; rows: string } | undefined) =>
  parts && { ...parts, engine: DEFAULT_ENGINE.name }

const SEED = 1
const FOLDS = 3
const GOAL = 'macroF1'
const FEWEST = 2
const MOST = 40
/**
 * A search is limited by the number of candidates, so that it ends the same on any machine. Only one that is far slower
 * stops by the clock.
 */
const PATIENCE = 4
const LEAST_PATIENCE_SECONDS = 60

/** The search budget for so many examples: as many candidates as fit into the seconds. */
export const searchOptions = (
  { secondsPerExample }: Pick<Search, 'secondsPerExample'>,
  examples: number,
  configured: Hyperparameters,
  seconds: number,
): SearchOptions => ({
  configured,
  seed: SEED,
  folds: FOLDS,
  goal: GOAL,
  trials: Math.min(MOST, Math.max(FEWEST, Math.floor(seconds / (examples * secondsPerExample)))),
  seconds: Math.max(LEAST_PATIENCE_SECONDS, seconds * PATIENCE),
})

async function run(
  objects: Pick<Objects, 'read'>,
  dataset: Dataset,
  search: Search,
  configured: Hyperparameters,
  seconds: number,
): Promise<TuningRecord> {
  const { train } = await readTrainingSet(objects, dataset)
  const { best, tried } = await search.run(train, searchOptions(search, train.length, configured, seconds))
  return {
    datasetId: dataset.datasetId,
    rows: dataset.rows.train,
    seconds,
    seed: SEED,
    goal: GOAL,
    hyperparameters: { ...best },
    tried: tried.map(({ hyperparameters, score, spread }) => ({
      hyperparameters: { ...hyperparameters },
      score: counted(score),
      spread: counted(spread),
    })),
  }
}

/** Six digits: beyond them processors may differ. JSON has no NaN. */
const counted = (value: number): number | null => (Number.isNaN(value) ? null : Number(value.toPrecision(6)))
