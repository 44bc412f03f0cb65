import type { Invocation } from '../../shared/door'
import { type DeletionProgress, deletePosts, resumeDeletions, type DeletePorts } from './delete'
import { type Expired, expireTexts } from './expire'
import type { PrivacyRequest } from './request'

/** Requests to the service by a person, or by the schedule. */
export const answerPrivacy =
  (ports: DeletePorts) =>
  async (
    request: PrivacyRequest,
    invocation: Invocation,
  ): Promise<DeletionProgress | Expired | { requests: DeletionProgress[]; modelsKept: string[] }> => {
    if ('delete' in request) return deletePosts(ports)(request.delete, request.dryRun, invocation)
    return 'expire' in request ? expireTexts(ports)(invocation) : resumeDeletions(ports)(invocation)
  }
