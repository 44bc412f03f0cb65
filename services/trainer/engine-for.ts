import { z } from 'zod'
import { BellwetherError } from '../../shared/errors'
import { entrantsOf, standInOf } from '../../shared/engines'
import type { Engine, Hyperparameters } from '../../shared/engines/engine'
import type { DatasetRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'

/** The engine that learns from a dataset, and its hyperparameters before any search. */
export interface ConfiguredEngine {
  engine: Engine
  configured: Hyperparameters
}

/**
 * What is trained for an engine of the configuration (without `entrant`: for its first): the engine itself or, below
 * `training.fewLabels` training labels, the first engine that suits so few labels where it does not. The first engine
 * has the configured hyperparameters, any other the ones that it suggests. SETTINGS_INVALID names a wrong
 * hyperparameter or an unknown engine.
 */
export function engineFor(
  { rows }: Pick<DatasetRecord, 'rows'>,
  training: Settings['training'],
  engines: readonly Engine[],
  entrant?: string,
): ConfiguredEngine {
  const { fewLabels, hyperparameters } = training
  const [leading] = entrantsOf(training)
  const name = nameOf(training, entrant)
  const named = engines.find((engine) => engine.name === name)
  if (!named) throw new BellwetherError('SETTINGS_INVALID', `there is no engine ${name}; correct training.engines`)
  const isPoor = rows.train < fewLabels && !named.suitsFewLabels
  const engine = isPoor ? (standInOf(engines) ?? named) : named
  if (engine !== named || name !== leading) return { engine, configured: engine.suggested }
  const parsed = engine.hyperparameters.safeParse(hyperparameters)
  if (parsed.success) return { engine, configured: parsed.data }
  throw new BellwetherError('SETTINGS_INVALID', `hyperparameters of ${name}: ${z.prettifyError(parsed.error)}`)
}

/** The name of an engine of the configuration; without `entrant`, of its first. */
export const nameOf = (training: Settings['training'], entrant: string | undefined): string =>
  entrant ?? entrantsOf(training)[0] ?? ''

/** The name of the engine that is actually trained for a configured one; undefined where its settings are wrong. */
export function trainedFor(...args: Parameters<typeof engineFor>): string | undefined {
  try {
    return engineFor(...args).engine.name
  } catch (error) {
    if (error instanceof BellwetherError && error.code === 'SETTINGS_INVALID') return undefined
    throw error
  }
}
