import { z } from 'zod'
import { concurrently } from '../../shared/concurrently'
import type { Invocation } from '../../shared/door'
import { jsonOrNothing } from '../../shared/json'
import { keys, prefixes } from '../../shared/keys'
import { parseJson } from '../../shared/objects'
import { forgetItems } from '../../shared/state/desk'
import { shownText, tokenise } from '../../shared/text'
import { DAY_MS, dayOf } from '../../shared/utc-day'
import { byKey, leaseFor, noteSnapshots, type DeletePorts } from './delete'
import { anyFile } from './files/any-file'
import { withoutNote } from './files/clean'
import { kindOfKey } from './files/kinds'
import { type ChangeAt, rewriteKey } from './files/rewrite'
import { lineByLine, type Rewritten } from './files/lines'
import type { DeletionTargets } from './targets'
import { allVersions, type Version } from './versions'

/** The result of the daily removal of texts. It names no post. */
export interface Expired {
  /** Texts of posts of this UTC day and of earlier ones are gone. */
  through?: string
  /** Rows that lost their text or were removed, and the objects that they were in. */
  rows: number
  objects: number
  deskItems: number
  /** Labels that count in shares but no longer train any model, including those of earlier days. */
  labelsWithoutText: number
  /** False where time ran out: the next day resumes. */
  finished: boolean
  /** Why nothing was searched. */
  skipped?: string
}

/** The name of the rewriter in the metadata of a rewritten object. */
const REQUEST = 'retention'
const FOLDERS = [prefixes.labeling, prefixes.labeled, keys.labelSnapshot.start({}), prefixes.datasets]
const MARGIN_MS = 60_000
const AT_ONCE = 8

/**
 * Remove the texts of posts that are older than `retention.days` from labels, questions and datasets; S3 expires the
 * rest. A label stays with an empty text; a line that a model would learn from is removed. Idempotent; if stopped, the
 * next day resumes. A rewritten object starts none of the work that its first put started.
 */
export const expireTexts =
  (ports: DeletePorts) =>
  async (invocation: Invocation): Promise<Expired> => {
    const nothing: Expired = { rows: 0, objects: 0, deskItems: 0, labelsWithoutText: 0, finished: true }
    const { retentionDays } = ports
    if (retentionDays === undefined) return { ...nothing, skipped: 'retention.days is not set' }
    const lease = await leaseFor(ports, invocation)
    if (!lease.held) return { ...nothing, finished: false, skipped: 'a deletion is running' }
    try {
      const through = dayOf(invocation.now.getTime() - retentionDays * DAY_MS)
      const expired = await expireThrough(ports, through, invocation)
      invocation.log.info('texts expired', { ...expired })
      return expired
    } finally {
      await lease.release()
    }
  }

async function expireThrough(ports: DeletePorts, through: string, invocation: Invocation): Promise<Expired> {
  const { bucket } = ports
  const versions: Version[] = []
  for (const folder of FOLDERS) versions.push(...(await allVersions(bucket, folder)))
  const texts = await textsIn(ports, versions, through)
  const changeAt = changesFor(texts, through)
  let rows = 0
  const changed = new Set<string>()
  let finished = true
  const rewriteAll = async (some: readonly Version[]): Promise<void> => {
    const outcomes = await concurrently([...byKey(some).values()], AT_ONCE, async (ofKey) =>
      invocation.remainingMs() < MARGIN_MS
        ? 'later'
        : rewriteKey(ports, ofKey, changeAt, { request: REQUEST, dryRun: false }),
    )
    for (const outcome of outcomes) {
      if (outcome === 'later') finished = false
      else
        for (const { key, rewriting, removed } of outcome) {
          if (!removed) continue
          changed.add(key)
          rows += rewriting?.rows ?? 0
        }
    }
  }
  // The documents that tell texts and days come after the documents that depend on them, so that an invocation that
  // resumes still knows these.
  for (const group of inOrder(versions)) if (finished) await rewriteAll(group)
  const hasSnapshots = [...changed].some((key) => keys.labelSnapshot.match(key))
  if (hasSnapshots)
    finished = (await noteSnapshots(ports, `${REQUEST} ${invocation.now.toISOString()}`, rewriteAll)) && finished
  const deskItems = await expireAtDesk(ports, versions, texts)
  return { through, rows, objects: changed.size, deskItems, labelsWithoutText: texts.withoutText.size, finished }
}

/** The fields that are read of lines of labels, questions and examples. */
const line = z.object({
  item: z.string(),
  date: z.string().optional(),
  source: z.string().optional(),
  shown: z.string().optional(),
  'text-expired': z.boolean().optional(),
})
const labelEntry = z.object({
  label: z.object({ item: z.string(), date: z.string(), text: z.string(), textExpired: z.boolean().optional() }),
})
/** Notes of annotators, in the judgements of any release. */
const judged = z.looseObject({
  items: z.array(
    z.looseObject({ item: z.string(), judgements: z.array(z.looseObject({ note: z.string().optional() })) }),
  ),
})
const judgedSoFar = z.looseObject({ records: z.array(judged) })
const planned = z.object({ items: z.array(z.object({ item: z.string(), date: z.string() })) })

interface Texts {
  isDue(item: string): boolean
  /** A text that only expired posts have, as it is shown, or as tokens. */
  isDueText(text: string): boolean
  /** Items whose label is kept without its text. */
  withoutText: ReadonlySet<string>
}

/** The days and texts of items, from the documents that name both. */
async function textsIn(
  { bucket }: Pick<DeletePorts, 'bucket'>,
  versions: readonly Version[],
  through: string,
): Promise<Texts> {
  const dates = new Map<string, string>()
  const texts: { item: string; text: string }[] = []
  const withoutText = new Set<string>()
  const noteDay = (item: string, date: string) => {
    // Of several days of a message the last: some post of it is that recent.
    if (date > (dates.get(item) ?? '')) dates.set(item, date)
  }
  const readers: Partial<Record<string, (body: string) => void>> = {
    plan: (body) => {
      for (const { item, date } of planned.safeParse(jsonOrNothing(body)).data?.items ?? []) noteDay(item, date)
    },
    settledManifest: (body) => {
      for (const { item, date, source = '' } of linesIn(body, line)) {
        if (date !== undefined) noteDay(item, date)
        texts.push({ item, text: source })
      }
    },
    labelSnapshot: (body) => {
      for (const { label } of linesIn(body, labelEntry)) {
        noteDay(label.item, label.date)
        texts.push({ item: label.item, text: label.text })
        if (label.textExpired) withoutText.add(label.item)
      }
    },
  }
  for (const kind of ['trainExamples', 'validationExamples'])
    readers[kind] = (body) => {
      for (const { item, shown = '' } of linesIn(body, line)) texts.push({ item, text: shown })
    }
  await concurrently(versions, AT_ONCE, async (version) => {
    const read = readers[kindOfKey(version.key) ?? '']
    if (read) read((await bucket.read(version))?.body.toString('utf8') ?? '')
  })

  const isDue = (item: string) => (dates.get(item) ?? '9') <= through
  const due = new Set(texts.flatMap(({ item, text }) => (text !== '' && isDue(item) ? formsOf(text) : [])))
  if (due.size > 0)
    for (const { item, text } of texts) if (!isDue(item)) for (const form of formsOf(text)) due.delete(form)
  for (const { item, text } of texts) if (isDue(item) && text !== '') withoutText.add(item)
  return { isDue, isDueText: (text) => due.has(text), withoutText }
}

const formsOf = (text: string): string[] => [text, tokenise(shownText(text)).join(' ')]

function linesIn<S extends z.ZodType>(body: string, schema: S): z.infer<S>[] {
  return body.split('\n').flatMap((one) => {
    const parsed = schema.safeParse(one === '' ? undefined : jsonOrNothing(one))
    return parsed.success ? [parsed.data] : []
  })
}

function changesFor({ isDue, isDueText }: Texts, through: string): ChangeAt {
  const isOld = ({ modified }: Version) => dayOf(modified.getTime()) <= through
  const asked = lines((one) => (isDue(one.item) && one.source ? { ...one, source: '', breaks: undefined } : one))
  const settled = lines((one) => {
    const isOver = (one.date === undefined ? isDue(one.item) : one.date <= through) && one.source
    return isOver ? { ...one, source: '', 'text-expired': true } : one
  })
  const refused = (body: Buffer, version: Version) =>
    jsonLinesOf(body, (one) => {
      const plan = z.object({ date: z.string() }).safeParse(one.plan).data
      // An item without a label counts nowhere.
      if (plan) return plan.date <= through ? null : one
      const isOver = typeof one.item === 'string' && isDue(one.item) ? true : isOld(version)
      return isOver && one.found ? { ...one, found: '' } : one
    })
  const withoutNotes = (record: z.infer<typeof judged>): { record: Json; rows: number } => {
    let rows = 0
    const items = record.items.map((one) => {
      if (!isDue(one.item) || one.judgements.every(({ note }) => note === undefined)) return one
      rows++
      return { ...one, judgements: one.judgements.map(withoutNote) }
    })
    return { record: { ...record, items }, rows }
  }
  const ofBatch = (body: Buffer, { key }: Version): Rewritten | undefined => {
    const { record, rows } = withoutNotes(parseJson(body.toString('utf8'), judged, key))
    return rows > 0 ? { body: Buffer.from(JSON.stringify(record)), rows } : undefined
  }
  const soFar = (body: Buffer, { key }: Version): Rewritten | undefined => {
    const left = parseJson(body.toString('utf8'), judgedSoFar, key).records.map(withoutNotes)
    const rows = left.reduce((sum, one) => sum + one.rows, 0)
    const records = left.map(({ record }) => record)
    return rows > 0 ? { body: Buffer.from(JSON.stringify({ records })), rows } : undefined
  }
  const learnt = lines((one) => (isDue(one.item) ? null : one))
  const tokens = (body: Buffer) => lineByLine(body, (one) => (isDueText(one.slice(one.indexOf(' ') + 1)) ? null : one))
  const targets: DeletionTargets = {
    isPost: () => false,
    isAuthor: () => false,
    isGone: () => false,
    copyOf: () => undefined,
    itemOfText: (text) => (isDueText(text) ? { copy: undefined } : undefined),
  }
  const changes: Partial<Record<string, ReturnType<ChangeAt>>> = {
    inputManifest: { rewrite: asked },
    thirdManifest: { rewrite: asked },
    jobManifest: { rewrite: asked, starts: true },
    settledManifest: { rewrite: settled, starts: true },
    settledRefused: { rewrite: refused },
    judgements: { rewrite: ofBatch },
    judgementsSoFar: { rewrite: soFar },
    datasetRefused: { rewrite: refused },
    labelSnapshot: {
      rewrite: (body) =>
        jsonLinesOf(body, (one) => {
          const label = labelEntry.safeParse(one).data?.label
          if (!label || label.text === '' || label.date > through) return one
          return { ...one, label: { ...(isObject(one.label) ? one.label : {}), text: '', textExpired: true } }
        }),
    },
    train: { rewrite: tokens },
    validation: { rewrite: tokens },
    trainExamples: { rewrite: learnt },
    validationExamples: { rewrite: learnt },
    evaluation: { rewrite: lines((one) => ((one.date ?? '9') <= through ? null : one)) },
  }
  // What Ground Truth leaves beside the answers of a job.
  const ofJob = { rewrite: (body: Buffer, { key }: Version) => anyFile(body, targets, key) }
  return (key) => {
    const kind = kindOfKey(key)
    return kind === undefined && key.startsWith(prefixes.labeling) ? ofJob : changes[kind ?? '']
  }
}

type Json = Record<string, unknown>
type Line = z.infer<typeof line> & Json

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A line that stays keeps its bytes; null removes it. */
const jsonLinesOf = (body: Buffer, change: (one: Json) => Json | null): Rewritten | undefined =>
  lineByLine(body, (text) => {
    const value: unknown = JSON.parse(text)
    if (!isObject(value)) return text
    const now = change(value)
    return now === value ? text : now && JSON.stringify(now)
  })

const lines =
  (change: (one: Line) => Json | null) =>
  (body: Buffer): Rewritten | undefined =>
    jsonLinesOf(body, (one) => {
      const parsed = line.safeParse(one)
      if (!parsed.success) return one
      const known: Line = { ...one, ...parsed.data }
      const now = change(known)
      return now === known ? one : now
    })

/** Files of tokens and of jobs, then files of examples and questions, then those that hold the texts of items. */
function inOrder(versions: readonly Version[]): Version[][] {
  const groups: [Version[], Version[], Version[]] = [[], [], []]
  for (const version of versions) {
    const kind = kindOfKey(version.key)
    if (kind === undefined || kind === 'train' || kind === 'validation') groups[0].push(version)
    else if (kind === 'settledManifest' || kind === 'labelSnapshot') groups[2].push(version)
    else groups[1].push(version)
  }
  return groups
}

async function expireAtDesk({ table }: DeletePorts, versions: readonly Version[], { isDue }: Texts): Promise<number> {
  let changed = 0
  for (const batch of new Set(versions.flatMap(({ key }) => keys.plan.match(key)?.batch ?? [])))
    changed += await forgetItems(table, batch, (item, text) => (text !== '' && isDue(item) ? { text: '' } : 'stays'))
  return changed
}
