import { setTimeout as pause } from 'node:timers/promises'
import type { Caller } from './access-keys'
import { internalFailure, refusalOf, type Call, type Faults } from './faults'
import { CallerGone } from './http'
import type { Denial, Iam } from './iam/iam'
import { accessDenied, refuse } from './refusal'
import type { AwsRequest, AwsResponse, AwsService } from './service'

/** One request and its answer. */
export interface RecordedCall extends Call {
  n: number
  status: number
}

interface Gate {
  services: Map<string, AwsService>
  iam: Iam
  faults: Faults
  /** Called once for each request that reached its service. */
  answered(call: Call, request: AwsRequest, response: AwsResponse): void
}

/** The pipeline of every signed request: parsing by its service, faults, the caller's permissions, the work, faults again. */
export const passGate =
  ({ services, iam, faults, answered }: Gate) =>
  async (request: AwsRequest, caller: Caller): Promise<AwsResponse> => {
    // A request of a worker may arrive after the worker was ended. Its connection is gone, so the request is dropped.
    if (caller.alive?.() === false) throw new CallerGone()
    const service = services.get(request.service)
    if (!service) return unknownService(request.service, services)

    const { operation, accesses, detail, run } = service.open(request)
    const resource = accesses[0]?.resource ?? '*'
    const call: Call = {
      service: request.service,
      operation,
      ...(caller.functionName === undefined ? {} : { functionName: caller.functionName }),
      resource: detail === undefined ? resource : `${resource}/${detail}`,
    }
    const striking = faults.strike(call)
    const finish = (response: AwsResponse) => {
      answered(call, request, response)
      return response
    }

    for (const { killBefore, delayMs } of striking) {
      if (killBefore) return end(caller)
      if (delayMs !== undefined) await pause(delayMs)
    }
    for (const fault of striking) {
      if (fault.answer) return finish(fault.answer)
      const refusal = refusalOf(fault, request.service)
      if (refusal) return finish(refuse(request.service, refusal))
    }

    const denial = iam.denialOf(request.principal, accesses)
    if (denial) return finish(refuse(request.service, accessDenied(request.service, denial.message)))

    if (striking.some(({ repeat }) => repeat)) await run()
    const response = await run()
    finish(response)

    if (striking.some(({ killAfter }) => killAfter)) return end(caller)
    if (striking.some(({ loseAnswer }) => loseAnswer)) {
      return refuse(request.service, internalFailure(request.service))
    }
    const hidden = hiddenKey(iam, request, response, accesses[0]?.resource)
    return hidden ? refuse('s3', accessDenied('s3', hidden.message)) : response
  }

/** A caller that may not list a bucket does not learn that a key is missing: S3 answers 403 instead of 404. */
function hiddenKey(
  iam: Iam,
  { service, method, principal }: AwsRequest,
  { status }: AwsResponse,
  resource = '',
): Denial | undefined {
  const [bucket, ...key] = resource.split('/')
  if (service !== 's3' || status !== 404 || key.length === 0 || !bucket || !['GET', 'HEAD'].includes(method)) return
  return iam.denialOf(principal, [
    { action: 's3:ListBucket', resource: bucket, conditions: { 's3:prefix': key.join('/') } },
  ])
}

function end(caller: Caller): never {
  caller.kill?.()
  throw new CallerGone()
}

function unknownService(name: string, services: Map<string, AwsService>): AwsResponse {
  const message = `this cloud has no service ${name}: it serves ${[...services.keys()].sort().join(', ')}`
  return {
    status: 501,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ __type: 'NotImplemented', message }),
  }
}
