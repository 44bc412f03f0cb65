import type { Invocation } from '../../shared/door'
import { estimate } from './estimate'
import type { LabelingRequest } from './request'
import { THIRD } from './labellers/ground-truth/ground-truth-request'
import { settle, type SettlePorts } from './settle'
import { onAsked, onBootstrap, onRun, onSchedule, type StartPorts } from './start'

/** What is asked of the service by a person, a schedule or the reconciler. */
export const answerRequest =
  (ports: StartPorts & SettlePorts) => async (request: LabelingRequest, invocation: Invocation) => {
    if ('settle' in request) return settle(ports)(request.settle, invocation.now, request.now)
    if ('estimate' in request) return estimate(ports)(invocation.now, request.bootstrap)
    if ('bootstrap' in request) return onBootstrap(ports)(request.bootstrap, invocation)
    if ('run' in request) return onRun(ports)(request.run, invocation)
    return request.start === 'scheduled' ? onSchedule(ports)(invocation) : onAsked(ports)(invocation)
  }

/** The batch that a Ground Truth job of this stage labels, by the ARN that its event names. */
export function batchOfJob(arn: string | undefined, stage: string): string | undefined {
  const prefix = `labeling-job/bellwether-${stage}-`.toLowerCase()
  const name = arn?.slice(arn.lastIndexOf(':') + 1).toLowerCase() ?? ''
  const own = name.startsWith(prefix) ? name.slice(prefix.length) : ''
  const batch = own.endsWith(THIRD) ? own.slice(0, -THIRD.length) : own
  // The stage `dev` also hears of jobs of a stage `dev-2`.
  return /^\d{4}-\d\d-\d\d(-\d+)?$/.test(batch) ? batch : undefined
}

/** A labelling job completed, failed or was stopped: settle its batch. A job of somebody else's is none of ours. */
export const onJobEnded =
  (ports: StartPorts & SettlePorts) =>
  async (arn: string | undefined, now: Date): Promise<unknown> => {
    const batch = batchOfJob(arn, ports.stage)
    return batch === undefined ? { waits: `${arn} is no labelling job of this stage` } : settle(ports)(batch, now)
  }
