import { z } from 'zod'

const usd = z.number().nonnegative()
const count = z.int().positive()

/** Providers of language models. The adapters are in services/predictor/models. */
export const PROVIDERS = ['bedrock', 'openai'] as const

/** Prefixes of the inference profiles that Amazon Bedrock defines: each routes a request to several regions. */
const PROFILE = /^(?:us|us-gov|eu|apac|jp|au|ca|global)\.(?=[a-z0-9-]+\.)/

const isArn = (model: string): boolean => model.startsWith('arn:')
const isProfile = (model: string): boolean => PROFILE.test(model) || /:(?:application-)?inference-profile\//.test(model)

const NO_MODEL = 'is missing: name the model, as in model: eu.anthropic.claude-haiku-4-5-20251001-v1:0'

/** `llm` in `bellwether.yml`: a language model as second predictor. Without this section no model is asked. */
export const llmOptions = z
  .strictObject({
    provider: z.enum(PROVIDERS),
    model: z.string({ error: NO_MODEL }).trim().min(1, NO_MODEL).max(2048),
    foundationModel: z
      .string()
      .regex(/^[a-z0-9-]+\.[\w.:-]+$/, 'the id of a foundation model, as in anthropic.claude-haiku-4-5-20251001-v1:0')
      .optional(),
    regions: z.array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region, as in eu-west-1')).default([]),
    baseUrl: z.url({ protocol: /^https?$/ }).optional(),
    needsKey: z.boolean().default(false),
    sendsPosts: z.boolean().default(false),
    caps: z.strictObject({
      usd: z.strictObject({ perDay: usd, perMonth: usd }),
      requests: z.strictObject({ perDay: count, perMonth: count }),
    }),
    pricePerMillionTokensUsd: z.strictObject({ input: usd, output: usd }),
    examplesPerLabel: z.int().nonnegative().max(20).default(3),
    timeoutSeconds: z.number().min(1).max(300).default(30),
    backDays: z.int().min(1).max(60).default(14),
  })
  .superRefine(({ provider, model, foundationModel, regions, baseUrl, needsKey }, context) => {
    const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (provider === 'openai') {
      if (baseUrl === undefined)
        wrong('baseUrl', 'is missing: provider openai needs the address of its server, as in http://10.0.0.5:11434/v1')
      if (regions.length > 0) wrong('regions', 'belongs to provider bedrock: delete it')
      if (foundationModel !== undefined) wrong('foundationModel', 'belongs to provider bedrock: delete it')
      return
    }
    if (baseUrl !== undefined) wrong('baseUrl', 'belongs to provider openai: delete it')
    if (needsKey) wrong('needsKey', 'belongs to provider openai: Amazon Bedrock goes by the role of the function')
    if (isProfile(model) && regions.length === 0)
      wrong(
        'regions',
        `is missing: ${model} is an inference profile, which routes to several regions; list them: aws bedrock get-inference-profile --inference-profile-identifier ${model}`,
      )
    if (isArn(model) && foundationModel === undefined)
      wrong(
        'foundationModel',
        'is missing: an ARN does not name its foundation model, and the role of the function must',
      )
  })

export type LlmOptions = z.infer<typeof llmOptions>

/** The foundation model of a model id or an inference profile of Amazon Bedrock. */
export const foundationModelOf = ({ model, foundationModel }: Pick<LlmOptions, 'model' | 'foundationModel'>): string =>
  foundationModel ?? model.replace(PROFILE, '')

/** What the role of the asking function may invoke on Amazon Bedrock, as CloudFormation writes ARNs. */
export interface BedrockResources {
  /** The inference profile, where the model is one. */
  profile: string | undefined
  /** The foundation model in every region that a request may reach. */
  foundationModels: string[]
}

export function bedrockResources(options: Pick<LlmOptions, 'model' | 'foundationModel' | 'regions'>): BedrockResources {
  const { model, regions } = options
  const foundation = foundationModelOf(options)
  const inRegion = (region: string) => `arn:\${AWS::Partition}:bedrock:${region}::foundation-model/${foundation}`
  if (!isProfile(model)) return { profile: undefined, foundationModels: [inRegion('${AWS::Region}')] }
  return {
    profile: isArn(model)
      ? model
      : `arn:\${AWS::Partition}:bedrock:\${AWS::Region}:\${AWS::AccountId}:inference-profile/${model}`,
    // A global profile names its model without a region as well:
    // https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
    foundationModels: [...new Set([...(model.startsWith('global.') ? [''] : []), ...regions])].map(inRegion),
  }
}
