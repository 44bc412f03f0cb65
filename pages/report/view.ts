import type { ReportOverview } from '../../services/report/overview'
import { dateInWords } from '../../shared/words'

/** The part of the report that an address shows. It holds no token: whoever opens the address needs a session. */
export interface ReportView {
  /** A hashtag or, where it has several networks, one of them, as its heading says it; all without it. */
  topic?: string
  /** UTC days. */
  from?: string
  to?: string
  /** A day that the last one is compared with. */
  against?: string
}

/** The view of an address, without the parts that cannot be read. */
export function viewOf(search: string): ReportView {
  const asked = new URLSearchParams(search)
  const topic = asked.get('topic')
  const day = (name: 'from' | 'to' | 'against'): ReportView => {
    const text = asked.get(name)
    const isDay = text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
    return isDay ? { [name]: text } : {}
  }
  return { ...(topic ? { topic } : {}), ...day('from'), ...day('to'), ...day('against') }
}

/** `/report?to=2026-11-21`: the address of a view. */
export function addressOfView(view: ReportView): string {
  const query = new URLSearchParams(Object.entries(view).filter(([, value]) => value))
  return `/report${query.size > 0 ? `?${query}` : ''}`
}

/** The data of the page, without the streams that the view leaves out. */
export function streamsInView(overview: ReportOverview, { topic }: ReportView): ReportOverview {
  if (topic === undefined) return overview
  const isOf = (one: { topic: string }) => one.topic === topic
  return {
    ...overview,
    streams: overview.streams.filter(isOf),
    days: overview.days.filter(isOf),
    latest: overview.latest.filter(isOf),
    against: overview.against.filter(isOf),
    incomplete: overview.incomplete.filter(isOf),
  }
}

/** A sentence about a view that is not of the newest days; nothing where it is. */
export function viewInWords({ days }: ReportOverview, { to }: ReportView): string | undefined {
  const last = days.at(-1)?.date
  return to !== undefined && last !== undefined
    ? `These are the days to ${dateInWords(last)}, not the newest.`
    : undefined
}
