import { type Asked, type Finding, findingOf as judged } from '../../shared/finding'
import { type LabellerFacts, LABELLERS } from '../../shared/labellers'
import type { Settings } from '../../shared/settings'
import { type PersonRole, ROLES } from '../../shared/state/people'
import { type SourceRegistry, SOURCES, watchedSources } from '../../shared/sources'
import { TRAINERS } from '../../shared/trainers'
import type { BedrockFacts } from './bedrock-access'
import { languageModelFindings } from './language-model'
import { mailFinding, type MailTopic } from './mails'
import type { TrainerTerms } from '../../shared/trainers/terms'

/** The state of the account. */
export interface AccountFacts extends Omit<LabellerFacts, 'region'> {
  /** What the configured sources of each type lack, by type. */
  sources: Readonly<Record<string, Asked<string[]>>>
  /** Whether the secrets with the keys of links have a value. */
  linkKeys: Readonly<Record<PersonRole, Asked<boolean>>>
  /** SageMaker's quotas by name, those that the trainer needs. */
  quotas: ReadonlyMap<string, Asked<number>>
  /** Concurrent Lambda invocations of the account. */
  concurrency: Asked<number>
  /** Amazon Bedrock's state of the language model; absent if none of its models is configured. */
  bedrock?: BedrockFacts | undefined
  /** The topics that send mails, and their confirmed addresses. */
  mails: readonly MailTopic[]
}

/** What the configuration needs that the account does not have, each with its remedy. Pure. */
export const findingsOf = (
  facts: AccountFacts,
  settings: Settings,
  names: {
    sourceSecrets: Readonly<Record<string, string>>
    linkSecrets: Readonly<Record<PersonRole, string>>
    region: string
    bucket: string
  },
  registry: SourceRegistry = SOURCES,
): Finding[] => [
  ...sourceFindings(facts, settings, names, registry),
  ...ROLES.map((role) => linkKey(role, facts, names.linkSecrets)),
  ...TRAINERS.flatMap((trainer) => training(trainer, facts, settings, names.region)),
  ...labellers({ ...facts, region: names.region }, settings),
  ...languageModelFindings(settings, names.region, facts.bedrock),
  concurrency(facts),
  ...facts.mails.map(mailFinding),
]

/** One finding for each kind of source, in the words of its declaration. */
const sourceFindings = (
  { sources }: AccountFacts,
  settings: Settings,
  { sourceSecrets, bucket }: { sourceSecrets: Readonly<Record<string, string>>; bucket: string },
  registry: SourceRegistry,
): Finding[] =>
  watchedSources(settings, registry).map(({ declaration: { type, check }, watched }) => {
    const { name } = check
    if (watched.length === 0)
      return { check: name, verdict: 'not needed', found: `no hashtag has a source of type ${type}` }
    return judged(name, sources[type] ?? { unknown: 'it was not checked' }, (missing) =>
      missing.length === 0
        ? { check: name, verdict: 'ok', found: check.ready(watched) }
        : {
            check: name,
            verdict: 'missing',
            ...check.lacking(missing, { bucket, secretId: sourceSecrets[type] ?? '' }),
          },
    )
  })

const KEYS: Record<PersonRole, string> = {
  annotator: 'key of the desk links',
  owner: "key of the owners' links",
  reader: 'key of the report links',
}

function linkKey(role: PersonRole, { linkKeys }: AccountFacts, secrets: Readonly<Record<PersonRole, string>>): Finding {
  const check = KEYS[role]
  return judged(check, linkKeys[role], (hasValue) =>
    hasValue
      ? { check, verdict: 'ok', found: 'the secret has a value' }
      : {
          check,
          verdict: 'missing',
          found: 'the secret has no value',
          remedy: `aws secretsmanager put-secret-value --secret-id ${secrets[role]} --secret-string "$(openssl rand -hex 32)"`,
        },
  )
}

/** What the configured trainer needs; for the others, what they would need of the region. */
function training(trainer: TrainerTerms, { quotas }: AccountFacts, settings: Settings, region: string): Finding[] {
  const { trainer: chosen } = settings.training
  return trainer.needs(settings, region).flatMap((need): Finding[] => {
    const isChosen = trainer.name === chosen
    if ('check' in need) {
      const { check, isMet, found, remedy } = need
      if (!isChosen) return [{ check, verdict: 'not needed', found: `training.trainer is ${chosen}` }]
      return [isMet ? { check, verdict: 'ok', found } : { check, verdict: 'missing', found, remedy }]
    }
    const { quota, why, remedy } = need
    if (!isChosen) return []
    const value = quotas.get(quota) ?? { unknown: 'the account was not checked' }
    return [
      judged(quota, value, (known) =>
        known >= 1
          ? { check: quota, verdict: 'ok', found: `the quota is ${known}` }
          : { check: quota, verdict: 'missing', found: `the quota is ${known}; ${why}`, remedy },
      ),
    ]
  })
}

/** The quotas that training needs, by their names in Service Quotas. */
export const quotasOf = (settings: Settings, region: string): string[] =>
  TRAINERS.filter(({ name }) => name === settings.training.trainer)
    .flatMap((trainer) => trainer.needs(settings, region))
    .flatMap((need) => ('quota' in need ? need.quota : []))

/** What each labeller has the doctor check, where it is the configured one. */
const labellers = (facts: LabellerFacts, { labelling }: Settings): Finding[] =>
  Object.entries(LABELLERS).flatMap(([name, { doctor }]): Finding[] => {
    if (!doctor) return []
    if (name === labelling.labeller) return [doctor.finding(facts, labelling)]
    return [{ check: doctor.check, verdict: 'not needed', found: `labelling.labeller is ${labelling.labeller}` }]
  })

function concurrency({ concurrency: fact }: AccountFacts): Finding {
  const check = 'Lambda concurrency'
  return judged(check, fact, (limit) =>
    limit > 10
      ? { check, verdict: 'ok', found: `${limit} invocations at once` }
      : {
          check,
          verdict: 'warning',
          found: `${limit} invocations at once: functions wait for one another, nothing is lost`,
          remedy: 'Ask for 100 of "Concurrent executions" in Service Quotas, AWS Lambda.',
        },
  )
}
