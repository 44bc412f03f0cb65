import { z } from 'zod'
import { BellwetherError } from '../../shared/errors'
import { standInOf } from '../../shared/engines'
import type { Engine, Hyperparameters } from '../../shared/engines/engine'
import type { DatasetRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'

/** The engine that learns from a dataset, and its hyperparameters before any search. */
export interface Chosen {
  engine: Engine
  configured: Hyperparameters
}

/**
 * The engine of the configuration; below `training.fewLabels` training labels, the first that suits so few where it does not. An engine that the
 * configuration does not name has the hyperparameters that it suggests. SETTINGS_INVALID names a wrong hyperparameter.
 */
export function engineFor(
  { rows }: Pick<DatasetRecord, 'rows'>,
  { engine: name, fewLabels, hyperparameters }: Settings['training'],
  engines: readonly Engine[],
): Chosen {
  const named = engines.find((engine) => engine.name === name)
  if (!named) throw new BellwetherError('SETTINGS_INVALID', `there is no engine ${name}: correct training.engine`)
  const isPoor = rows.train < fewLabels && !named.suitsFewLabels
  const engine = isPoor ? (standInOf(engines) ?? named) : named
  if (engine !== named) return { engine, configured: engine.suggested }
  const parsed = engine.hyperparameters.safeParse(hyperparameters)
  if (parsed.success) return { engine, configured: parsed.data }
  throw new BellwetherError('SETTINGS_INVALID', `hyperparameters of ${name}: ${z.prettifyError(parsed.error)}`)
}
