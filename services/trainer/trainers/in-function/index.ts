import { performance } from 'node:perf_hooks'
import { packModel } from '../../../../shared/archive'
import { type Classifier, decisionOf, withPrior } from '../../../../shared/engines/classifier'
import type { Example, ModelFiles } from '../../../../shared/engines/engine'
import { MANIFEST, manifestText, type ModelManifest } from '../../../../shared/engines/manifest'
import { readTrainingSet } from '../../../../shared/engines/training-set'
import { BellwetherError } from '../../../../shared/errors'
import { keys } from '../../../../shared/keys'
import { textOfShown } from '../../../../shared/text'
import { inFunctionTerms } from '../../../../shared/trainers/in-function'
import type { OrderOutcome, Trainer, TrainerPorts, TrainingOrder } from '../trainer'

/** The most that a function can train within its time and memory; more is work for SageMaker. */
const MOST_EXAMPLES = 500_000

/** Trains within the invocation, without a call to SageMaker, and stores the artefact where SageMaker would. */
export const inFunctionTrainer: Trainer = {
  ...inFunctionTerms,
  connect: (ports) => ({
    start: (order) => trainHere(ports, order),
    // An invocation that did not finish leaves nothing behind.
    find: async () => undefined,
  }),
}

async function trainHere({ objects }: TrainerPorts, order: TrainingOrder): Promise<OrderOutcome> {
  const { job, dataset, engine, hyperparameters } = order
  if (dataset.rows.train > MOST_EXAMPLES) {
    const reason = `training.trainer: lambda trains on at most ${MOST_EXAMPLES} examples, and the dataset has ${dataset.rows.train}; set training.trainer: blazingtext`
    return { state: 'failed', reason }
  }
  try {
    const set = await readTrainingSet(objects, dataset)
    const began = performance.now()
    const files = await engine.train(set, hyperparameters)
    const { textVersion, prior = {} } = dataset
    const manifest: ModelManifest = { format: 1, engine: engine.name, textVersion, prior }
    // Read back, so that an artefact which no reader can load is never published.
    const model = withPrior(await engine.load(files, { textVersion, where: job }), prior, textVersion)
    const validationAccuracy = await accuracyOn(set.validation, model)
    const trainSeconds = Math.round(performance.now() - began) / 1000
    const artefact = keys.artefact({ job })
    await objects.create(artefact, await packModel(withManifest(files, manifest)), 'application/gzip')
    return {
      state: 'trained',
      ran: {
        engine: engine.name,
        hyperparameters,
        seed: engine.seed,
        artefact: `s3://${objects.bucket}/${artefact}`,
        trainSeconds,
        billableSeconds: trainSeconds,
        spot: false,
        instanceType: null,
        costUsd: null,
        validationAccuracy,
      },
    }
  } catch (error) {
    if (error instanceof BellwetherError && error.code === 'TRAINING_REFUSED')
      return { state: 'failed', reason: error.message }
    throw error
  }
}

const withManifest = (files: ModelFiles, manifest: ModelManifest): ModelFiles =>
  new Map([...files, [MANIFEST, Buffer.from(manifestText(manifest))]])

/** The share of examples whose label the model predicts; null without examples. */
async function accuracyOn(examples: readonly Example[], model: Classifier): Promise<number | null> {
  if (examples.length === 0) return null
  const scores = await model.classify(examples.map(({ text }) => textOfShown(text)))
  const right = scores.filter((one, i) => model.labels[decisionOf(one)] === examples[i]?.label)
  return right.length / examples.length
}
