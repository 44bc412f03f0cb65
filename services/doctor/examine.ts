import { z } from 'zod'
import type { Invocation } from '../../shared/door'
import { type Settings, settings } from '../../shared/settings'
import { type SourceRegistry, SOURCES, watchedSources } from '../../shared/sources'
import type { PersonRole } from '../../shared/state/people'
import type { Account } from './account'
import { type DailyCost, costsOfADay, type Outline, totalUsd } from './costs'
import type { Foreseen } from './new-labels'
import type { Asked, Finding } from '../../shared/finding'
import { asked } from './asked'
import { askBedrock } from './bedrock-access'
import type { BedrockAccount } from './bedrock-account'
import { findingsOf, quotasOf } from './findings'
import { addressesOf, type MailTopic } from './mails'
import type { Today } from './today/today'

/**
 * `{}` checks the whole account; `{"today":true}` says how today goes, stage by stage; `{"labels":{…}}` what those
 * labels would change.
 */
export const doctorRequest = z
  .strictObject({ labels: settings.shape.labels.optional(), today: z.literal(true).optional() })
  .refine(({ labels, today }) => labels === undefined || today === undefined, {
    message: 'needs either labels or today, not both',
    path: ['today'],
  })

interface Answers {
  examined: () => Promise<Examination>
  foreseen: (labels: Settings['labels']) => Promise<Foreseen>
  today: (now: Date) => Promise<Today>
}

/** Requests to the service. */
export const answerDoctor =
  (ports: Answers) =>
  async (
    { labels, today }: z.infer<typeof doctorRequest>,
    { now }: Pick<Invocation, 'now'>,
  ): Promise<Examination | Foreseen | Today> => {
    if (labels) return ports.foreseen(labels)
    return today ? ports.today(now) : ports.examined()
  }

export interface Examination {
  stage: string
  region: string
  /** False where something is missing; null where nothing is known to be, and something could not be checked. */
  ready: boolean | null
  findings: Finding[]
  /** At most, in US dollars. */
  aDayCosts: { usd: number; of: DailyCost[] }
}

interface Ports {
  account: Account
  bedrock: BedrockAccount
  settings: Settings
  stage: string
  region: string
  bucket: string
  sourceSecrets: Readonly<Record<string, string>>
  /** Ids of the secrets with the keys of links. */
  linkSecrets: Readonly<Record<PersonRole, string>>
  groundTruthRegions: readonly string[]
  /** ARNs of the topics that send mails, by the setting that names their addresses. */
  topics: Readonly<Record<string, string>>
  outline: Outline
  registry?: SourceRegistry
}

/** Check everything relevant in the account; report what is missing and what a day costs. Read-only. */
export const examine =
  ({
    account,
    bedrock: bedrockAccount,
    settings,
    stage,
    region,
    bucket,
    linkSecrets,
    groundTruthRegions,
    topics,
    ...ports
  }: Ports) =>
  async (): Promise<Examination> => {
    const { sourceSecrets, outline, registry = SOURCES } = ports
    const neededQuotas = quotasOf(settings, region)
    const { llm } = settings
    const isOnBedrock = llm?.sendsPosts === true && llm.provider === 'bedrock'
    const [sources, annotator, owner, reader, quotas, workteams, labelingJobs, concurrency, bedrock, mails] =
      await Promise.all([
        askSources(account, settings, sourceSecrets, registry),
        asked(account.hasValue(linkSecrets.annotator)),
        asked(account.hasValue(linkSecrets.owner)),
        asked(account.hasValue(linkSecrets.reader)),
        asked(account.quotas()),
        asked(account.workteams()),
        asked(account.labelingJobs()),
        asked(account.concurrency()),
        isOnBedrock ? askBedrock(bedrockAccount, llm, region) : undefined,
        askTopics(account, settings, topics),
      ])
    const quota = (name: string): Asked<number> => {
      if (!('known' in quotas)) return quotas
      const known = quotas.known.get(name)
      return known === undefined
        ? { unknown: "Service Quotas lists no value for this account: see AWS's default there" }
        : { known }
    }
    const facts = {
      sources,
      linkKeys: { annotator, owner, reader },
      workteams,
      labelingJobs,
      concurrency,
      bedrock,
      mails,
      quotas: new Map(neededQuotas.map((name) => [name, quota(name)])),
      hasGroundTruth: groundTruthRegions.includes(region),
    }

    const findings = findingsOf(facts, settings, { sourceSecrets, linkSecrets, region, bucket }, registry)
    const costs = costsOfADay(settings, outline, registry)
    return {
      stage,
      region,
      ready: isReady(findings),
      findings,
      aDayCosts: { usd: totalUsd(costs), of: costs },
    }
  }

function isReady(findings: readonly Finding[]): boolean | null {
  const has = (wanted: Finding['verdict']) => findings.some(({ verdict }) => verdict === wanted)
  if (has('missing')) return false
  return has('could not be checked') ? null : true
}

/** The confirmed addresses of each topic that sends mails. */
async function askTopics(
  account: Account,
  settings: Pick<Settings, 'report' | 'deploy'>,
  topics: Readonly<Record<string, string>>,
): Promise<MailTopic[]> {
  return Promise.all(
    addressesOf(settings).map(async ({ setting, addresses }) => {
      const topic = topics[setting]
      return {
        setting,
        addresses,
        topic,
        confirmed: topic === undefined ? { known: [] } : await asked(account.confirmed(topic)),
      }
    }),
  )
}

/** What the configured sources of each type lack, by type. */
async function askSources(
  account: Account,
  settings: Settings,
  sourceSecrets: Readonly<Record<string, string>>,
  registry: SourceRegistry,
): Promise<Record<string, Asked<string[]>>> {
  const asking = watchedSources(settings, registry).map(async ({ declaration: { type, check }, watched }) => {
    const hasSecret = async () => {
      const id = sourceSecrets[type]
      return id !== undefined && account.hasValue(id)
    }
    return [type, await asked(check.missing(watched, { hasSecret, hasFile: account.hasFile }))] as const
  })
  return Object.fromEntries(await Promise.all(asking))
}
