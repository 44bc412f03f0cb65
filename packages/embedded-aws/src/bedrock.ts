import { z } from 'zod'
import {
  CONTROL_OPERATIONS,
  controlCall,
  DEFAULT_OFFERS,
  foundationOf,
  isProfile,
  type ModelOffer,
  offerOf,
  regionOf,
  regionsOfOffer,
} from './bedrock-models'
import { AwsError } from './protocol/aws-error'
import { jsonAnswer, restService } from './protocol/rest'
import type { Access, AwsResponse, AwsService, CloudContext } from './service'

/** A question to a language model. The tool that it has to call takes one of the choices. */
export interface LanguageQuestion {
  modelId: string
  system: string
  /** The text of the user's message. */
  user: string
  choices: readonly string[]
}

/** The model's reaction: it calls the tool with this input, or fails in one of Bedrock's ways. */
export type LanguageReply = { input: unknown } | 'throttled' | 'cut-off' | 'malformed' | 'refusal' | 'guardrail'
export type LanguageModel = (question: LanguageQuestion) => LanguageReply

const text = z.tuple([z.strictObject({ text: z.string() })])
const input = z.strictObject({
  system: text,
  messages: z.tuple([z.strictObject({ role: z.literal('user'), content: text })]),
  inferenceConfig: z.strictObject({ temperature: z.number().min(0).max(1), maxTokens: z.int().positive() }),
  toolConfig: z.strictObject({
    tools: z.tuple([
      z.strictObject({
        toolSpec: z.strictObject({
          name: z.string(),
          description: z.string().optional(),
          inputSchema: z.strictObject({
            json: z.looseObject({
              properties: z.record(z.string(), z.looseObject({ enum: z.array(z.string()).min(1) })),
            }),
          }),
        }),
      }),
    ]),
    toolChoice: z.strictObject({ tool: z.strictObject({ name: z.string() }) }),
  }),
})

const CONVERSE = /^\/model\/([^/]+)\/converse$/

/**
 * Amazon Bedrock, limited to one question with one tool, and the part of its control plane that describes the models.
 * Without a `languageModel`, the account has access to no model.
 */
export const createBedrock = (
  context: Pick<CloudContext, 'account' | 'region'>,
  model: LanguageModel | undefined,
  offers: readonly ModelOffer[] = DEFAULT_OFFERS,
): AwsService =>
  restService('bedrock', ['Converse', ...CONTROL_OPERATIONS], (request) => {
    const { method, path, body } = request
    const { account, region: home } = context
    const control = controlCall(request, context, { offers, hasAccess: model !== undefined })
    if (control) return control
    const modelId = decodeURIComponent(CONVERSE.exec(path)?.[1] ?? '')
    if (method !== 'POST' || modelId === '') return { operation: `${method} ${path}`, accesses: [] }
    const region = regionOf(request.headers) ?? home
    const offer = offerOf(offers, modelId)
    const regions = offer ? regionsOfOffer(offer, home) : [region]
    return {
      operation: 'Converse',
      accesses: accessesOf(modelId, account, {
        region,
        routed: regions.includes(region) ? region : (regions[0] ?? region),
      }),
      work: () => {
        const parsed = input.safeParse(JSON.parse(body.toString('utf8')))
        if (!parsed.success) throw new AwsError(400, 'ValidationException', z.prettifyError(parsed.error))
        if (!offer || (!isProfile(modelId) && !regions.includes(region)))
          throw new AwsError(400, 'ValidationException', 'The provided model identifier is invalid.')
        if (offer.isOnDemand === false && !isProfile(modelId))
          throw new AwsError(
            400,
            'ValidationException',
            `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
          )
        if (!model || offer.isGranted === false)
          throw new AwsError(
            403,
            'AccessDeniedException',
            "You don't have access to the model with the specified model ID.",
          )
        return answer(modelId, parsed.data, model)
      },
    }
  })

/**
 * A call through an inference profile needs permission for the profile, and for its foundation model in the region that it
 * routes to: that of the request where the model is offered there, and the first one otherwise.
 */
function accessesOf(
  modelId: string,
  account: string,
  { region, routed }: { region: string; routed: string },
): Access[] {
  const foundationIn = (at: string) => `arn:aws:bedrock:${at}::foundation-model/${foundationOf(modelId)}`
  if (!isProfile(modelId)) return [{ action: 'bedrock:InvokeModel', resource: foundationIn(region) }]
  const profile = `arn:aws:bedrock:${region}:${account}:inference-profile/${modelId}`
  return [
    { action: 'bedrock:InvokeModel', resource: profile },
    {
      action: 'bedrock:InvokeModel',
      resource: foundationIn(routed),
      conditions: { 'bedrock:InferenceProfileArn': profile },
    },
  ]
}

function answer(
  modelId: string,
  { system, messages, toolConfig }: z.infer<typeof input>,
  model: LanguageModel,
): AwsResponse {
  const [{ toolSpec }] = toolConfig.tools
  const { name } = toolSpec
  const said = system[0].text
  const user = messages[0].content[0].text
  const [property] = Object.values(toolSpec.inputSchema.json.properties)
  const reply = model({ modelId, system: said, user, choices: property?.enum ?? [] })
  if (reply === 'throttled')
    throw new AwsError(429, 'ThrottlingException', 'Too many requests, please wait before trying again.')
  const { stopReason, content } = contentOf(reply, name)
  const inputTokens = tokensOf(said) + tokensOf(user) + tokensOf(JSON.stringify(toolSpec))
  const outputTokens = tokensOf(JSON.stringify(content))
  return jsonAnswer(200, {
    output: { message: { role: 'assistant', content } },
    stopReason,
    usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
    metrics: { latencyMs: 1 },
  })
}

function contentOf(
  reply: Exclude<LanguageReply, 'throttled'>,
  name: string,
): { stopReason: string; content: unknown[] } {
  switch (reply) {
    case 'cut-off':
      return { stopReason: 'max_tokens', content: [{ text: 'The post' }] }
    case 'malformed':
      return { stopReason: 'malformed_tool_use', content: [] }
    case 'refusal':
      return { stopReason: 'end_turn', content: [{ text: 'I cannot help with that.' }] }
    case 'guardrail':
      return { stopReason: 'guardrail_intervened', content: [{ text: 'Blocked by a guardrail.' }] }
    default:
      return { stopReason: 'tool_use', content: [{ toolUse: { toolUseId: 'tooluse_1', name, input: reply.input } }] }
  }
}

/** A token is about four bytes of English. */
const tokensOf = (words: string): number => Math.ceil(Buffer.byteLength(words) / 4)
