import { type Cost, dollars } from '../../shared/cost'
import type { Finding } from '../../shared/finding'
import { foundationModelOf, promptOf } from '../../shared/second-opinions'
import type { Settings } from '../../shared/settings'

/** About four bytes of English make a token. */
const BYTES_PER_TOKEN = 4
/** A post of a social network, and what a provider adds around a request with a tool. */
const POST_TOKENS = 30
const AROUND_TOKENS = 80
const ANSWER_TOKENS = 15

/** What the language model costs a day if every post is a message of its own; nothing where none is asked. */
export function languageModelCost({ llm, labels, caps }: Settings): (Cost & { what: string })[] {
  if (!llm?.sendsPosts) return []
  const { input, output } = llm.pricePerMillionTokensUsd
  const { system } = promptOf(labels.categories, llm)
  const tokens = Math.ceil(Buffer.byteLength(system) / BYTES_PER_TOKEN) + POST_TOKENS + AROUND_TOKENS
  const each = (tokens * input + ANSWER_TOKENS * output) / 1e6
  const messages = Math.min(caps.posts.perDay, llm.caps.requests.perDay)
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

/** Where posts go, and what has to be there; nothing where the settings name no model. */
export function languageModelFindings({ llm }: Settings, region: string): Finding[] {
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
  const regions = llm.regions.length > 0 ? llm.regions : [region]
  const foundation = foundationModelOf(llm)
  return [
    { check, verdict: 'ok', found: `posts go to ${foundation} on Amazon Bedrock in ${regions.join(', ')}` },
    {
      check: 'access to the language model',
      verdict: 'could not be checked',
      found: `access and quota of ${model} are not checked here; asked.json of a day under answers/ says where it was refused`,
      remedy: regions
        .map((one) => `aws bedrock get-foundation-model-availability --region ${one} --model-id ${foundation}`)
        .join('\n'),
    },
  ]
}
