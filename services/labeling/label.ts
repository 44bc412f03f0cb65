import type { Invocation } from '../../shared/door'
import { estimate } from './estimate'
import type { LabelingRequest } from './request'
import { settleAnswered, settleBatch, type SettlePorts } from './settle'
import { onAsked, onBootstrap, onRun, onSchedule, type StartPorts } from './start'

/** Requests to the service by a person, a schedule or the reconciler. */
export const answerLabeling =
  (ports: StartPorts & SettlePorts) => async (request: LabelingRequest, invocation: Invocation) => {
    if ('now' in request) return settleBatch(ports)(request.settle, invocation.now, request.now)
    if ('settle' in request) return settleAnswered(ports)(invocation)
    if ('estimate' in request) return estimate(ports)(invocation.now, request.bootstrap)
    if ('bootstrap' in request) return onBootstrap(ports)(request.bootstrap, invocation)
    if ('run' in request) return onRun(ports)(request.run, invocation)
    return request.start === 'scheduled' ? onSchedule(ports)(invocation) : onAsked(ports)(invocation)
  }
