import { createHash } from 'node:crypto'
import { modelPromoted, modelRejected } from '../../events'
import type { Artefact, LoadArtefact } from '../../shared/artefact'
import type { Publish } from '../../shared/bus'
import { readChampion } from '../../shared/champion'
import { BellwetherError } from '../../shared/errors'
import { keys, prefixes } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import {
  type CardRecord,
  cardRecord,
  type ChampionRecord,
  type DatasetRecord,
  datasetRecord,
  type EvaluationLine,
  evaluationLine,
  trainingRecord,
} from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { cardBytes, championOf, promotionOf, rejectionOf } from './card'
import { type Contender, judge, opponentIn } from './gate'
import { majorityOf, measure } from './measure'

export interface Ports {
  objects: Pick<Objects, 'read' | 'readJson' | 'create' | 'swap' | 'list'>
  load: LoadArtefact
  publish: Publish
  gate: Settings['gate']
}

export interface Outcome {
  job: string
  verdict: CardRecord['verdict']
  reasons: string[]
  /** Whether it is the champion now. */
  live: boolean
}

/** So many champions may come between before this one gives up and is tried again later. */
const ATTEMPTS = 10

/**
 * Measure a trained model and the champion on the evaluation set of its dataset, promote it if it is better, and write
 * its card. The order of the writes is champion.json, card.json, event; `champion.json` moves on only from a model that
 * has its card, so whoever comes next finishes what a stopped evaluation left.
 */
export const evaluate =
  (ports: Ports) =>
  async (job: string, now: Date): Promise<Outcome> => {
    const { objects } = ports
    const known = await readCard(objects, job)
    if (known) return announce(ports, known)

    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const live = await readChampion(objects)
      if (live?.champion.job === job) return finish(ports, live.champion)
      if (live && !(await readCard(objects, live.champion.job))) await finish(ports, live.champion)

      const card = await judgeAgainst(ports, job, live?.champion.job ?? null)
      if (card.verdict === 'promoted') {
        const moved = await objects.swap(keys.champion({}), championBytes(championOf(card, now)), live?.etag)
        // Another model went live meanwhile: this one is held against that.
        if (!moved) continue
      }
      return conclude(ports, card)
    }
    throw new BellwetherError('CONFLICT', `champion.json was moved by others ${ATTEMPTS} times while ${job} was judged`)
  }

/** The job whose training was recorded last. */
export async function latestJob(objects: Pick<Objects, 'list'>): Promise<string> {
  let latest: { job: string; modified: Date } | undefined
  for await (const { key, modified } of objects.list(prefixes.models)) {
    const job = keys.training.match(key)?.job
    if (job !== undefined && (!latest || modified >= latest.modified)) latest = { job, modified }
  }
  if (!latest) throw new BellwetherError('NOT_FOUND', 'no model has been trained yet')
  return latest.job
}

export async function readCard(objects: Pick<Objects, 'read'>, job: string): Promise<CardRecord | undefined> {
  const key = keys.card({ job })
  const stored = await objects.read(key)
  return stored && parseJson(stored.body.toString('utf8'), cardRecord, key)
}

export const championBytes = (champion: ChampionRecord): string => `${JSON.stringify(champion, null, 2)}\n`

/** A model is live and has no card: its evaluation stopped half-way, and is concluded with the verdict it had. */
async function finish(ports: Ports, { job, replaces }: ChampionRecord): Promise<Outcome> {
  return conclude(ports, { ...(await judgeAgainst(ports, job, replaces)), verdict: 'promoted' })
}

async function conclude(ports: Ports, card: CardRecord): Promise<Outcome> {
  await ports.objects.create(keys.card({ job: card.job }), cardBytes(card))
  return announce(ports, card)
}

/** Publish the verdict, also when it was published before. A promotion that was replaced since is no longer news. */
async function announce({ objects, publish }: Ports, card: CardRecord): Promise<Outcome> {
  const live = (await readChampion(objects))?.champion.job === card.job
  if (card.verdict === 'rejected') await publish(modelRejected, rejectionOf(card))
  else if (live) await publish(modelPromoted, promotionOf(card))
  return { job: card.job, verdict: card.verdict, reasons: card.reasons, live }
}

async function judgeAgainst({ objects, load, gate }: Ports, job: string, against: string | null): Promise<CardRecord> {
  const training = await objects.readJson(keys.training({ job }), trainingRecord)
  const dataset = await objects.readJson(keys.dataset({ dataset: training.datasetId }), datasetRecord)
  const items = await readEvaluation(objects, dataset)
  const artefact = await loadIfReadable(load, training.artefact)

  const contender = (name: string, of: Contender['dataset'], { read, unreadable }: Readable): Contender => ({
    job: name,
    dataset: of,
    labels: read?.model.labels ?? [],
    scores: read ? measure(read.model, items, dataset.labels) : null,
    ...(unreadable === undefined ? {} : { unreadable }),
  })
  const challenger = contender(job, dataset, artefact)
  const opposite = against === null ? undefined : await objects.readJson(keys.card({ job: against }), cardRecord)
  const champion =
    opposite &&
    contender(
      opposite.job,
      opposite.dataset,
      await loadIfReadable(load, opposite.artefact.uri, opposite.artefact.sha256 ?? undefined),
    )
  const majority = measure(majorityOf(items, dataset.labels), items, dataset.labels)
  const contest = { challenger, champion, majority }
  const { promote, reasons } = judge(contest, gate)

  return {
    job,
    verdict: promote ? 'promoted' : 'rejected',
    reasons,
    champion: against,
    labels: [...challenger.labels],
    artefact: {
      uri: training.artefact,
      versionId: artefact.read?.versionId ?? null,
      sha256: artefact.read?.sha256 ?? null,
    },
    provisional: false,
    gate: [],
    labelStatus: dataset.labelStatus,
    window: { size: 400, items: items.length, of: items.length, from: null, to: null, leaked: 0 },
    scores: { challenger: challenger.scores, champion: opponentIn(contest)?.scores ?? null, majority, linear: null },
    comparison: null,
    calibration: null,
    live: null,
    tuning: null,
    seed: null,
    lineage: { inputs: [], labels: null },
    cost: { labelsUsd: null, readsUsd: null, trainingUsd: training.costUsd },
    evaluation: { key: keys.evaluation({ dataset: dataset.datasetId }), sha256: dataset.sha256.evaluation },
    dataset,
    training,
  }
}

/** The evaluation set whole, or OBJECT_INVALID: its hash is that of dataset.json. */
async function readEvaluation(objects: Pick<Objects, 'read'>, dataset: DatasetRecord): Promise<EvaluationLine[]> {
  const key = keys.evaluation({ dataset: dataset.datasetId })
  const stored = await objects.read(key)
  if (!stored) throw new BellwetherError('OBJECT_MISSING', `there is no ${key}`)
  const found = createHash('sha256').update(stored.body).digest('hex')
  if (found !== dataset.sha256.evaluation)
    throw new BellwetherError('OBJECT_INVALID', `${key}: found SHA-256 ${found}, expected ${dataset.sha256.evaluation}`)
  return stored.body
    .toString('utf8')
    .split('\n')
    .flatMap((line, i) => (line === '' ? [] : [parseJson(line, evaluationLine, `${key}:${i + 1}`)]))
}

interface Readable {
  read?: Artefact
  unreadable?: string
}

/** An artefact that cannot be read is a reason to reject, not to fail: it will not be another tomorrow. */
async function loadIfReadable(load: LoadArtefact, uri: string, sha256?: string): Promise<Readable> {
  try {
    return { read: await load(uri, sha256) }
  } catch (error) {
    if (error instanceof BellwetherError && error.code === 'MODEL_UNREADABLE') return { unreadable: error.message }
    throw error
  }
}
