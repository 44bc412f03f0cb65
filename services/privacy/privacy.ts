import type { Invocation } from '../../shared/door'
import { type Answer, deletePosts, goOn, type Ports } from './delete'
import { type Expired, expireTexts } from './expire'
import type { PrivacyRequest } from './request'

/** What is asked of the service by a person, or by the schedule. */
export const answerRequest =
  (ports: Ports) =>
  async (
    request: PrivacyRequest,
    invocation: Invocation,
  ): Promise<Answer | Expired | { requests: Answer[]; modelsKept: string[] }> => {
    if ('delete' in request) return deletePosts(ports)(request.delete, request.dryRun, invocation)
    return 'expire' in request ? expireTexts(ports)(invocation) : goOn(ports)(invocation)
  }
