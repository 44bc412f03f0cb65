import { createHash } from 'node:crypto'
import { concurrently } from '../../shared/concurrently'
import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { SettledLine } from '../../shared/records'
import { type InHand, type LabelStore, rulesOf } from '../../shared/labels'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import type { AskTombstones } from '../../shared/tombstones'
import { knownIndex } from '../../shared/cascades/identify'
import { textsToBytes } from '../../shared/cascades/known-texts'
import { claimForImport } from '../../shared/state/cascade-claims'
import { loggedRuns } from '../../shared/state/run-log'
import { refused, type RefusedEntry, type EntryRules } from './entry'
import { join } from './join'
import { manifest } from './manifest'
import { type CheckedFile, checkedEntries, openLabels } from './read'

export interface ImportPorts {
  objects: Pick<Objects, 'read' | 'list' | 'lines' | 'exists' | 'put' | 'create'>
  table: Pick<Table, 'get' | 'update' | 'query'>
  settings: Pick<Settings, 'labels'>
  /** The current labels. */
  labels: LabelStore
  /** Which posts were deleted here. */
  tombstones: AskTombstones
}

/** The result for a file. */
export interface Imported {
  batch: string
  form: string
  /** Messages that have a label of the file. */
  items: number
  /** What was left out, by reason. Each entry, with its position in the file, is under `refusedKey`. */
  refused: Record<string, number>
  manifestKey: string | null
  refusedKey: string | null
}

/**
 * Take the labels of a file as a batch of their own, for training. The manifest comes last and once, and starts what a
 * settled batch starts. The batch is named by the bytes of the file and the categories, so the same file is one batch.
 * NOT_FOUND and OBJECT_INVALID name a file that cannot be read. A row that is wrong is set aside, and the rest is
 * imported.
 */
export const importLabels =
  ({ objects, table, settings, labels: store, tombstones }: ImportPorts) =>
  async (file: string, { now, log }: Pick<Invocation, 'now' | 'log'>): Promise<Imported> => {
    const stored = await objects.read(file)
    if (!stored) throw new BellwetherError('NOT_FOUND', `there is no ${file} in the bucket: upload it first`)
    const opened = await openLabels(file, inPieces(stored.body))
    const rules = rulesAt(settings, now)
    const batch = `import-${nameOf(stored.body, rules)}`
    const manifestKey = keys.settledManifest({ batch })
    const refusedKey = keys.settledRefused({ batch })

    let isThere = await objects.exists(manifestKey)
    let inHand: InHand | undefined
    if (!isThere) {
      const { checked, left } = await withoutDeleted(
        await checkedEntries(opened, rules),
        tombstones,
        opened.fields.post,
      )
      const { labels } = await store.read()
      const texts = new Map([...labels].flatMap(([item, { text, textExpired }]) => (textExpired ? [] : [[item, text]])))
      const index = await knownIndex(objects, await loggedRuns(table))
      const joined = join(checked, { texts, identify: index.identify }, batch, rules, opened.fields)
      // So that a near copy which is collected later is recognised.
      await objects.create(keys.importedTexts({ batch }), textsToBytes(index.learned()))
      const taken = await concurrently(joined.lines, 16, async (one) => ({
        ...one,
        // A label whose post was chosen for its content is no probability sample.
        ours: await claimForImport(table, one.line.item, 'training', batch),
      }))
      const foreign = taken.flatMap(({ ours, line, places }) =>
        ours ? [] : places.map((place) => refused(place, opened.fields.item, 'evaluation', line.item)),
      )
      const all = [...left, ...joined.refused, ...foreign].sort((a, b) => a.line - b.line)
      if (all.length > 0)
        await objects.put(refusedKey, all.map((one) => `${JSON.stringify({ file, ...one })}\n`).join(''))
      const lines = taken.flatMap(({ ours, line }): SettledLine[] => (ours ? [line] : []))
      isThere = lines.length > 0
      const written = manifest.write(lines)
      if (isThere && (await objects.create(manifestKey, written)) === 'created') inHand = { manifest: written }
    }
    const items = isThere ? await countOf(store, batch, inHand) : 0
    const imported = await outcomeOf(objects, batch, items)
    if (imported.refusedKey !== null) log.warn('labels were left out', { file, ...imported.refused })
    return { ...imported, form: opened.form }
  }

const rulesAt = ({ labels }: Pick<Settings, 'labels'>, now: Date): EntryRules => ({ ...rulesOf(labels), now })

/** In pieces, so that the file is never one string. */
async function* inPieces(bytes: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += 2 ** 16) yield bytes.subarray(at, at + 2 ** 16)
}

function nameOf(bytes: Buffer, { categories, schemaVersion }: EntryRules): string {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return createHash('sha256').update(JSON.stringify({ categories, schemaVersion, sha256 })).digest('hex').slice(0, 16)
}

/** The label of a post that was deleted here is left out; only its position in the file is kept. */
async function withoutDeleted(
  { checked, left }: CheckedFile,
  tombstones: AskTombstones,
  postField: string,
): Promise<CheckedFile> {
  const deleted = await tombstones(checked.map(({ post = '' }) => ({ id: post, authorId: '', retweetOf: '' })))
  return {
    checked: checked.filter((_, i) => !deleted[i]),
    left: [
      ...left,
      ...checked.flatMap(({ place }, i) => (deleted[i] ? [refused(place, postField, 'deleted', '')] : [])),
    ],
  }
}

/** Brings in the labels of the batch; returns how many lines its manifest has. */
async function countOf(store: LabelStore, batch: string, inHand: InHand | undefined): Promise<number> {
  const { batches } = await store.record(batch, inHand)
  return batches.find((one) => one.batch === batch)?.lines ?? 0
}

/** The object of the batch that exists now, whoever wrote it. */
async function outcomeOf(
  objects: Pick<Objects, 'exists' | 'lines'>,
  batch: string,
  items: number,
): Promise<Omit<Imported, 'form'>> {
  const refusedKey = keys.settledRefused({ batch })
  const left = await linesAt(objects, refusedKey)
  const reasons = left.map((line) => (JSON.parse(line) as RefusedEntry).reason)
  return {
    batch,
    items,
    refused: Object.fromEntries(
      [...new Set(reasons)].sort().map((one) => [one, reasons.filter((r) => r === one).length]),
    ),
    manifestKey: items > 0 ? keys.settledManifest({ batch }) : null,
    refusedKey: left.length > 0 ? refusedKey : null,
  }
}

async function linesAt(objects: Pick<Objects, 'exists' | 'lines'>, key: string): Promise<string[]> {
  if (!(await objects.exists(key))) return []
  const lines: string[] = []
  for await (const line of objects.lines(key)) if (line !== '') lines.push(line)
  return lines
}
