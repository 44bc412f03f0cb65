import { createHash } from 'node:crypto'
import { datasetReady } from '../../events'
import type { Publish } from '../../shared/bus'
import { canonical } from '../../shared/canonical'
import type { Invocation } from '../../shared/door'
import { keys } from '../../shared/keys'
import { type Labels, type LabelStore, latestQuality } from '../../shared/labels'
import { latestDataset, latestOf, type Made } from '../../shared/latest'
import type { Objects } from '../../shared/objects'
import { type DatasetRecord, datasetRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { TEXT_VERSION } from '../../shared/text'
import { dayOf } from '../../shared/utc-day'
import { arrange, type Arranged, LEARNT, PARTS } from './arrange'
import { writeLabelTable } from './table'

interface Ports {
  objects: Pick<Objects, 'readJson' | 'exists' | 'create' | 'put' | 'list'>
  publish: Publish
  settings: Pick<Settings, 'labels' | 'training'>
  labels: LabelStore
  /** The stream of a hashtag. */
  stream: (hashtag: string) => string
}

/**
 * Make a dataset of the current labels: the three files, then `dataset.json`. Idempotent: the same labels give the same
 * dataset id, and no file is written twice. Manifests whose writer crashed before updating the snapshot are added
 * first.
 */
export const format =
  ({ objects, publish, settings, labels: store, stream }: Ports) =>
  async ({ now, log }: Pick<Invocation, 'now' | 'log'>): Promise<DatasetRecord> => {
    const { labels } = await store.reconcile()
    const arranged = arrange(labels.labels.values(), settings.training.validationShare)
    const refused = refusedIn(labels, arranged)
    if (refused.lines.length > 0) log.warn('lines were left out', refused.counts)

    const datasetId = identify(settings, arranged)
    const key = keys.dataset({ dataset: datasetId })
    const source = {
      madeAt: now.toISOString(),
      manifests: labels.batches.map(({ batch }) => keys.settledManifest({ batch })),
      manifestHashes: Object.fromEntries(
        labels.batches.map(({ batch, sha256 }) => [keys.settledManifest({ batch }), sha256]),
      ),
    }
    const record = (await objects.exists(key))
      ? await again(objects, source, key)
      : await write(objects, arranged, refused.lines, {
          ...describe(settings, arranged, datasetId),
          ...qualityIn(labels, settings),
          latestDate: arranged.latestDate ?? dayOf(now),
          ...source,
          refused: refused.counts,
        })
    await publish(datasetReady, { datasetId, datasetKey: key, ...record.rows, labels: record.labels })
    await writeLabelTable(objects, stream, store, labels)
    return record
  }

/** Lines of manifests that do not count, and items that are in no file, each with its reason. */
function refusedIn({ refused }: Labels, { twoRoles, textExpired }: Arranged) {
  const lines = [
    ...refused.map(({ batch, line, ...why }) => ({ file: keys.settledManifest({ batch }), line, ...why })),
    ...twoRoles.map((item) => ({ item, reason: 'two-roles', field: 'role' })),
    ...textExpired.map((item) => ({ item, reason: 'text-expired', field: 'source' })),
  ]
  const counts: Record<string, number> = {}
  for (const { reason } of lines) counts[reason] = (counts[reason] ?? 0) + 1
  return { lines, counts }
}

function qualityIn(labels: Labels, settings: Ports['settings']) {
  const quality = latestQuality(labels, settings.labels.version)
  return {
    labelStatus: quality?.status ?? ('unmeasured' as const),
    labelReasons: quality?.reasons ?? ['no batch of this schema version was measured yet'],
    ...(quality ? { alpha: quality.alpha } : {}),
  }
}

const EXAMPLES = { train: keys.trainExamples, validation: keys.validationExamples }

/**
 * Write the files, then the record. Returns the stored record, which another invocation may have written for the same
 * labels.
 */
async function write(
  objects: Pick<Objects, 'create' | 'put' | 'readJson'>,
  { files, examples, ids }: Arranged,
  refused: readonly object[],
  record: DatasetRecord,
): Promise<DatasetRecord> {
  const { datasetId: dataset } = record
  const key = keys.dataset({ dataset })
  await Promise.all([
    ...PARTS.map((part) => objects.put(keys[part]({ dataset }), files[part])),
    ...LEARNT.map((part) => objects.put(EXAMPLES[part]({ dataset }), examples[part].body)),
    objects.put(keys.datasetLabels({ dataset }), ids),
    refused.length > 0 &&
      objects.put(keys.datasetRefused({ dataset }), refused.map((line) => `${JSON.stringify(line)}\n`).join('')),
  ])
  const outcome = await objects.create(key, bytesOf(record))
  return outcome === 'created' ? record : objects.readJson(key, datasetRecord)
}

/**
 * The record of labels that were in a dataset before. Where other labels came in between, as when a correction is
 * undone, the record is put again with the current manifests, so that it is the latest dataset. An invocation that read
 * the labels before the latest dataset was made does not put it again.
 */
async function again(
  objects: Pick<Objects, 'readJson' | 'put' | 'list'>,
  source: Made & Pick<DatasetRecord, 'manifestHashes'>,
  key: string,
): Promise<DatasetRecord> {
  const record = await objects.readJson(key, datasetRecord)
  const latest = await latestDataset(objects)
  const isLatest = !latest || latest.datasetId === record.datasetId
  if (isLatest || latestOf<Made>([latest, source], (made) => made) !== source) return record
  const renewed = { ...record, ...source }
  await objects.put(key, bytesOf(renewed))
  return renewed
}

const bytesOf = (record: DatasetRecord): string => `${JSON.stringify(record, null, 2)}\n`

/** The id is a hash of the bytes that a model is trained and judged on, and of what gives them their meaning. */
function identify({ labels, training }: Ports['settings'], { sha256, examples }: Arranged): string {
  const meaning = {
    textVersion: TEXT_VERSION,
    schemaVersion: labels.version,
    validationShare: training.validationShare,
    sha256,
    examples: [examples.train.sha256, examples.validation.sha256],
  }
  return createHash('sha256').update(canonical(meaning)).digest('hex').slice(0, 16)
}

const describe = (
  { labels }: Ports['settings'],
  { rows, classes, sha256, examples, prior }: Arranged,
  datasetId: string,
) => ({
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
  examples: {
    train: { key: keys.trainExamples({ dataset: datasetId }), sha256: examples.train.sha256 },
    validation: { key: keys.validationExamples({ dataset: datasetId }), sha256: examples.validation.sha256 },
  },
  prior,
})
