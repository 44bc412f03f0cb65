import type { DatasetRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'

/** Why nothing can be learned from this dataset, in words for RetrainSkipped; nothing where it can. */
export function whyNotTrain(
  {
    rows,
    classes,
    labelStatus,
    labelReasons = [],
  }: Pick<DatasetRecord, 'rows' | 'classes' | 'labelStatus' | 'labelReasons'>,
  { training: { minimumExamples, hyperparameters }, labelling }: Pick<Settings, 'training' | 'labelling'>,
): string | undefined {
  if (labelStatus === 'unreliable' && !labelling.acceptUnreliable) {
    const why = labelReasons.length > 0 ? `: ${labelReasons.join('; ')}` : ''
    return `the labels are unreliable${why}. labelling.acceptUnreliable trains on them all the same`
  }
  if (rows.train < minimumExamples) {
    return `the training set has ${rows.train} examples, training.minimumExamples asks for ${minimumExamples}`
  }
  const present = Object.entries(classes).filter(([, { train }]) => train > 0)
  if (present.length < 2) return `the training set has one label only: ${present[0]?.[0] ?? 'none'}`
  if (/^true$/i.test(String(hyperparameters.early_stopping)) && rows.validation === 0) {
    return 'early_stopping needs a validation set, and no labelled item fell into it'
  }
  return undefined
}
