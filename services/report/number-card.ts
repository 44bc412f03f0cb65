import { keys } from '../../shared/keys'
import { findJson, type Objects } from '../../shared/objects'
import { type ReportIndexRecord, reportIndexRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { percent } from '../../shared/share-sentence'
import { streamLabel, nameToday, topicIn } from '../../shared/streams'
import type { Table } from '../../shared/table'
import { problem, type HttpReply } from '../../shared/web/http'
import type { CardSubject } from '../../shared/web/link'
import type { LinkKey } from '../../shared/web/link-key'
import { admittedCard } from '../../shared/web/session'
import { dateInWords } from '../../shared/words'

interface Ports {
  objects: Pick<Objects, 'read'>
  table: Pick<Table, 'get'>
  settings: Settings
  linkKey: LinkKey
}

/** One number of the report, for a page that embeds it: no script, no post, no cookie. 404 where the token shows nothing. */
export async function card(ports: Ports, token: string, now: Date): Promise<HttpReply> {
  const { objects, settings } = ports
  const subject = await admittedCard(ports, token, now)
  if (!subject) return problem(404, 'not-found', 'There is no such card, or it was withdrawn.')
  const index = await findJson(objects, keys.reportIndex({}), reportIndexRecord)
  const html = documentOf(topicIn(settings, subject), subject.label, numberIn(settings, index?.days ?? [], subject))
  return { status: 200, embedded: { html, style: STYLE, embedIn: settings.report.embedIn } }
}

interface CardNumber {
  to: string
  labels: number
  share: number
  low: number
  high: number
}

/** The newest seven days that have the label's share. Undefined while the labels are unreliable: an earlier number is no better. */
export function numberIn(
  settings: Pick<Settings, 'hashtags' | 'sources'>,
  days: ReportIndexRecord['days'],
  { label, ...name }: CardSubject,
): CardNumber | undefined {
  const stream = streamLabel(nameToday(settings, name))
  const own = days.filter((day) => streamLabel(nameToday(settings, day)) === stream).toReversed()
  if (own[0]?.week.byPosts.state === 'labels-unreliable') return undefined
  for (const { date, week } of own) {
    const { state, shares, labels } = week.byPosts
    const share = state === 'reported' ? shares.find((one) => one.label === label) : undefined
    if (share) return { to: date, labels, share: share.share, low: share.low, high: share.high }
  }
  return undefined
}

const STYLE =
  ':root{color-scheme:light dark;font:100%/1.4 system-ui,sans-serif}body{margin:1rem}p{margin:0}.n{font-size:2rem;font-weight:700}'

function documentOf(topic: string, label: string, number: CardNumber | undefined): string {
  const what = `<bdi>${escaped(label)}</bdi> of the posts about <bdi>#${escaped(topic)}</bdi>`
  const lines = number
    ? [
        `<p class="n">${percent(number.share)}&nbsp;%</p>`,
        `<p>${what} in the seven days to <time datetime="${number.to}">${dateInWords(number.to)}</time></p>`,
        `<p>95&nbsp;% interval ${percent(number.low)} to ${percent(number.high)}&nbsp;%, from ${number.labels} labels given by people</p>`,
      ]
    : [`<p class="n">–</p>`, `<p>There is no number yet: ${what}</p>`]
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${escaped(label)}, #${escaped(topic)}</title><style>${STYLE}</style></head><body><main>${lines.join('')}</main></body></html>`
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
