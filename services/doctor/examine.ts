import { z } from 'zod'
import { type Settings, settings } from '../../shared/settings'
import type { Account } from './account'
import { type Cost, costsOfADay, totalUsd } from './costs'
import type { Foreseen } from './new-labels'
import type { Asked, Finding } from '../../shared/finding'
import { filesOf, findingsOf, quotasOf } from './findings'

/** `{}` asks everything about the account; `{"labels":{…}}` what those labels would do. */
export const doctorRequest = z.strictObject({ labels: settings.shape.labels.optional() })

/** What is asked of the service. */
export const answerDoctor =
  (ports: { examined: () => Promise<Examination>; foreseen: (labels: Settings['labels']) => Promise<Foreseen> }) =>
  async ({ labels }: z.infer<typeof doctorRequest>): Promise<Examination | Foreseen> =>
    labels ? ports.foreseen(labels) : ports.examined()

export interface Examination {
  stage: string
  region: string
  /** Is nothing missing? */
  ready: boolean
  findings: Finding[]
  /** At most, in US dollars. */
  aDayCosts: { usd: number; of: Cost[] }
}

interface Ports {
  account: Account
  settings: Settings
  stage: string
  region: string
  bucket: string
  xSecret: string
  linkSecret: string
  groundTruthRegions: readonly string[]
}

/** Ask the account all that matters, and say what is missing and what a day costs. Nothing is changed. */
export const examine =
  ({ account, settings, stage, region, bucket, xSecret, linkSecret, groundTruthRegions }: Ports) =>
  async (): Promise<Examination> => {
    const neededQuotas = quotasOf(settings, region)
    const [xToken, linkKey, absentFiles, quotas, workteams, labelingJobs, concurrency] = await Promise.all([
      asked(account.hasValue(xSecret)),
      asked(account.hasValue(linkSecret)),
      asked(account.absent(filesOf(settings))),
      asked(account.quotas(neededQuotas)),
      asked(account.workteams()),
      asked(account.labelingJobs()),
      asked(account.concurrency()),
    ])
    const quota = (name: string): Asked<number> => {
      if (!('known' in quotas)) return quotas
      const known = quotas.known.get(name)
      return known === undefined
        ? { unknown: "Service Quotas lists no value of this account's: see AWS's default there" }
        : { known }
    }
    const facts = {
      xToken,
      linkKey,
      absentFiles,
      workteams,
      labelingJobs,
      concurrency,
      quotas: new Map(neededQuotas.map((name) => [name, quota(name)])),
      hasGroundTruth: groundTruthRegions.includes(region),
    }

    const findings = findingsOf(facts, settings, { xSecret, linkSecret, region, bucket })
    const costs = costsOfADay(settings)
    return {
      stage,
      region,
      ready: !findings.some(({ verdict }) => verdict === 'missing'),
      findings,
      aDayCosts: { usd: totalUsd(costs), of: costs },
    }
  }

/** A question that AWS refuses or does not know is a finding, not a failure. */
async function asked<T>(question: Promise<T>): Promise<Asked<T>> {
  try {
    return { known: await question }
  } catch (error) {
    return { unknown: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}
