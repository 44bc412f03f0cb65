import { z } from 'zod'
import { type Finding, findingOf } from '../finding'
import type { LabellerFacts, LabellerTerms, PricingOptions } from './terms'

/** `labelling.groundTruth` in bellwether.yml. */
export const groundTruthOptions = z.strictObject({
  workteamArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:sagemaker:[^:]+:\d{12}:workteam\/(private|vendor)-crowd\/[^/]+$/,
      'the ARN of a private or vendor work team; posts of people must not be shown to the public crowd',
    ),
  feePerItemUsd: z.number().nonnegative().default(0.08),
  feeTiers: z
    .array(z.strictObject({ above: z.int().positive(), feePerItemUsd: z.number().nonnegative() }))
    .refine(
      (tiers) => tiers.every(({ above }, i) => above > (tiers[i - 1]?.above ?? Number.NEGATIVE_INFINITY)),
      'write them in ascending order of above',
    )
    .default([
      { above: 50_000, feePerItemUsd: 0.04 },
      { above: 1_000_000, feePerItemUsd: 0.02 },
    ]),
  taskTimeLimitSeconds: z.int().min(30).max(28_800).default(300),
})
export type GroundTruthOptions = z.infer<typeof groundTruthOptions>

/**
 * Accounts of AWS's own Lambda functions for text classification, by region. The list is complete.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HumanTaskConfig.html
 */
export const LAMBDA_ACCOUNTS: Readonly<Record<string, string>> = {
  'us-east-1': '432418664414',
  'us-east-2': '266458841044',
  'us-west-2': '081040173940',
  'ca-central-1': '918755190332',
  'eu-west-1': '568282634449',
  'eu-west-2': '487402164563',
  'eu-central-1': '203001061592',
  'ap-northeast-1': '477331159723',
  'ap-northeast-2': '845288260483',
  'ap-south-1': '565803892007',
  'ap-southeast-1': '377565633583',
  'ap-southeast-2': '454466003867',
}

type Options = PricingOptions & { groundTruth?: GroundTruthOptions | undefined }

const CHECK = 'Ground Truth'
const REMEDY = 'Set labelling.labeller: desk.'

/** SageMaker Ground Truth, with a private or vendor work team. */
export const groundTruth: LabellerTerms<Options> = {
  title: 'Ground Truth',
  kind: 'human',
  // Ground Truth refuses tasks on a bucket without a CORS rule.
  // https://docs.aws.amazon.com/sagemaker/latest/dg/sms-cors-update.html
  readsBucketInPages: true,
  // The quota is 100,000 items a job. https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
  itemsPerDay: () => Infinity,
  judgementsAsked,
  judgementUsd: ({ pricePerJudgementUsd }) => pricePerJudgementUsd,
  fee: {
    ledger: 'labelObjects',
    usd: ({ groundTruth: options }, objects, before) => (options ? feeOf(options, objects, before) : 0),
    /** A disputed item goes into a second job and is billed again; items that only measure annotators do not. */
    objectsAtMost: (options, items, measuring) =>
      judgementsAsked(options).evaluation % 2 === 0 ? 2 * items - measuring : items,
  },
  objection: ({ groundTruth: options }) =>
    options ? undefined : 'ground-truth needs labelling.groundTruth.workteamArn',
  doctor: { check: CHECK, finding },
}

/** A job has one number of judgements for all its items. */
function judgementsAsked({ evaluationJudgements, trainingJudgements }: Options) {
  const most = Math.max(evaluationJudgements, trainingJudgements)
  return { evaluation: most, training: most, measuring: most }
}

/** The fee for an object falls with the number of objects before it in the month. */
function feeOf({ feePerItemUsd, feeTiers }: GroundTruthOptions, objects: number, before: number): number {
  const tiers = [{ above: 0, feePerItemUsd }, ...feeTiers]
  return tiers.reduce((sum, tier, i) => {
    const end = Math.min(before + objects, tiers[i + 1]?.above ?? Infinity)
    return sum + Math.max(0, end - Math.max(before, tier.above)) * tier.feePerItemUsd
  }, 0)
}

function finding({ hasGroundTruth, workteams, labelingJobs, region }: LabellerFacts, options: Options): Finding {
  const team = options.groundTruth?.workteamArn
  if (!hasGroundTruth) {
    return { check: CHECK, verdict: 'missing', found: `it has no text classification in ${region}`, remedy: REMEDY }
  }
  return findingOf(CHECK, workteams, (arns) => {
    if (team?.includes(':workteam/private-crowd/') && !arns.includes(team)) {
      return {
        check: CHECK,
        verdict: 'missing',
        found: `there is no work team ${team}; there are: ${arns.join(', ') || 'none'}`,
        remedy: `Correct labelling.groundTruth.workteamArn, or make the team in SageMaker. ${REMEDY}`,
      }
    }
    return findingOf(CHECK, labelingJobs, (jobs) =>
      jobs > 0
        ? { check: CHECK, verdict: 'ok', found: 'the account has run labelling jobs' }
        : {
            check: CHECK,
            verdict: 'warning',
            found:
              'the account has never run a labelling job in this region; AWS takes no new customers since 2026-07-30',
            remedy: `If CreateLabelingJob is refused: ${REMEDY}`,
          },
    )
  })
}
