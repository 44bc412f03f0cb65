import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { findJson, type Objects } from '../../shared/objects'
import { movedSharesRecord, type ReportRecord, reportRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { takeLease } from '../../shared/state/lease'
import { keepSentMail, mailLease, sentMail } from '../../shared/state/sent-mails'
import { topicIn } from '../../shared/streams'
import type { Table } from '../../shared/table'
import type { Letter, SendLetter } from '../../shared/topic'
import { dayAfter, dayOf } from '../../shared/utc-day'
import { waitingBatches } from '../../shared/waiting-batches'
import { letterOf } from './letter'

export interface MailPorts {
  objects: Pick<Objects, 'read'>
  table: Pick<Table, 'get' | 'getMany' | 'query' | 'create' | 'update'>
  send: SendLetter
  settings: Pick<Settings, 'hashtags' | 'sources'>
  stage: string
  /** URL of the pages. */
  site: string
  /** Id of the invocation. */
  owner: () => string
}

export type MailOutcome =
  | { week: string; state: 'sent'; message: string }
  | { week: string; state: 'sent-before'; message: string; sentAt: string }
  | { week: string; state: 'another-sends' | 'too-old' }

/** Decisions about older weeks, which somebody requested late, are not mailed. */
const NEWS_DAYS = 13

/** A week was decided: send its mail if the week is recent. */
export const whenDecided =
  (ports: MailPorts) =>
  async (week: string, invocation: Pick<Invocation, 'now' | 'remainingMs'>): Promise<MailOutcome> => {
    if (week < dayAfter(dayOf(invocation.now), -NEWS_DAYS)) return { week, state: 'too-old' }
    return mailWeek(ports)(week, invocation)
  }

/**
 * Mail a week to the subscribers, once, however often its event comes. The invocation takes the lease before it calls
 * SNS, and releases it if SNS refuses, so that a retry sends. An invocation that ends between SNS's answer and its record
 * of it leaves a lease that expires, and the next one sends the mail again. So it arrives at least once, and twice only then.
 */
export const mailWeek =
  (ports: MailPorts) =>
  async (week: string, { now, remainingMs }: Pick<Invocation, 'now' | 'remainingMs'>): Promise<MailOutcome> => {
    const { table, send, owner } = ports
    const lease = await takeLease(table, mailLease(week), owner(), now.getTime(), now.getTime() + remainingMs())
    if (!lease.held) return { week, state: 'another-sends' }
    try {
      const sent = await sentMail(table, week)
      if (sent) return { week, state: 'sent-before', ...sent }
      const message = await send(await composed(ports, week))
      await keepSentMail(table, week, { sentAt: now.toISOString(), message })
      return { week, state: 'sent', message }
    } finally {
      await lease.release()
    }
  }

/** The mail of a week as it would be sent now. Raises NOT_FOUND if the week is not decided. */
export async function composed({ objects, table, settings, stage, site }: MailPorts, week: string): Promise<Letter> {
  const decided = await findJson(objects, keys.movedShares({ week }), movedSharesRecord)
  if (!decided) {
    throw new BellwetherError(
      'NOT_FOUND',
      `the week to ${week}: nothing was decided about it; ask for it first: npx sls invoke -f analyzer --data '{"week":"${week}"}'`,
    )
  }
  const [reports, waiting] = await Promise.all([
    Promise.all(
      decided.streams.map(async (decision) => {
        const [now, before] = await Promise.all([
          reportAt(objects, decision.reportKey),
          reportAt(objects, decision.beforeKey),
        ])
        return { topic: topicIn(settings, decision), decision, now, before }
      }),
    ),
    waitingBatches(table),
  ])
  return letterOf({ stage, week, streams: reports, waiting, site })
}

const reportAt = async (objects: Pick<Objects, 'read'>, key: string | null): Promise<ReportRecord | undefined> =>
  key === null ? undefined : findJson(objects, key, reportRecord)
