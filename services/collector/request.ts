import { z } from 'zod'
import type { Invocation } from '../../shared/door'
import { type PresenceCheck, checkPresence, type CheckPorts } from './check'
import { collect, type CollectionOutcome, type CollectPorts, collectRequest } from './collect'

/** `{"presence":true}` asks the networks whether stored posts still exist; every other request collects. */
export const collectorRequest = z.union([z.strictObject({ presence: z.literal(true) }), collectRequest])

export const answerCollector =
  (ports: CollectPorts & CheckPorts) =>
  async (
    request: z.infer<typeof collectorRequest>,
    invocation: Invocation,
  ): Promise<PresenceCheck[] | CollectionOutcome | { asked: string[] }> =>
    'presence' in request ? checkPresence(ports)(invocation) : collect(ports)(request, invocation)
