import { BellwetherError } from '../../../shared/errors'
import { jsonOrNothing } from '../../../shared/json'
import { keys } from '../../../shared/keys'
import { type Objects, parseJson } from '../../../shared/objects'
import { type ReportRecord, reportIndexRecord, reportRecord } from '../../../shared/records'
import type { StreamName } from '../../../shared/streams'
import { indexBytes, reportBytes, withReport } from './report'

/** A report that is not written yet. */
export interface Draft {
  report: ReportRecord
  body: string
  /** ETag of the report that it replaces, if there is one. */
  etag: string | undefined
  isSame: boolean
  /** Whether the numbers of its own day are new; the reports of the six days after it use them too. */
  changesLaterDays: boolean
}

/** Attempts before CONFLICT: no writer should lose this many races. */
const ATTEMPTS = 50

/** Compare a report with the existing one. */
export async function draftOf(objects: Pick<Objects, 'read'>, report: ReportRecord): Promise<Draft> {
  const before = await objects.read(keys.report(report))
  const text = before?.body.toString('utf8')
  const body = reportBytes(report)
  const isSame = text === body
  const changesLaterDays = !isSame && (text === undefined || !isSameDay(text, report))
  return { report, body, etag: before?.etag, isSame, changesLaterDays }
}

/** Write a report unless it equals the existing one: the versions of a report are its history. CONFLICT if another writer was first. */
export async function putDraft(objects: Pick<Objects, 'swap'>, { report, body, etag, isSame }: Draft): Promise<void> {
  if (!isSame) await replace(objects, keys.report(report), body, etag)
}

/** Replace the object with this ETag; returns the new ETag. CONFLICT if another writer was first. */
export async function replace(
  objects: Pick<Objects, 'swap'>,
  key: string,
  body: string,
  etag: string | undefined,
): Promise<string> {
  const written = await objects.swap(key, body, etag)
  if (written !== false) return written
  throw new BellwetherError('CONFLICT', `${key} was written by another invocation at the same time; try again`)
}

/**
 * The index, into which reports of a stream are put, each replacing an earlier one of its day. It is read once, unless another
 * writer changes it.
 */
export function openIndex(
  objects: Pick<Objects, 'read' | 'swap'>,
  isOfStream: (day: StreamName) => boolean,
): (report: ReportRecord) => Promise<void> {
  const key = keys.reportIndex({})
  let known: { etag: string | undefined; text: string | undefined } | undefined
  const read = async () => {
    const stored = await objects.read(key)
    return { etag: stored?.etag, text: stored?.body.toString('utf8') }
  }
  return async (report) => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      known ??= await read()
      const index = known.text ? parseJson(known.text, reportIndexRecord, key) : { days: [] }
      const text = indexBytes(withReport(index, report, isOfStream))
      if (text === known.text) return
      const etag = await objects.swap(key, text, known.etag)
      known = etag === false ? undefined : { etag, text }
      if (known) return
    }
    throw new BellwetherError(
      'CONFLICT',
      `${key} changed during each of ${ATTEMPTS} attempts, because other invocations wrote it; try again`,
    )
  }
}

/** Whether a report has the same numbers of its own day as the previous one. An unreadable previous report counts as different. */
function isSameDay(before: string, report: ReportRecord): boolean {
  const read = reportRecord.safeParse(jsonOrNothing(before))
  const own = ({ model, labels, day }: ReportRecord) => JSON.stringify({ model, labels, day })
  return read.success && own(read.data) === own(report)
}
