import { prefixes, keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import {
  type AlphaRecord,
  cardRecord,
  championRecord,
  type LabelStatus,
  planRecord,
  qualityRecord,
  type ReportRecord,
  reportRecord,
  type Role,
  runRecord,
  settledLine,
} from '../../shared/records'

/** What `--summary FILE` writes. */
export interface Summary {
  posts: number
  cascades: number
  refusedRows: number
  labelling: {
    items: number
    judgements: number
    spentUsd: number
    /** Krippendorff's, over the items that two people judged, with its 95 % interval; as last measured. */
    alpha: AlphaRecord
    status: LabelStatus
    /** Why the labels have that status, in words that a person can act on. */
    reasons: string[]
    /** Cascades with a label, by role. */
    cascades: Record<Role, number>
  }
  models: {
    name: string
    datasetId: string
    verdict: string
    accuracy: number | null
    macroF1: number | null
    majority: number | null
    trainSeconds: number
  }[]
  champion: string | null
  shares: {
    hashtag: string
    /** Of a UTC day; or `window`, of the seven days that end with it. */
    date?: string
    window?: string
    basis: 'posts' | 'messages'
    label: string
    share: number
    low: number
    high: number
    method: string
    /** How many labels are behind it. */
    labels: number
    /** Where the labels of the file tell: the share of all collected posts, and whether the interval holds it. */
    truth?: number
    covered?: boolean
  }[]
  /** How many different events of each name were published. */
  events: Record<string, number>
  seconds: number
}

/** Read the outcome of a replay from the bucket, as any user of it would. */
export async function summarise(
  objects: Objects,
  events: ReadonlyMap<string, ReadonlySet<string>>,
  refusedRows: number,
  seconds: number,
): Promise<Summary> {
  const summary: Summary = {
    posts: 0,
    cascades: 0,
    refusedRows,
    labelling: {
      items: 0,
      judgements: 0,
      spentUsd: 0,
      alpha: { value: null, low: null, high: null, items: 0 },
      status: 'unmeasured',
      reasons: ['nobody judged anything yet'],
      cascades: { evaluation: 0, training: 0 },
    },
    models: [],
    champion: null,
    shares: [],
    events: Object.fromEntries([...events.keys()].sort().map((name) => [name, events.get(name)?.size ?? 0])),
    seconds,
  }
  const found = async (prefix: string, key: { match(key: string): unknown }) => {
    const names: string[] = []
    for await (const object of objects.list(prefix)) if (key.match(object.key)) names.push(object.key)
    return names
  }

  for (const key of await found(prefixes.raw, keys.run)) {
    const run = await objects.readJson(key, runRecord)
    summary.posts += run.posts
    summary.refusedRows += run.refusedRows
  }
  for (const key of await found(prefixes.labeling, keys.plan)) {
    summary.cascades += (await objects.readJson(key, planRecord)).cascades
  }
  let measuredOver = 0
  for (const key of await found(prefixes.labeled, keys.quality)) {
    const quality = await objects.readJson(key, qualityRecord)
    const { items, judgements, costUsd, batches } = quality
    // Each is measured over all batches so far, so the last is the one over most of them.
    if (batches.length >= measuredOver) {
      measuredOver = batches.length
      Object.assign(summary.labelling, { alpha: quality.alpha, status: quality.status, reasons: quality.reasons })
    }
    summary.labelling.items += items
    summary.labelling.judgements += judgements
    summary.labelling.spentUsd += costUsd
  }
  summary.labelling.cascades = await labelledCascades(objects, await found(prefixes.labeled, keys.settledManifest))
  const cards = await Promise.all(
    (await found(prefixes.models, keys.card)).map((key) => objects.readJson(key, cardRecord)),
  )
  summary.models = cards
    .sort((a, b) =>
      a.dataset.latestDate === b.dataset.latestDate ? 0 : a.dataset.latestDate < b.dataset.latestDate ? -1 : 1,
    )
    .map(({ job, dataset, verdict, scores: { challenger, majority }, training }) => ({
      name: job,
      datasetId: dataset.datasetId,
      verdict,
      accuracy: challenger?.accuracy ?? null,
      macroF1: challenger?.macroF1 ?? null,
      majority: majority.accuracy,
      trainSeconds: training.trainSeconds,
    }))
  if (await objects.exists(keys.champion({}))) {
    summary.champion = (await objects.readJson(keys.champion({}), championRecord)).job
  }
  for (const key of await found('reports/', keys.report)) {
    summary.shares.push(...sharesOf(await objects.readJson(key, reportRecord)))
  }
  return summary
}

async function labelledCascades(objects: Objects, manifests: readonly string[]): Promise<Record<Role, number>> {
  const labelled = { evaluation: new Set<string>(), training: new Set<string>() }
  for (const key of manifests) {
    for await (const text of objects.lines(key)) {
      const line = settledLine.safeParse(JSON.parse(text))
      if (line.success) labelled[line.data.role].add(line.data.item)
    }
  }
  return { evaluation: labelled.evaluation.size, training: labelled.training.size }
}

function sharesOf({ hashtag, date, day, week }: ReportRecord): Summary['shares'] {
  const stretches = [
    [{ date }, day],
    [{ window: `${week.from}/${week.to}` }, week],
  ] as const
  return stretches.flatMap(([when, { byPosts, byMessages }]) =>
    [['posts', byPosts] as const, ['messages', byMessages] as const].flatMap(([basis, { shares, method, labels }]) =>
      shares.map((share) => ({ hashtag, ...when, basis, ...share, method, labels })),
    ),
  )
}
