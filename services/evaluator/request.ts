import { z } from 'zod'
import { evaluate, latestJob, type EvaluationOutcome, type EvaluatePorts } from './evaluate'
import { type LiveAt, liveAt } from './live-at'
import { type RolledBack, rollback } from './rollback'

/**
 * `{"job":"…"}` or `{"job":"latest"}` evaluates a model; `{"rollback":true}` or `{"rollback":"<job>"}` makes a former
 * champion live again; `{"liveAt":"2026-11-22T12:00:00Z"}` says which model was live then.
 */
export const evaluatorRequest = z.union([
  z.strictObject({ job: z.string().min(1) }),
  z.strictObject({ rollback: z.union([z.literal(true), z.string().min(1)]) }),
  z.strictObject({ liveAt: z.iso.datetime({ offset: true }) }),
])

export const answerEvaluator =
  (ports: EvaluatePorts) =>
  async (request: z.infer<typeof evaluatorRequest>, now: Date): Promise<EvaluationOutcome | RolledBack | LiveAt> => {
    if ('liveAt' in request) return liveAt(ports.objects, new Date(request.liveAt))
    if ('rollback' in request) return rollback(ports)(request.rollback, now)
    const job = request.job === 'latest' ? await latestJob(ports.objects) : request.job
    return evaluate(ports)(job, now)
  }
