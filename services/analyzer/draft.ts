import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import { type ReportRecord, reportIndexRecord, reportRecord } from '../../shared/records'
import { indexBytes, reportBytes, withReport } from './report'

/** A report that is not written yet. */
export interface Draft {
  report: ReportRecord
  body: string
  /** ETag of the report that it replaces, if there is one. */
  etag: string | undefined
  isSame: boolean
  /** Whether what it says of its own day is new, which the six days after it count as well. */
  changesLaterDays: boolean
}

/** No writer loses so many races to others. */
const ATTEMPTS = 50

/** Hold a report against the one that is there. */
export async function draftOf(objects: Pick<Objects, 'read'>, report: ReportRecord): Promise<Draft> {
  const before = await objects.read(keys.report(report))
  const text = before?.body.toString('utf8')
  const body = reportBytes(report)
  const isSame = text === body
  const changesLaterDays = !isSame && (text === undefined || !isSameDay(text, report))
  return { report, body, etag: before?.etag, isSame, changesLaterDays }
}

/** Write a report unless it says what is there: the versions of a report are its history. CONFLICT when another wrote it. */
export async function putDraft(objects: Pick<Objects, 'swap'>, { report, body, etag, isSame }: Draft): Promise<void> {
  const key = keys.report(report)
  if (isSame || (await objects.swap(key, body, etag)) !== false) return
  throw new BellwetherError('CONFLICT', `${key} was written by another at the same time; try again`)
}

/** Put reports into the index, each in place of an earlier one of its day. */
export async function putIntoIndex(
  objects: Pick<Objects, 'read' | 'swap'>,
  reports: readonly ReportRecord[],
): Promise<void> {
  const key = keys.reportIndex({})
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const stored = await objects.read(key)
    const before = stored?.body.toString('utf8')
    const index = before ? parseJson(before, reportIndexRecord, key) : { days: [] }
    const after = indexBytes(reports.reduce(withReport, index))
    if (after === before || (await objects.swap(key, after, stored?.etag)) !== false) return
  }
  throw new BellwetherError('CONFLICT', `${key} was changed by others ${ATTEMPTS} times in a row; try again`)
}

/** Does a report say of its own day what one before said? One that cannot be read did not. */
function isSameDay(before: string, report: ReportRecord): boolean {
  const read = reportRecord.safeParse(jsonOf(before))
  const own = ({ model, labels, day }: ReportRecord) => JSON.stringify({ model, labels, day })
  return read.success && own(read.data) === own(report)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
