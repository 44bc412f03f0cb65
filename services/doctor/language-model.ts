import { type Cost, dollars } from '../../shared/cost'
import type { Finding } from '../../shared/finding'
import { foundationModelOf, type LlmOptions, promptOf } from '../../shared/second-opinions'
import type { Settings } from '../../shared/settings'
import { type BedrockFacts, bedrockFindings } from './bedrock-access'

/** About four bytes of English make a token. */
const BYTES_PER_TOKEN = 4
/** A post of a social network, and what a provider adds around a request with a tool. */
const POST_TOKENS = 30
const AROUND_TOKENS = 80
const ANSWER_TOKENS = 15

/** What the language model costs a day if every post is a separate message; undefined where none is configured. */
export function languageModelCost(settings: Settings): (Cost & { what: string })[] {
  const { llm } = settings
  if (!llm?.sendsPosts) return []
  const { input, output } = llm.pricePerMillionTokensUsd
  const tokens = promptTokens(settings, llm)
  const each = (tokens * input + ANSWER_TOKENS * output) / 1e6
  const messages = messagesOfADay(settings, llm)
  const usd = Math.min(messages * each, llm.caps.usd.perDay)
  const how = `${messages} messages × (${tokens} tokens × ${dollars(input)} + ${ANSWER_TOKENS} × ${dollars(output)}) / 1,000,000 = ${dollars(messages * each)}`
  const isHeld = messages * each > usd
  return [
    {
      what: 'language model',
      usd: Math.round(usd * 100) / 100,
      how: isHeld ? `${how}, held at llm.caps.usd.perDay ${dollars(usd)}` : how,
    },
  ]
}

/** Tokens of a request about a post of the usual length. */
function promptTokens({ labels }: Settings, llm: LlmOptions): number {
  const { system } = promptOf(labels.categories, llm)
  return Math.ceil(Buffer.byteLength(system) / BYTES_PER_TOKEN) + POST_TOKENS + AROUND_TOKENS
}

const messagesOfADay = ({ caps }: Settings, llm: LlmOptions): number =>
  Math.min(caps.posts.perDay, llm.caps.requests.perDay)

/**
 * Where posts go, and what has to be there; nothing where the settings name no model. `bedrock` is what Amazon Bedrock said of the
 * model; undefined where nothing was asked.
 */
export function languageModelFindings(
  settings: Settings,
  region: string,
  bedrock: BedrockFacts | undefined,
): Finding[] {
  const { llm } = settings
  if (!llm) return []
  const check = 'language model'
  const { provider, model, baseUrl = '', needsKey } = llm
  if (!llm.sendsPosts)
    return [
      {
        check,
        verdict: 'warning',
        found: `${model} is named and never asked: llm.sendsPosts is not true`,
        remedy: 'Set llm.sendsPosts: true in bellwether.yml if posts may be sent to it, or delete the section llm.',
      },
    ]
  if (provider === 'openai')
    return [
      {
        check,
        verdict: 'ok',
        found: `posts go to ${model} at ${baseUrl}, ${needsKey ? 'with the key in the secret LlmKey' : 'without a key'}`,
      },
    ]
  const regions = bedrock ? [...bedrock.obstacles.keys()] : llm.regions
  const load = {
    messages: messagesOfADay(settings, llm),
    tokens: promptTokens(settings, llm) + promptOf(settings.labels.categories, llm).maxTokens,
  }
  return [
    {
      check,
      verdict: 'ok',
      found: `posts go to ${foundationModelOf(llm)} on Amazon Bedrock in ${(regions.length > 0 ? regions : [region]).join(', ')}`,
    },
    ...(bedrock ? bedrockFindings(bedrock, llm, region, load) : []),
  ]
}
