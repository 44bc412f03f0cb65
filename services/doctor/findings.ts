import { type Asked, type Finding, findingOf as judged } from '../../shared/finding'
import { type LabellerFacts, LABELLERS } from '../../shared/labellers'
import type { Settings } from '../../shared/settings'
import { TRAINERS } from '../../shared/trainers'
import type { Trainer } from '../../shared/trainers/trainer'

/** What the account says of itself. */
export interface Facts extends Omit<LabellerFacts, 'region'> {
  /** May the secret be read: does it have a value? */
  xToken: Asked<boolean>
  linkKey: Asked<boolean>
  /** Files of the configuration that are not in the bucket. */
  absentFiles: Asked<string[]>
  /** SageMaker's quotas by name, those that the trainer needs. */
  quotas: ReadonlyMap<string, Asked<number>>
  /** Lambda invocations at once, over all functions of the account. */
  concurrency: Asked<number>
}

/** What the configuration needs against what the account has, each lack with its remedy. Pure. */
export const findingsOf = (
  facts: Facts,
  settings: Settings,
  names: { xSecret: string; linkSecret: string; region: string; bucket: string },
): Finding[] => [
  xToken(facts, settings, names.xSecret),
  files(facts, settings, names.bucket),
  linkKey(facts, names.linkSecret),
  ...TRAINERS.flatMap((trainer) => training(trainer, facts, settings, names.region)),
  ...labellers({ ...facts, region: names.region }, settings),
  concurrency(facts),
]

function xToken({ xToken: fact }: Facts, { hashtags, sources }: Settings, secret: string): Finding {
  const check = 'X token'
  const wanted = hashtags.some(({ source }) => sources[source]?.type === 'x')
  if (!wanted) return { check, verdict: 'not needed', found: 'no hashtag has a source of type x' }
  return judged(check, fact, (hasValue) =>
    hasValue
      ? { check, verdict: 'ok', found: 'the secret has a value' }
      : {
          check,
          verdict: 'missing',
          found: 'the secret has no value',
          remedy: `aws secretsmanager put-secret-value --secret-id ${secret} --secret-string "$X_BEARER_TOKEN"`,
        },
  )
}

/** The files that hashtags of the configuration are read from. */
export const filesOf = ({ hashtags, sources }: Pick<Settings, 'hashtags' | 'sources'>): string[] => {
  const watched = hashtags.map(({ source }) => sources[source])
  return [...new Set(watched.flatMap((source) => (source?.type === 'file' ? source.file : [])))]
}

function files({ absentFiles: fact }: Facts, settings: Settings, bucket: string): Finding {
  const check = 'files of posts'
  if (filesOf(settings).length === 0)
    return { check, verdict: 'not needed', found: 'no hashtag has a source of type file' }
  return judged(check, fact, (absent) =>
    absent.length === 0
      ? { check, verdict: 'ok', found: `${filesOf(settings).join(', ')} in the bucket` }
      : {
          check,
          verdict: 'missing',
          found: `${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} not there`,
          remedy: absent.map((file) => `aws s3 cp ${file} s3://${bucket}/sources/${file}`).join(' && '),
        },
  )
}

function linkKey({ linkKey: fact }: Facts, secret: string): Finding {
  const check = 'key of the desk links'
  return judged(check, fact, (hasValue) =>
    hasValue
      ? { check, verdict: 'ok', found: 'the secret has a value' }
      : {
          check,
          verdict: 'missing',
          found: 'the secret has no value',
          remedy: `aws secretsmanager put-secret-value --secret-id ${secret} --secret-string "$(openssl rand -hex 32)"`,
        },
  )
}

/** What the trainer of the configuration needs; of the others, what they would need of the region. */
function training(trainer: Trainer, { quotas }: Facts, settings: Settings, region: string): Finding[] {
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
    const value = quotas.get(quota) ?? { unknown: 'the account was not asked' }
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

function concurrency({ concurrency: fact }: Facts): Finding {
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
