import { type Cloud, createCloud as createEmbeddedCloud } from '../packages/embedded-aws/src/cloud'
import type { CloudOptions } from '../packages/embedded-aws/src/options'
import { cascadeId } from '../shared/text/cascade'
import { createTrainingThread } from './training/training-thread'

export type { Cloud }

/** An embedded cloud whose SageMaker trains with our engine and calls an object of a labelling job by its cascade. */
export const createCloud = (options: CloudOptions): Promise<Cloud> =>
  createEmbeddedCloud({
    trainer: createTrainingThread(),
    itemOf: ({ item, source }) => (typeof item === 'string' ? item : cascadeId(source)),
    ...options,
  })
