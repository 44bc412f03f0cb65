import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { datasetReady } from '../../events'
import type { Publish } from '../../shared/bus'
import { canonical } from '../../shared/canonical'
import type { Invocation } from '../../shared/door'
import { keys, prefixes } from '../../shared/keys'
import { manifestsAmong } from '../../shared/labels-given'
import { latestOf, type Listed } from '../../shared/latest'
import type { Objects } from '../../shared/objects'
import { type DatasetRecord, datasetRecord, type QualityRecord, qualityRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { TEXT_VERSION } from '../../shared/text'
import { arrange, type Arranged, binning, LABELS, PARTS } from './arrange'
import { eachLine } from './lines'
import { readSettled, type Refusal, rulesOf } from '../../shared/labels'
import { createSpool, type Spool } from './spool'

interface Ports {
  objects: Pick<Objects, 'readJson' | 'stream' | 'exists' | 'create' | 'put' | 'putStream' | 'list'>
  publish: Publish
  settings: Pick<Settings, 'labels' | 'training'>
  /** A folder for what does not fit into memory. */
  scratch: string
}

/**
 * Make a dataset of every label that was settled so far: the three files, then `dataset.json`. The same labels give
 * the same dataset id, and then no file is written anew.
 */
export const format =
  ({ objects, publish, settings, scratch }: Ports) =>
  async ({ now, log }: Pick<Invocation, 'now' | 'log'>): Promise<DatasetRecord> => {
    const labeled: Listed[] = []
    for await (const each of objects.list(prefixes.labeled)) labeled.push(each)
    const manifests = manifestsAmong(labeled.map(({ key }) => key)).map(([, key]) => key)
    const spool = createSpool(scratch)
    try {
      const [refused, quality] = await Promise.all([
        readManifests({ objects, settings, spool }, manifests),
        latestQuality(objects, labeled, settings.labels.version),
      ])
      const arranged = arrange(spool, categoriesOf(settings), settings.training.validationShare)
      for (const item of arranged.twoRoles) refused.keep({ item, reason: 'two-roles', field: 'role' })
      if (refused.total() > 0) log.warn('lines were left out', refused.counts)

      const datasetId = identify(settings, arranged)
      const key = keys.dataset({ dataset: datasetId })
      const record = (await objects.exists(key))
        ? await again(objects, labeled, key)
        : await write({ objects, spool }, key, {
            ...describe(settings, arranged, datasetId),
            labelStatus: quality?.status ?? 'unmeasured',
            labelReasons: quality?.reasons ?? ['no batch of this schema version was measured yet'],
            ...(quality ? { alpha: quality.alpha } : {}),
            latestDate: arranged.latestDate ?? now.toISOString().slice(0, 10),
            manifests,
            refused: refused.counts,
          })
      await publish(datasetReady, { datasetId, datasetKey: key, ...record.rows, labels: record.labels })
      return record
    } finally {
      spool.close()
    }
  }

const categoriesOf = ({ labels }: Ports['settings']): string[] => labels.categories.map(({ name }) => name)

/** How many manifests are opened ahead of the one that is read. */
const AHEAD = 8

async function readManifests(
  { objects, settings, spool }: Pick<Ports, 'settings'> & { objects: Pick<Objects, 'stream'>; spool: Spool },
  manifests: readonly string[],
) {
  const rules = rulesOf(settings.labels)
  const bin = binning(spool, rules.categories)
  const refused = tally(spool)
  const open = async (key: string) => ({ key, body: await objects.stream(key) })
  for await (const { key, body } of inOrder(manifests, open)) {
    await eachLine(body, (text, line) => {
      if (text === '') return
      const read = readSettled(text, rules)
      if ('reason' in read) refused.keep({ file: key, line, ...read })
      else if (!bin(read)) refused.keep({ file: key, line, reason: 'no-text', field: 'source' })
    })
  }
  return refused
}

/** Write the files, then the record; answers the record that stands there, which may be another's of the same labels. */
async function write(
  { objects, spool }: { objects: Pick<Objects, 'create' | 'put' | 'putStream' | 'readJson'>; spool: Spool },
  key: string,
  record: DatasetRecord,
): Promise<DatasetRecord> {
  const { datasetId: dataset } = record
  const store = async (at: string, name: string) =>
    spool.size(name) <= SMALL_BYTES
      ? objects.put(at, await buffer(spool.bytes(name)))
      : objects.putStream(at, spool.bytes(name))
  await Promise.all([
    ...PARTS.map((part) => store(keys[part]({ dataset }), part)),
    store(keys.datasetLabels({ dataset }), LABELS),
    spool.size('refused') > 0 && store(keys.datasetRefused({ dataset }), 'refused'),
  ])
  const outcome = await objects.create(key, bytesOf(record))
  return outcome === 'created' ? record : objects.readJson(key, datasetRecord)
}

/**
 * The record of labels that were in a dataset before. Where others came between, as when a correction is taken back, it is
 * put once more, so that it is the latest dataset again. A run that began before labels came which are in a dataset by
 * now leaves that one the latest.
 */
async function again(
  objects: Pick<Objects, 'readJson' | 'put' | 'list'>,
  labeled: readonly Listed[],
  key: string,
): Promise<DatasetRecord> {
  const record = await objects.readJson(key, datasetRecord)
  const labels = await latestOf(labeled, keys.settledManifest)
  const latest = await latestOf(objects.list(prefixes.datasets), keys.dataset)
  if (labels && latest && latest.key !== key && latest.modified < labels.modified)
    await objects.put(key, bytesOf(record))
  return record
}

const bytesOf = (record: DatasetRecord): string => `${JSON.stringify(record, null, 2)}\n`

/** What is put in one request, which takes a fraction of the time of an upload in parts. */
const SMALL_BYTES = 4 * 1024 * 1024

/** What is left out: a line of it for each in `refused.jsonl`, and how many for each reason. */
function tally(spool: Pick<Spool, 'write'>) {
  const counts: Record<string, number> = {}
  return {
    counts,
    total: () => Object.values(counts).reduce((sum, count) => sum + count, 0),
    keep(refusal: Refusal & ({ file: string; line: number } | { item: string })) {
      counts[refusal.reason] = (counts[refusal.reason] ?? 0) + 1
      spool.write('refused', `${JSON.stringify(refusal)}\n`)
    },
  }
}

/** The id is a hash of the bytes that a model would be trained and judged on, and of what gives them their meaning. */
function identify({ labels, training }: Ports['settings'], { sha256 }: Arranged): string {
  const meaning = {
    textVersion: TEXT_VERSION,
    schemaVersion: labels.version,
    validationShare: training.validationShare,
    sha256,
  }
  return createHash('sha256').update(canonical(meaning)).digest('hex').slice(0, 16)
}

const describe = ({ labels }: Ports['settings'], { rows, classes, sha256 }: Arranged, datasetId: string) => ({
  datasetId,
  textVersion: TEXT_VERSION,
  schemaVersion: labels.version,
  labels: Object.keys(classes),
  rows,
  classes,
  files: {
    train: keys.train({ dataset: datasetId }),
    validation: keys.validation({ dataset: datasetId }),
    evaluation: keys.evaluation({ dataset: datasetId }),
  },
  sha256,
})

/** A batch is open for ten days at most, so that no more than so many may be settled out of their order. */
const OPEN_AT_ONCE = 16
/** No function runs longer, so what was written longer before another was measured before it. */
const LIFE_MS = 15 * 60_000

/**
 * The last measurement of the labels of a schema version. Each is over all batches that were settled then, so of those
 * that were written at about the same time it is the one over most.
 */
async function latestQuality(
  objects: Pick<Objects, 'readJson'>,
  labeled: readonly Listed[],
  schemaVersion: number,
): Promise<QualityRecord | undefined> {
  const written = labeled.filter(({ key }) => keys.quality.match(key))
  written.sort((a, b) => b.modified.getTime() - a.modified.getTime())

  let latest: QualityRecord | undefined
  let since = -Infinity
  for (const { key, modified } of written.slice(0, OPEN_AT_ONCE)) {
    if (modified.getTime() < since) break
    const quality = await objects.readJson(key, qualityRecord)
    if (quality.schemaVersion !== schemaVersion) continue
    if (!latest) since = modified.getTime() - LIFE_MS
    if (!latest || quality.batches.length > latest.batches.length) latest = quality
  }
  return latest
}

/** Opens a few streams ahead, and gives them in the order of their names. */
async function* inOrder(
  names: readonly string[],
  open: (name: string) => Promise<{ key: string; body: Readable }>,
): AsyncIterable<{ key: string; body: Readable }> {
  const opening: Promise<{ key: string; body: Readable }>[] = []
  for (let next = 0; next < names.length || opening.length > 0;) {
    while (next < names.length && opening.length < AHEAD) {
      const opened = open(names[next++]!)
      // It is awaited in its turn; until then its failure is nobody's.
      opened.catch(() => {})
      opening.push(opened)
    }
    const first = opening.shift()
    if (first) yield await first
  }
}
