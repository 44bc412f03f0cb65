import { createHash, type Hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { byBatch, isOfADay } from '../batches'
import { BellwetherError } from '../errors'
import { keys, prefixes } from '../keys'
import { linesOf } from '../lines'
import { asRecorded, findJson, type Objects, type ObjectStream } from '../objects'
import { type QualityRecord, qualityRecord, settledLine } from '../records'
import type { JudgementErrors } from '../statistics/judgement-errors'
import type { Rules } from './rules'
import { jsonOrNothing } from '../json'
import { readSettled, type LineRefusal } from './settled'
import { precedence, type StandingLabel, standingOf } from './standing'

/** What `quality.json` of a batch says of the labels so far. */
export interface BatchQuality extends Pick<QualityRecord, 'schemaVersion' | 'status' | 'reasons' | 'alpha'> {
  /** Over how many batches it was measured. */
  over: number
  /** How judgements err, in the order of these categories. Absent where that was not measured. */
  errors?: JudgementErrors & Pick<QualityRecord, 'categories'>
}

export interface SettledBatch {
  batch: string
  /** Of the manifest, as a listing tells it. */
  etag: string
  sha256: string
  /** How many lines of the manifest count. */
  lines: number
  /** Null where nothing was measured, as for imports and corrections. */
  quality: BatchQuality | null
}

/** A line of a manifest that is refused, and why. */
export interface RefusedManifestLine extends LineRefusal {
  batch: string
  /** From 1. */
  line: number
}

/** A settled manifest as the rules read it. */
export interface ReadBatch extends SettledBatch {
  labels: StandingLabel[]
  refused: RefusedManifestLine[]
}

/** A settled manifest in a listing. */
export interface ListedManifest {
  batch: string
  etag: string
  modified: Date
}

/** What the writer of a manifest knows without reading it again. */
export interface InHand {
  manifest: string
  quality?: QualityRecord
}

/** All settled manifests, sorted by batch. */
export async function listManifests(objects: Pick<Objects, 'list'>): Promise<ListedManifest[]> {
  const found: ListedManifest[] = []
  for await (const { key, etag, modified } of objects.list(prefixes.labeled)) {
    const batch = keys.settledManifest.match(key)?.batch
    if (batch !== undefined) found.push({ batch, etag, modified })
  }
  return found.sort((a, b) => byBatch(a.batch, b.batch))
}

/** Read the manifest of a batch, and its quality; uses what the writer has at hand. */
export async function readSettledBatch(
  objects: Pick<Objects, 'stream' | 'read'>,
  rules: Rules,
  batch: string,
  { etag, inHand }: { etag?: string | undefined; inHand?: InHand | undefined } = {},
): Promise<ReadBatch> {
  const body: ObjectStream = inHand ? Readable.from([Buffer.from(inHand.manifest)]) : await manifestOf(objects, batch)
  const sha256 = createHash('sha256')
  const md5 = etag === undefined ? createHash('md5') : undefined
  const labels: StandingLabel[] = []
  const refused: RefusedManifestLine[] = []
  let number = 0
  for await (const text of linesOf(
    Readable.from(hashing(body, md5 ? [sha256, md5] : [sha256]), { objectMode: false }),
  )) {
    number++
    if (text === '') continue
    const read = readSettled(text, rules)
    if ('reason' in read) refused.push({ batch, line: number, ...read })
    else labels.push(standingOf(read, batch))
  }
  return {
    batch,
    // The ETag of an object that was put in one request without a KMS key.
    etag: etag ?? `"${md5?.digest('hex') ?? ''}"`,
    sha256: asRecorded(sha256.digest('hex'), body.rewriting),
    lines: labels.length,
    quality: await qualityOf(objects, batch, inHand?.quality),
    labels,
    refused,
  }
}

/**
 * The label of each item in each schema version, by the same precedence as the current labels, whatever version the
 * configuration has. Lines that are not settled lines are left out.
 */
export async function labelsOfAllVersions(objects: Pick<Objects, 'list' | 'lines'>): Promise<StandingLabel[]> {
  const standing = new Map<string, StandingLabel>()
  for (const { batch } of await listManifests(objects)) {
    for await (const text of objects.lines(keys.settledManifest({ batch }))) {
      const line = settledLine.safeParse(jsonOrNothing(text))
      if (!line.success) continue
      const label = standingOf(line.data, batch)
      const of = `${label.schemaVersion} ${label.item}`
      standing.set(of, precedence(standing.get(of), label))
    }
  }
  return [...standing.values()].filter(({ neither }) => !neither)
}

async function manifestOf(objects: Pick<Objects, 'stream'>, batch: string): Promise<ObjectStream> {
  try {
    return await objects.stream(keys.settledManifest({ batch }))
  } catch (cause) {
    if (cause instanceof BellwetherError && cause.code === 'OBJECT_MISSING') throw noManifest(batch, cause)
    throw cause
  }
}

export const noManifest = (batch: string, cause?: unknown): BellwetherError =>
  new BellwetherError('NOT_FOUND', `there are no labels of batch ${batch}: it is not settled`, { cause })

async function* hashing(body: Readable, hashes: readonly Hash[]): AsyncIterable<Buffer> {
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk)
    for (const hash of hashes) hash.update(bytes)
    yield bytes
  }
}

async function qualityOf(
  objects: Pick<Objects, 'read'>,
  batch: string,
  inHand: QualityRecord | undefined,
): Promise<BatchQuality | null> {
  const quality =
    inHand ?? (isOfADay(batch) ? await findJson(objects, keys.quality({ batch }), qualityRecord) : undefined)
  if (!quality) return null
  const { schemaVersion, status, reasons, alpha, batches, categories } = quality
  const measured = { schemaVersion, status, reasons, alpha, over: batches.length }
  if (!quality.errors) return measured
  const { counts: _, ...errors } = quality.errors
  return { ...measured, errors: { ...errors, categories } }
}
