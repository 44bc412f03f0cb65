import { performance } from 'node:perf_hooks'
import { packModel } from '../../shared/archive'
import { evaluate, FastTextError, parseBlazingText, train, writeModel } from '../../shared/fasttext'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { DatasetRecord, TrainingRecord } from '../../shared/records'

/** What a function trains within its time and memory; more is work for SageMaker. */
const MOST_EXAMPLES = 500_000

/** Train in this process and store the artefact where SageMaker would; or the reason why there is none. */
export async function trainHere(
  objects: Pick<Objects, 'bucket' | 'read' | 'create'>,
  job: string,
  { datasetId, rows, files }: DatasetRecord,
  { hyperparameters, tuning }: Pick<TrainingRecord, 'hyperparameters' | 'tuning'>,
): Promise<TrainingRecord | { reason: string }> {
  if (rows.train > MOST_EXAMPLES) {
    return { reason: `${rows.train} examples are more than the ${MOST_EXAMPLES} of training.trainer: lambda` }
  }
  const [text, validation] = await Promise.all([
    objects.read(files.train),
    rows.validation > 0 ? objects.read(files.validation) : undefined,
  ])
  if (!text) return { reason: `there is no ${files.train}` }

  const began = performance.now()
  try {
    const model = train(text.body, parseBlazingText(hyperparameters), { validation: validation?.body })
    const accuracy = validation ? evaluate(model, validation.body).accuracy : Number.NaN
    const trainSeconds = Math.round(performance.now() - began) / 1000
    const artefact = keys.artefact({ job })
    await objects.create(artefact, await packModel(writeModel(model)), 'application/gzip')
    return {
      job,
      datasetId,
      trainer: 'lambda',
      hyperparameters,
      artefact: `s3://${objects.bucket}/${artefact}`,
      trainSeconds,
      billableSeconds: trainSeconds,
      spot: false,
      instanceType: null,
      costUsd: null,
      validationAccuracy: Number.isNaN(accuracy) ? null : accuracy,
      tuning,
    }
  } catch (error) {
    if (error instanceof FastTextError) return { reason: error.message }
    throw error
  }
}
