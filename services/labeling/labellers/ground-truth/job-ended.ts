import { THIRD } from './ground-truth-request'

/** The batch that a Ground Truth job of this stage labels, from the ARN in the job's event. */
export function batchOfJob(arn: string | undefined, stage: string): string | undefined {
  const prefix = `labeling-job/bellwether-${stage}-`.toLowerCase()
  const name = arn?.slice(arn.lastIndexOf(':') + 1).toLowerCase() ?? ''
  const own = name.startsWith(prefix) ? name.slice(prefix.length) : ''
  const batch = own.endsWith(THIRD) ? own.slice(0, -THIRD.length) : own
  // The stage `dev` also receives events of jobs of a stage `dev-2`.
  return /^\d{4}-\d\d-\d\d(-\d+)?$/.test(batch) ? batch : undefined
}

/** Settle the batch whose labelling job completed, failed or was stopped. Jobs of other stages are ignored. */
export const onJobEnded =
  (stage: string, settle: (batch: string, now: Date) => Promise<unknown>) =>
  async (arn: string | undefined, now: Date): Promise<unknown> => {
    const batch = batchOfJob(arn, stage)
    return batch === undefined ? { waits: `${arn} is not a labelling job of this stage` } : settle(batch, now)
  }
