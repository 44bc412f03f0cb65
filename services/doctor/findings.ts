import { type Asked, type Finding, findingOf as judged } from '../../shared/finding'
import { type LabellerFacts, LABELLERS } from '../../shared/labellers'
import type { Settings } from '../../shared/settings'

/** What the account says of itself. */
export interface Facts extends Omit<LabellerFacts, 'region'> {
  /** May the secret be read: does it have a value? */
  xToken: Asked<boolean>
  linkKey: Asked<boolean>
  /** Files of the configuration that are not in the bucket. */
  absentFiles: Asked<string[]>
  /** Service Quotas: how many such instances may train at once. */
  onDemandQuota: Asked<number>
  spotQuota: Asked<number>
  /** Lambda invocations at once, over all functions of the account. */
  concurrency: Asked<number>
  /** Does BlazingText have an image in this region? */
  hasBlazingText: boolean
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
  blazingText(facts, settings, names.region),
  ...quotas(facts, settings),
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

function blazingText({ hasBlazingText }: Facts, { training }: Settings, region: string): Finding {
  const check = 'BlazingText in the region'
  if (training.trainer === 'lambda') return { check, verdict: 'not needed', found: 'training.trainer is lambda' }
  if (hasBlazingText) return { check, verdict: 'ok', found: `there is an image in ${region}` }
  return {
    check,
    verdict: 'missing',
    found: `no image of BlazingText is known in ${region}`,
    remedy: 'Set training.trainer: lambda, or deploy to another region.',
  }
}

function quotas(
  { onDemandQuota, spotQuota }: Facts,
  { training: { trainer, instanceType, spot } }: Settings,
): Finding[] {
  if (trainer === 'lambda') return []
  const judge = (fact: Asked<number>, name: string, need: string): Finding =>
    judged(name, fact, (value) =>
      value >= 1
        ? { check: name, verdict: 'ok', found: `the quota is ${value}` }
        : {
            check: name,
            verdict: 'missing',
            found: `the quota is ${value}; ${need}`,
            remedy: `Ask for 1 of "${name}" in Service Quotas, Amazon SageMaker, or set training.trainer: lambda meanwhile.`,
          },
    )
  const onDemand = quotaName(instanceType, false)
  return spot
    ? [
        judge(spotQuota, quotaName(instanceType, true), 'training.spot is true'),
        judge(onDemandQuota, onDemand, 'it is the way out when spot has no capacity'),
      ]
    : [judge(onDemandQuota, onDemand, 'training.spot is false')]
}

/** As Service Quotas spells it. */
export const quotaName = (instanceType: string, spot: boolean): string =>
  `${instanceType} for ${spot ? 'spot ' : ''}training job usage`

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
