import { type Asked, type Finding, findingOf as judged } from '../../shared/finding'
import { bedrockResources, foundationModelOf, type LlmOptions } from '../../shared/second-opinions'
import { asked } from './asked'
import type { BedrockAccount, DescribedModel, Obstacle } from './bedrock-account'

/** Amazon Bedrock's state of the configured model. */
export interface BedrockFacts {
  /** Regions of the inference profile; undefined if it does not exist, null if the model is not a profile. */
  profile: Asked<string[] | undefined> | null
  /** By region that a request may reach. */
  obstacles: ReadonlyMap<string, Asked<Obstacle | null | undefined>>
  model: Asked<DescribedModel | undefined>
  /** By name. */
  quotas: Asked<ReadonlyMap<string, number>>
}

type Model = Pick<LlmOptions, 'model' | 'foundationModel' | 'regions'>

/** Ask Amazon Bedrock everything relevant about the configured model. */
export async function askBedrock(account: BedrockAccount, llm: Model, region: string): Promise<BedrockFacts> {
  const foundation = foundationModelOf(llm)
  const profile = isProfile(llm) ? await asked(account.profileRegions(region, llm.model)) : null
  const regions = regionsOf(llm, region, profile)
  const [model, quotas, ...obstacles] = await Promise.all([
    // A profile may route to other regions than the stack's own.
    asked(account.describe(regions.includes(region) ? region : (regions[0] ?? region), foundation)),
    asked(account.quotas()),
    ...regions.map((one) => asked(account.obstacle(one, foundation))),
  ])
  const unasked: Asked<null> = { unknown: 'it was not asked' }
  return { profile, model, quotas, obstacles: new Map(regions.map((one, i) => [one, obstacles[i] ?? unasked])) }
}

const isProfile = (llm: Model): boolean => bedrockResources(llm).profile !== undefined

/** The regions that requests reach: those that the profile names, and those of the configuration while it cannot be asked. */
function regionsOf({ regions }: Model, home: string, profile: BedrockFacts['profile']): string[] {
  if (profile && 'known' in profile && profile.known && profile.known.length > 0) return [...new Set(profile.known)]
  return regions.length > 0 ? regions : [home]
}

/** The maximum number of messages of a day. */
export interface Load {
  messages: number
  /** Tokens of one message: its prompt, and the longest answer, which the quota reserves until the answer arrives. */
  tokens: number
}

/** Findings about the profile, the access and the quota of the configured model, each lack with its remedy. Pure. */
export function bedrockFindings(facts: BedrockFacts, llm: Model, region: string, load: Load): Finding[] {
  return [
    ...(facts.profile ? [profileFinding(facts.profile, llm, region)] : []),
    ...onDemandFindings(facts, llm, region),
    ...[...facts.obstacles].map(([one, obstacle]) => accessFinding(obstacle, foundationModelOf(llm), one)),
    quotaFinding(facts, llm, region, load),
  ]
}

function profileFinding(profile: Asked<string[] | undefined>, { model, regions }: Model, region: string): Finding {
  const check = 'inference profile of the language model'
  return judged(check, profile, (routed) => {
    if (!routed)
      return {
        check,
        verdict: 'missing',
        found: `Amazon Bedrock has no inference profile ${model} in ${region}`,
        remedy: `Set llm.model to one of these: aws bedrock list-inference-profiles --region ${region} --query 'inferenceProfileSummaries[].inferenceProfileId'`,
      }
    const unlisted = [...new Set(routed)].filter((one) => !regions.includes(one))
    const idle = routed.length > 0 ? regions.filter((one) => !routed.includes(one)) : []
    if (unlisted.length > 0)
      return {
        check,
        verdict: 'missing',
        found: `${model} also routes to ${unlisted.join(', ')}, where the role of the function may not use the model: requests that are routed there are refused`,
        remedy: `Set llm.regions: [${[...new Set(routed)].join(', ')}] in bellwether.yml and deploy.`,
      }
    if (idle.length > 0)
      return {
        check,
        verdict: 'warning',
        found: `llm.regions names ${idle.join(', ')}, which ${model} does not route to`,
        remedy: 'Delete them from llm.regions in bellwether.yml: the role needs no access there.',
      }
    return { check, verdict: 'ok', found: `${model} routes to ${regions.join(', ')}` }
  })
}

/** The finding when a model that needs an inference profile is configured without one. */
function onDemandFindings({ model, profile }: BedrockFacts, { model: id }: Model, region: string): Finding[] {
  if (profile !== null || !('known' in model) || !model.known || model.known.isOnDemand) return []
  return [
    {
      check: 'inference profile of the language model',
      verdict: 'missing',
      found: `${id} takes no requests on demand by its own id`,
      remedy: `Set llm.model to a profile of it, and llm.regions to its regions: aws bedrock list-inference-profiles --region ${region}`,
    },
  ]
}

function accessFinding(obstacle: Asked<Obstacle | null | undefined>, foundation: string, region: string): Finding {
  const check = `access to the language model in ${region}`
  const availability = `aws bedrock get-foundation-model-availability --region ${region} --model-id ${foundation}`
  if (!('known' in obstacle))
    return { check, verdict: 'could not be checked', found: obstacle.unknown, remedy: availability }
  const { known } = obstacle
  if (known === null)
    return { check, verdict: 'ok', found: `the account has access to ${foundation}, as far as Amazon Bedrock tells` }
  if (known === undefined)
    return {
      check,
      verdict: 'missing',
      found: `Amazon Bedrock has no model ${foundation} in ${region}`,
      remedy: `Set llm.model to one of these: aws bedrock list-foundation-models --region ${region} --query 'modelSummaries[].modelId'`,
    }
  const { verdict, found, remedy } = OBSTACLES[known.kind](foundation, region, known.said)
  return { check, verdict, found, remedy: remedy ?? availability }
}

/** The commands that accept the agreement of a model. */
const accepting = (model: string, region: string): string =>
  `aws bedrock list-foundation-model-agreement-offers --region ${region} --model-id ${model}, then aws bedrock create-foundation-model-agreement with its offer token`

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html */
const OBSTACLES: Record<
  Obstacle['kind'],
  (model: string, region: string, said?: string) => Pick<Finding, 'verdict' | 'found'> & { remedy?: string }
> = {
  'not in the region': (model, region) => ({
    verdict: 'missing',
    found: `${region} does not offer ${model}`,
    remedy: `Set llm.model to a model of ${region} or to an inference profile that reaches one: aws bedrock list-foundation-models --region ${region} --query 'modelSummaries[].modelId'`,
  }),
  'not authorized': (model, region) => ({
    verdict: 'missing',
    found: `the account is not authorized to use ${model} in ${region}`,
    remedy:
      'A service control policy or the organisation denies it: ask who manages the organisation to allow bedrock:InvokeModel there.',
  }),
  'no agreement': (model, region) => ({
    verdict: 'missing',
    found: `the account has no access to ${model} in ${region}: its agreement is not accepted`,
    remedy: `Accept it in the Model catalog of the Amazon Bedrock console, or: ${accepting(model, region)}`,
  }),
  'agreement failed': (model, region, said) => ({
    verdict: 'missing',
    found: `the agreement for ${model} in ${region} was asked for and failed: ${said || 'Amazon Bedrock gives no reason'}`,
    remedy:
      'Check that the account has a valid payment method and that your role may use aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions. ' +
      `Then accept it again: ${accepting(model, region)}`,
  }),
  'not entitled': (model, region) => ({
    verdict: 'missing',
    found: `the agreement for ${model} is accepted, but the account is not entitled to it in ${region}`,
    remedy: model.startsWith('anthropic.')
      ? 'Submit the use case details that Anthropic asks for once: open the model in the Model catalog of the Amazon Bedrock console. Access follows at once.'
      : `A new subscription takes up to 15 minutes: run the doctor again. After that, open the model in the Model catalog of the Amazon Bedrock console in ${region}, and check its subscription in AWS Marketplace.`,
  }),
  'agreement pending': (model, region) => ({
    verdict: 'warning',
    found: `access to ${model} in ${region} is being set up, which takes some minutes`,
  }),
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-runtime.html */
const QUOTA =
  /^(global cross-region|cross-region|on-demand)(?: model inference| invokemodel)? (tokens|requests) per minute for (.+)$/i

const MINUTES_OF_A_DAY = 24 * 60

function quotaFinding({ model, quotas, profile }: BedrockFacts, llm: Model, region: string, load: Load): Finding {
  const check = 'quota of the language model'
  const list = `aws service-quotas list-service-quotas --region ${region} --service-code bedrock --query "Quotas[?contains(QuotaName, 'per minute')].[QuotaName, Value]" --output text`
  const unknown = (found: string): Finding => ({ check, verdict: 'could not be checked', found, remedy: list })
  if (!('known' in model)) return unknown(model.unknown)
  if (!('known' in quotas)) return unknown(quotas.unknown)
  if (!model.known) return unknown(`there is no model ${foundationModelOf(llm)} to have one`)
  const { name } = model.known
  const how = profile === null ? 'on-demand' : llm.model.startsWith('global.') ? 'global cross-region' : 'cross-region'
  const perMinute = (unit: 'tokens' | 'requests') => quotaOf(quotas.known, how, unit, name)
  const [tokens, requests] = [perMinute('tokens'), perMinute('requests')]
  if (tokens === undefined) return unknown(`Service Quotas lists no ${how} tokens per minute for ${name} in ${region}`)

  const said = [`${tokens} tokens`, ...(requests === undefined ? [] : [`${requests} requests`])].join(' and ')
  const messages = Math.min(Math.floor(tokens / load.tokens), requests ?? Number.POSITIVE_INFINITY)
  if (messages === 0)
    return {
      check,
      verdict: 'missing',
      found: `${said} a minute: not one message can be asked about; a new account may begin with none`,
      remedy: `Ask for more of "${how} … tokens per minute for ${name}" in Service Quotas, Amazon Bedrock.`,
    }
  const minutes = Math.ceil(load.messages / messages)
  const found = `${said} a minute: about ${messages} messages, so a day of ${load.messages} takes ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
  if (minutes > MINUTES_OF_A_DAY)
    return {
      check,
      verdict: 'warning',
      found: `${found}, longer than a day`,
      remedy: `Set llm.caps.requests.perDay to ${messages * MINUTES_OF_A_DAY} at most, or ask for more in Service Quotas, Amazon Bedrock.`,
    }
  return { check, verdict: 'ok', found }
}

function quotaOf(
  quotas: ReadonlyMap<string, number>,
  how: string,
  unit: 'tokens' | 'requests',
  model: string,
): number | undefined {
  const values = [...quotas].flatMap(([quota, value]) => {
    const [, kind = '', of = '', name = ''] = QUOTA.exec(quota) ?? []
    const isIt = kind.toLowerCase() === how && of.toLowerCase() === unit && plain(name) === plain(model)
    return isIt ? [value] : []
  })
  return values.length === 0 ? undefined : Math.min(...values)
}

/** The quotas of some models have a version after the name. */
const plain = (name: string): string =>
  name
    .replace(/ v\d+$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, ' ')
    .trim()
