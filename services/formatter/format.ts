import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { datasetReady } from '../../events'
import { isOfADay } from '../../shared/batches'
import { canonical, type Publish } from '../../shared/bus'
import { concurrently } from '../../shared/concurrently'
import type { Invocation } from '../../shared/door'
import { keys } from '../../shared/keys'
import { settledManifests } from '../../shared/labels-given'
import { type Objects, parseJson } from '../../shared/objects'
import { type DatasetRecord, datasetRecord, type QualityRecord, qualityRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { TEXT_VERSION } from '../../shared/text'
import { arrange, type Arranged, binning, LABELS, PARTS } from './arrange'
import { eachLine } from './lines'
import { readSettled, type Refusal, rulesOf } from '../../shared/settled'
import { createSpool, type Spool } from './spool'

interface Ports {
  objects: Pick<Objects, 'read' | 'readJson' | 'stream' | 'exists' | 'create' | 'put' | 'putStream' | 'list'>
  publish: Publish
  settings: Pick<Settings, 'labels' | 'training'>
  /** A folder for what does not fit into memory. */
  scratch: string
}

/**
 * Make a dataset of every label that was settled so far: the three files, then `dataset.json`. The same labels give
 * the same dataset id, and then nothing is written.
 */
export const format =
  ({ objects, publish, settings, scratch }: Ports) =>
  async ({ now, log }: Pick<Invocation, 'now' | 'log'>): Promise<DatasetRecord> => {
    const settled = await settledManifests(objects)
    const manifests = settled.map(([, key]) => key)
    const spool = createSpool(scratch)
    try {
      const refused = await readManifests({ objects, settings, spool }, manifests)
      const arranged = arrange(spool, categoriesOf(settings), settings.training.validationShare)
      for (const item of arranged.twoRoles) refused.keep({ item, reason: 'two-roles', field: 'role' })
      if (refused.total() > 0) log.warn('lines were left out', refused.counts)

      const datasetId = identify(settings, arranged)
      const key = keys.dataset({ dataset: datasetId })
      const [known, quality] = await Promise.all([
        objects.exists(key),
        latestQuality(
          objects,
          settled.map(([batch]) => batch),
          settings.labels.version,
        ),
      ])
      const record = known
        ? await objects.readJson(key, datasetRecord)
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
  const outcome = await objects.create(key, `${JSON.stringify(record, null, 2)}\n`)
  return outcome === 'created' ? record : objects.readJson(key, datasetRecord)
}

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

/**
 * The last measurement of the labels of a schema version. Each is over all batches that were settled then, so it is the
 * one over most of them. Batches that people judged are named by their days.
 */
async function latestQuality(
  objects: Pick<Objects, 'read'>,
  settled: readonly string[],
  schemaVersion: number,
): Promise<QualityRecord | undefined> {
  const last = settled.filter(isOfADay).slice(-OPEN_AT_ONCE)
  const read = await concurrently(last, OPEN_AT_ONCE, async (batch) => {
    const key = keys.quality({ batch })
    const stored = await objects.read(key)
    return stored && parseJson(stored.body.toString('utf8'), qualityRecord, key)
  })
  const measured = read.filter((quality) => quality?.schemaVersion === schemaVersion)
  return measured.reduce(
    (latest, one) => ((one?.batches.length ?? 0) >= (latest?.batches.length ?? 0) ? one : latest),
    undefined,
  )
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
