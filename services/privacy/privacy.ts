import type { Invocation } from '../../shared/door'
import { type Answer, deletePosts, goOn, type Ports } from './delete'
import type { PrivacyRequest } from './request'

/** What is asked of the service by a person, or by the schedule. */
export const answerRequest =
  (ports: Ports) =>
  async (
    request: PrivacyRequest,
    invocation: Invocation,
  ): Promise<Answer | { requests: Answer[]; modelsKept: string[] }> =>
    'delete' in request ? deletePosts(ports)(request.delete, request.dryRun, invocation) : goOn(ports)(invocation)
