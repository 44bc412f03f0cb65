import { type Asked, type Finding, findingOf } from '../../shared/finding'
import type { Settings } from '../../shared/settings'

/** A topic that sends mails, and its confirmed addresses. */
export interface MailTopic {
  /** The setting that names its addresses. */
  setting: 'report.mail' | 'deploy.alarmEmail'
  addresses: readonly string[]
  /** Its ARN; absent if the setting names no address. */
  topic: string | undefined
  confirmed: Asked<readonly string[]>
}

const CHECKS: Record<MailTopic['setting'], string> = {
  'report.mail': 'addresses of the weekly mail',
  'deploy.alarmEmail': 'address of the alarms',
}

/** The settings that name addresses, with the addresses. */
export const addressesOf = ({
  report,
  deploy,
}: Pick<Settings, 'report' | 'deploy'>): Pick<MailTopic, 'setting' | 'addresses'>[] => [
  { setting: 'report.mail', addresses: report.mail },
  { setting: 'deploy.alarmEmail', addresses: deploy.alarmEmail === undefined ? [] : [deploy.alarmEmail] },
]

/** SNS mails nothing to an address until its owner has opened the link of the first mail. */
export function mailFinding({ setting, addresses, topic = '', confirmed }: MailTopic): Finding {
  const check = CHECKS[setting]
  if (addresses.length === 0) return { check, verdict: 'not needed', found: `${setting} names no address` }
  return findingOf(check, confirmed, (known) => {
    const pending = addresses.filter((address) => !known.includes(address))
    const [first] = pending
    if (first === undefined) {
      return {
        check,
        verdict: 'ok',
        found: addresses.length === 1 ? 'it is confirmed' : `all ${addresses.length} are confirmed`,
      }
    }
    return {
      check,
      verdict: 'warning',
      found: `not confirmed: ${pending.join(', ')}; SNS mails them nothing`,
      remedy: `Each owner opens the link in the mail "AWS Notification - Subscription Confirmation". To have it sent again: aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint ${first}`,
    }
  })
}
