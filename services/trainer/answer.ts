import type { Invocation } from '../../shared/door'
import { finish } from './finish'
import type { TrainingOutcome, LaunchPorts } from './launch'
import type { TrainerRequest } from './request'
import { resume, start } from './start'

/** Work on a request, and return the result. */
export async function answerTrainer(
  ports: LaunchPorts,
  { datasetId = 'latest', force, finish: job, parked }: TrainerRequest,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<TrainingOutcome> {
  if (job !== undefined) return finish(ports, job, invocation)
  if (parked) return resume(ports, datasetId, parked, invocation)
  return start(ports, { datasetId, force }, invocation)
}
