import type { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { BellwetherError } from '../../../shared/errors'
import { termsOf, unknownLabeller } from '../../../shared/labellers'
import type { Objects } from '../../../shared/objects'
import type { Settings } from '../../../shared/settings'
import type { Table } from '../../../shared/table'
import { deskLabeller } from './desk/desk'
import { groundTruthLabeller } from './ground-truth/ground-truth'
import type { LabelingJobContext } from './ground-truth/ground-truth-request'
import type { Labeller } from './labeller'

export interface LabellerPorts {
  sageMaker: SageMakerClient
  objects: Pick<Objects, 'bucket' | 'read' | 'lines' | 'list' | 'exists' | 'create' | 'put'>
  table: Table
  place: LabelingJobContext
  settings: Pick<Settings, 'labelling'>
}

/**
 * All labellers of a stack by name, not only the configured one: the labeller that started a batch also finishes it.
 */
export type Labellers = Readonly<Record<string, Labeller>>

/** Every adapter, with the terms that shared/labellers declares for its name. */
export const labellersOf = ({ sageMaker, objects, table, place, settings }: LabellerPorts): Labellers => ({
  desk: { terms: termsOf('desk'), ...deskLabeller(table) },
  'ground-truth': {
    terms: termsOf('ground-truth'),
    ...groundTruthLabeller(sageMaker, objects, place, settings.labelling.groundTruth),
  },
})

/** The labeller of a name. SETTINGS_INVALID for an unknown name, as after a labeller was removed. */
export function labellerNamed(labellers: Labellers, name: string): Labeller {
  const labeller = Object.hasOwn(labellers, name) ? labellers[name] : undefined
  if (!labeller) throw new BellwetherError('SETTINGS_INVALID', unknownLabeller(name))
  return labeller
}
