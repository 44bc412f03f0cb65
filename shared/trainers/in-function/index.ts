import { performance } from 'node:perf_hooks'
import { packModel } from '../../archive'
import { evaluate, FastTextError, parseBlazingText, train, writeModel } from '../../fasttext'
import { keys } from '../../keys'
import type { Started, Trainer, TrainerPorts, TrainingOrder } from '../trainer'

/** What a function trains within its time and memory; more is work for SageMaker. */
const MOST_EXAMPLES = 500_000

/** Trains in the invocation that asks for it, with no call to SageMaker, and stores the artefact where SageMaker would. */
export const inFunction: Trainer = {
  name: 'lambda',
  costAtMost: () => ({ usd: 0, how: 'in the function, counted there' }),
  needs: () => [],
  connect: (ports) => ({
    start: (order) => trainHere(ports, order),
    // What an invocation did not finish leaves nothing behind.
    find: async () => undefined,
  }),
}

async function trainHere(
  { objects }: TrainerPorts,
  { job, dataset, hyperparameters }: TrainingOrder,
): Promise<Started> {
  const { rows, files } = dataset
  const failed = (reason: string): Started => ({ state: 'failed', reason })
  if (rows.train > MOST_EXAMPLES)
    return failed(`${rows.train} examples are more than the ${MOST_EXAMPLES} of training.trainer: lambda`)
  const [text, validation] = await Promise.all([
    objects.read(files.train),
    rows.validation > 0 ? objects.read(files.validation) : undefined,
  ])
  if (!text) return failed(`there is no ${files.train}`)

  const began = performance.now()
  try {
    const model = train(text.body, parseBlazingText(hyperparameters), { validation: validation?.body })
    const accuracy = validation ? evaluate(model, validation.body).accuracy : Number.NaN
    const trainSeconds = Math.round(performance.now() - began) / 1000
    const artefact = keys.artefact({ job })
    await objects.create(artefact, await packModel(writeModel(model)), 'application/gzip')
    return {
      state: 'trained',
      ran: {
        hyperparameters,
        artefact: `s3://${objects.bucket}/${artefact}`,
        trainSeconds,
        billableSeconds: trainSeconds,
        spot: false,
        instanceType: null,
        costUsd: null,
        validationAccuracy: Number.isNaN(accuracy) ? null : accuracy,
      },
    }
  } catch (error) {
    if (error instanceof FastTextError) return failed(error.message)
    throw error
  }
}
