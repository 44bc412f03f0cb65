import type { Engine } from '../../shared/engines/engine'
import { BellwetherError } from '../../shared/errors'
import type { DatasetRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { engineFor } from './engine-for'

/** Why nothing can be learned from this dataset, in words for RetrainSkipped; undefined where it can. */
export function whyNotTrain(
  {
    rows,
    classes,
    labelStatus,
    labelReasons = [],
  }: Pick<DatasetRecord, 'rows' | 'classes' | 'labelStatus' | 'labelReasons'>,
  { training, labelling }: Pick<Settings, 'training' | 'labelling'>,
  engines: readonly Engine[],
): string | undefined {
  if (labelStatus === 'unreliable' && !labelling.acceptUnreliable) {
    const why = labelReasons.length > 0 ? `: ${labelReasons.join('; ')}` : ''
    return `the labels are unreliable${why}. labelling.acceptUnreliable trains on them all the same`
  }
  const { minimumExamples } = training
  if (rows.train < minimumExamples) {
    return `the training set has ${rows.train} examples, training.minimumExamples asks for ${minimumExamples}`
  }
  const present = Object.entries(classes).filter(([, { train }]) => train > 0)
  if (present.length < 2) return `the training set has one label only: ${present[0]?.[0] ?? 'none'}`
  return objectionOf(rows, training, engines)
}

/** What the engine has against it. A wrong hyperparameter is not said here: it fails the attempt by its name. */
function objectionOf(
  rows: DatasetRecord['rows'],
  training: Settings['training'],
  engines: readonly Engine[],
): string | undefined {
  try {
    const { engine, configured } = engineFor({ rows }, training, engines)
    return engine.objection?.(rows, configured)
  } catch (error) {
    if (error instanceof BellwetherError && error.code === 'SETTINGS_INVALID') return undefined
    throw error
  }
}
