import type { Engine } from '../../shared/engines/engine'
import { BellwetherError } from '../../shared/errors'
import type { DatasetRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { engineFor } from './engine-for'

/**
 * Why nothing can be learned from this dataset, in a sentence for RetrainSkipped; undefined where training is possible.
 */
export function whyNotTrain(
  {
    rows,
    classes,
    labelStatus,
    labelReasons = [],
  }: Pick<DatasetRecord, 'rows' | 'classes' | 'labelStatus' | 'labelReasons'>,
  { training, labelling }: Pick<Settings, 'training' | 'labelling'>,
): string | undefined {
  if (labelStatus === 'unreliable' && !labelling.acceptUnreliable) {
    const why = labelReasons.length > 0 ? `: ${labelReasons.join('; ')}` : ''
    return `the labels are unreliable${why}. Set labelling.acceptUnreliable to train on them anyway`
  }
  const { minimumExamples } = training
  if (rows.train < minimumExamples) {
    return `the training set has ${rows.train} examples: training.minimumExamples is ${minimumExamples}`
  }
  const present = Object.entries(classes).filter(([, { train }]) => train > 0)
  return present.length < 2 ? `the training set has one label only: ${present[0]?.[0] ?? 'none'}` : undefined
}

/**
 * Why an engine of the configuration cannot learn from it. A wrong hyperparameter is not reported here: it fails the
 * attempt by its name.
 */
export function objectionOf(
  { rows }: Pick<DatasetRecord, 'rows'>,
  training: Settings['training'],
  engines: readonly Engine[],
  entrant?: string,
): string | undefined {
  try {
    const { engine, configured } = engineFor({ rows }, training, engines, entrant)
    return engine.objection?.(rows, configured)
  } catch (error) {
    if (error instanceof BellwetherError && error.code === 'SETTINGS_INVALID') return undefined
    throw error
  }
}
