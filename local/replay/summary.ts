import type { z } from 'zod'
import { prefixes, keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { streamNameOf } from '../../shared/streams'
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
    /** Messages that were asked about or imported. */
    items: number
    /** Those of them that have a label. */
    labelled: number
    /** Those whose label was imported, without a judgement. */
    withoutJudgement: number
    judgements: number
    spentUsd: number
    /** Krippendorff's, over the items that two people judged, with its 95 % interval; as last measured. */
    alpha: AlphaRecord
    status: LabelStatus
    /** Why the labels have that status, in sentences that a person can act on. */
    reasons: string[]
    /** Cascades with a label, by role. */
    cascades: Record<Role, number>
  }
  models: {
    name: string
    datasetId: string
    engine: string
    verdict: string
    /** The rules in its favour, or every failed rule. */
    reasons: string[]
    accuracy: number | null
    macroF1: number | null
    macroF1Interval: { low: number; high: number } | null
    majority: number | null
    trainSeconds: number
  }[]
  champion: string | null
  shares: {
    hashtag: string
    /** The network; absent for days of a release without streams. */
    stream?: string
    /** Of a UTC day; or `window`, of the seven days that end with it. */
    date?: string
    window?: string
    basis: 'posts' | 'messages'
    label: string
    share: number
    low: number
    high: number
    /** Where answers of a language model have weight: the interval without them. */
    without?: { low: number; high: number }
    method: string
    /** The number of labels that it rests on. */
    labels: number
    /** Where the labels of the file tell: the share of all collected posts, and whether the interval holds it. */
    truth?: number
    covered?: boolean
  }[]
  /** Days, and windows of seven, with posts but without a share, with the state that says why. */
  withheld: {
    hashtag: string
    stream?: string
    date?: string
    window?: string
    basis: 'posts' | 'messages'
    state: string
  }[]
  /** How many different events of each name were published. */
  events: Record<string, number>
  seconds: number
}

/** Read the result of a replay from the bucket, as any user of it would. */
export async function summarise(
  objects: Objects,
  events: ReadonlyMap<string, ReadonlySet<string>>,
  refusedRows: number,
  seconds: number,
): Promise<Summary> {
  const runs = await documents(objects, prefixes.raw, keys.run, runRecord)
  const plans = await documents(objects, prefixes.labeling, keys.plan, planRecord)
  const reports = await documents(objects, 'reports/', keys.report, reportRecord)
  return {
    posts: sum(runs.map(({ posts }) => posts)),
    cascades: sum(plans.map(({ cascades }) => cascades)),
    refusedRows: refusedRows + sum(runs.map((run) => run.refusedRows)),
    labelling: await labellingOf(objects),
    models: await modelsOf(objects),
    champion: (await objects.exists(keys.champion({})))
      ? (await objects.readJson(keys.champion({}), championRecord)).job
      : null,
    shares: reports.flatMap(sharesOf),
    withheld: reports.flatMap(withheldIn),
    events: Object.fromEntries([...events.keys()].sort().map((name) => [name, events.get(name)?.size ?? 0])),
    seconds,
  }
}

async function labellingOf(objects: Objects): Promise<Summary['labelling']> {
  const qualities = await documents(objects, prefixes.labeled, keys.quality, qualityRecord)
  // Each is measured over all batches so far, so the last one covers the most.
  const last = qualities.reduce<(typeof qualities)[number] | undefined>(
    (most, one) => (most && most.batches.length > one.batches.length ? most : one),
    undefined,
  )
  const { cascades, withoutJudgement } = await labelledIn(
    objects,
    await found(objects, prefixes.labeled, keys.settledManifest),
  )
  return {
    items: sum(qualities.map(({ items }) => items)),
    labelled: sum(qualities.map(({ labelled }) => labelled)),
    withoutJudgement,
    judgements: sum(qualities.map(({ judgements }) => judgements)),
    spentUsd: sum(qualities.map(({ costUsd }) => costUsd)),
    alpha: last?.alpha ?? { value: null, low: null, high: null, items: 0 },
    status: last?.status ?? 'unmeasured',
    reasons: last?.reasons ?? ['no judgements yet'],
    cascades,
  }
}

async function modelsOf(objects: Objects): Promise<Summary['models']> {
  const cards = await Promise.all(
    (await found(objects, prefixes.models, keys.card)).map((key) => objects.readJson(key, cardRecord)),
  )
  return cards
    .sort((a, b) =>
      a.dataset.latestDate === b.dataset.latestDate ? 0 : a.dataset.latestDate < b.dataset.latestDate ? -1 : 1,
    )
    .map(({ job, dataset, verdict, reasons, scores: { challenger, majority }, training }) => ({
      name: job,
      datasetId: dataset.datasetId,
      engine: training.engine,
      verdict,
      reasons,
      accuracy: challenger?.accuracy ?? null,
      macroF1: challenger?.macroF1 ?? null,
      macroF1Interval: challenger?.macroF1Interval ?? null,
      majority: majority.accuracy,
      trainSeconds: training.trainSeconds,
    }))
}

type Form = { match(key: string): unknown }

async function found(objects: Objects, prefix: string, form: Form): Promise<string[]> {
  const names: string[] = []
  for await (const { key } of objects.list(prefix)) if (form.match(key)) names.push(key)
  return names
}

/** The documents of one form, sorted by key. */
async function documents<S extends z.ZodType>(
  objects: Objects,
  prefix: string,
  form: Form,
  schema: S,
): Promise<z.infer<S>[]> {
  const read: z.infer<S>[] = []
  for (const key of await found(objects, prefix, form)) read.push(await objects.readJson(key, schema))
  return read
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

async function labelledIn(
  objects: Objects,
  manifests: readonly string[],
): Promise<{ cascades: Record<Role, number>; withoutJudgement: number }> {
  let withoutJudgement = 0
  const labelled = { evaluation: new Set<string>(), training: new Set<string>() }
  for (const key of manifests) {
    for await (const text of objects.lines(key)) {
      const line = settledLine.safeParse(JSON.parse(text))
      if (!line.success) continue
      labelled[line.data.role].add(line.data.item)
      if (line.data['label-metadata'].judgements.length === 0) withoutJudgement += 1
    }
  }
  const cascades = { evaluation: labelled.evaluation.size, training: labelled.training.size }
  return { cascades, withoutJudgement }
}

const sharesOf = (report: ReportRecord): Summary['shares'] =>
  answersIn(report).flatMap(({ when, answer: { shares, method, labels, secondPredictor } }) =>
    shares.map((share) => {
      const alone = secondPredictor?.without?.shares.find(({ label }) => label === share.label)
      const without = alone && { without: { low: alone.low, high: alone.high } }
      return { ...when, ...share, ...without, method, labels }
    }),
  )

const withheldIn = (report: ReportRecord): Summary['withheld'] =>
  answersIn(report).flatMap(({ when, answer: { state } }) =>
    state === 'reported' || state === 'no-posts' ? [] : [{ ...when, state }],
  )

/** The four answers of a report: of the day and of the seven days that end with it, each by posts and by messages. */
function answersIn({ date, day, week, ...report }: ReportRecord) {
  const name = streamNameOf(report)
  const stretches = [
    [{ date }, day],
    [{ window: `${week.from}/${week.to}` }, week],
  ] as const
  return stretches.flatMap(([when, { byPosts, byMessages }]) => [
    { when: { ...name, ...when, basis: 'posts' as const }, answer: byPosts },
    { when: { ...name, ...when, basis: 'messages' as const }, answer: byMessages },
  ])
}
