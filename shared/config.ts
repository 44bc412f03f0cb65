import { z } from 'zod'
import { BellwetherError } from './errors'

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' })
    return z.NEVER
  }
})

const environment = z.object({
  AWS_REGION: z.string().min(1),
  STAGE: z.string().min(1),
  BUCKET: z.string().min(3),
  TABLE: z.string().min(1),
  BUS: z.string().min(1),
  /** Where the function's files are; `bellwether.yml` is one of them. */
  LAMBDA_TASK_ROOT: z.string().min(1),
  ACCOUNT_ID: z.string().regex(/^\d{12}$/),
  LABELING_ROLE_ARN: z.string(),
  TRAINING_ROLE_ARN: z.string(),
  COLLECTOR_QUEUE_URL: z.url(),
  TRAINER_QUEUE_URL: z.url(),
  ANALYZER_QUEUE_URL: z.url(),
  PREDICTOR_QUEUE_URL: z.url(),
  COLLECTOR_FUNCTION: z.string(),
  LABELING_FUNCTION: z.string(),
  FORMATTER_FUNCTION: z.string(),
  TRAINER_FUNCTION: z.string(),
  EVALUATOR_FUNCTION: z.string(),
  ANALYZER_FUNCTION: z.string(),
  PRIVACY_FUNCTION: z.string(),
  /** Ids of the secrets of sources, by type of source, as JSON. */
  SOURCE_SECRETS: json.pipe(z.record(z.string(), z.string())),
  /** Names of the functions of the stack and how many alarms it has, as JSON. */
  OUTLINE: json.pipe(z.object({ functions: z.array(z.string()), alarms: z.int().nonnegative() })),
  /** Ids of the secrets with the keys of links: those of annotators, owners and readers. */
  ANNOTATOR_LINK_SECRET: z.string(),
  OWNER_LINK_SECRET: z.string(),
  READER_LINK_SECRET: z.string(),
  /** URLs of the dead-letter queues by function, as JSON. */
  DEAD_LETTERS: json.pipe(z.record(z.string(), z.url())),
  TOMBSTONE_SECRET: z.string(),
  /** Id of the secret with the key of the language model's server; empty where it takes none. */
  LLM_SECRET: z.string(),
  SITE_URL: z.url(),
  /** ARN of the topic of the weekly mail. */
  MAIL_TOPIC: z.string(),
  /** ARNs of the topics that send mails, by the setting that names their addresses, as JSON. */
  TOPICS: json.pipe(z.record(z.string(), z.string())),
})

const names = {
  region: 'AWS_REGION',
  stage: 'STAGE',
  bucket: 'BUCKET',
  table: 'TABLE',
  bus: 'BUS',
  taskRoot: 'LAMBDA_TASK_ROOT',
  accountId: 'ACCOUNT_ID',
  labelingRoleArn: 'LABELING_ROLE_ARN',
  trainingRoleArn: 'TRAINING_ROLE_ARN',
  collectorQueueUrl: 'COLLECTOR_QUEUE_URL',
  trainerQueueUrl: 'TRAINER_QUEUE_URL',
  analyzerQueueUrl: 'ANALYZER_QUEUE_URL',
  predictorQueueUrl: 'PREDICTOR_QUEUE_URL',
  collectorFunction: 'COLLECTOR_FUNCTION',
  labelingFunction: 'LABELING_FUNCTION',
  formatterFunction: 'FORMATTER_FUNCTION',
  trainerFunction: 'TRAINER_FUNCTION',
  evaluatorFunction: 'EVALUATOR_FUNCTION',
  analyzerFunction: 'ANALYZER_FUNCTION',
  privacyFunction: 'PRIVACY_FUNCTION',
  sourceSecrets: 'SOURCE_SECRETS',
  outline: 'OUTLINE',
  annotatorLinkSecret: 'ANNOTATOR_LINK_SECRET',
  ownerLinkSecret: 'OWNER_LINK_SECRET',
  readerLinkSecret: 'READER_LINK_SECRET',
  deadLetters: 'DEAD_LETTERS',
  tombstoneSecret: 'TOMBSTONE_SECRET',
  llmSecret: 'LLM_SECRET',
  siteUrl: 'SITE_URL',
  mailTopic: 'MAIL_TOPIC',
  topics: 'TOPICS',
} as const

type Environment = z.infer<typeof environment>
type Names = typeof names
export type Config<N extends keyof Names> = { [K in N]: NonNullable<Environment[Names[K]]> }

/**
 * The only place that reads process.env: the settings that this function needs, and no others. Fails the cold start
 * with every missing or malformed variable at once (CONFIG_MISSING).
 */
export function readConfig<N extends keyof Names>(needed: readonly N[], env = process.env): Config<N> {
  const mask = Object.fromEntries(needed.map((name) => [names[name], true]))
  const parsed = environment.pick(mask as Record<keyof Environment, true>).safeParse(env)
  if (!parsed.success) throw new BellwetherError('CONFIG_MISSING', z.prettifyError(parsed.error))
  const values: Partial<Environment> = parsed.data
  // Every picked variable was required above.
  return Object.fromEntries(needed.map((name) => [name, values[names[name]]])) as Config<N>
}
