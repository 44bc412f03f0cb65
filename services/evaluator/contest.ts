import { createHash } from 'node:crypto'
import type { Artefact, LoadArtefact } from '../../shared/artefact'
import { BellwetherError } from '../../shared/errors'
import { DEFAULTS } from '../../shared/fasttext/hyperparameters'
import { keys } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import {
  type CardRecord,
  cardRecord,
  type DatasetRecord,
  datasetRecord,
  type EvaluationLine,
  evaluationLine,
  type TrainingRecord,
  trainingRecord,
  tuningRecord,
} from '../../shared/records'
import { calibrate } from './compare'
import { type Contender, type Gate, judge, opponentIn } from './gate'
import { costOf, lineageOf } from './lineage'
import { naiveBayes } from './linear'
import { liveOf } from './live'
import { type Answers, majorityOf, measure } from './measure'
import { type Relabelled, relabelled } from './relabelled'
import { retokenise } from './retokenise'
import { windowOf } from './window'

export interface Ports {
  objects: Pick<Objects, 'read' | 'readJson' | 'lines' | 'stream' | 'exists'>
  load: LoadArtefact
  gate: Gate
}

/**
 * Hold a trained model against a champion, both on the evaluation window of the model's dataset, and write down everything
 * that is known of it. A function of what stands in the bucket: asked again, it is the same.
 */
export async function holdContest(
  { objects, load, gate }: Ports,
  job: string,
  against: string | null,
): Promise<CardRecord> {
  const training = await objects.readJson(keys.training({ job }), trainingRecord)
  const dataset = await objects.readJson(keys.dataset({ dataset: training.datasetId }), datasetRecord)
  const evaluation = await readEvaluation(objects, dataset)
  const { linear, trainedOn } = await readTraining(objects, dataset, evaluation)
  const { items, described: window } = windowOf(evaluation, gate.window, (text) => trainedOn.has(text))

  const hold = (name: string, of: DatasetRecord, artefact: Readable): Contender => {
    const read = artefact.read && retokenise(items, dataset, of.textVersion)
    const unreadable = artefact.unreadable ?? (read && 'unreadable' in read ? read.unreadable : undefined)
    return {
      job: name,
      dataset: of,
      labels: artefact.read?.model.labels ?? [],
      measured:
        artefact.read && read && 'lines' in read ? measure(artefact.read.model, read.lines, dataset.labels) : null,
      ...(unreadable === undefined ? {} : { unreadable }),
    }
  }
  const artefact = await loadIfReadable(load, training.artefact)
  const challenger = hold(job, dataset, artefact)
  const card = against === null ? undefined : await objects.readJson(keys.card({ job: against }), cardRecord)
  const opposite = card && (await loadIfReadable(load, card.artefact.uri, card.artefact.sha256 ?? undefined))
  const champion = card && opposite && hold(card.job, card.dataset, opposite)

  const majority = measure(majorityOf(items, dataset.labels), items, dataset.labels).scores
  const changes = champion?.measured
    ? await changesSince(objects, champion.dataset, dataset)
    : { shared: 0, changed: 0 }
  const contest = { challenger, champion, majority, window, relabelled: changes }
  const { promote, provisional, reasons, gate: rulings, comparison } = judge(contest, gate)
  const opponent = opponentIn(contest)

  return {
    job,
    verdict: promote ? 'promoted' : 'rejected',
    provisional,
    reasons,
    gate: rulings,
    champion: against,
    labels: [...challenger.labels],
    labelStatus: dataset.labelStatus,
    artefact: { uri: training.artefact, ...identityOf(artefact.read) },
    window,
    scores: {
      challenger: challenger.measured?.scores ?? null,
      champion: opponent?.measured.scores ?? null,
      majority,
      linear: linear ? measure(linear, items, dataset.labels).scores : null,
    },
    comparison,
    calibration: challenger.measured && calibrate(challenger.measured),
    live: opponent && card && opposite?.read ? liveSince(card, opposite.read, evaluation, dataset) : null,
    evaluation: { key: keys.evaluation({ dataset: dataset.datasetId }), sha256: dataset.sha256.evaluation },
    dataset,
    training,
    tuning: training.tuning === null ? null : await objects.readJson(training.tuning, tuningRecord),
    seed: seedOf(training),
    lineage: await lineageOf(
      objects,
      dataset,
      training,
      artefact.read && { key: keys.artefact({ job }), sha256: artefact.read.sha256 },
    ),
    cost: await costOf(objects, dataset, training),
  }
}

/** The exact object that was read, as far as it could be. */
const identityOf = (read: Artefact | undefined): Pick<CardRecord['artefact'], 'versionId' | 'sha256'> => ({
  versionId: read?.versionId ?? null,
  sha256: read?.sha256 ?? null,
})

/** How good the champion is on labels that came after it. */
function liveSince(
  card: CardRecord,
  { model }: Artefact,
  evaluation: readonly EvaluationLine[],
  dataset: DatasetRecord,
): CardRecord['live'] {
  const read = retokenise(evaluation, dataset, card.dataset.textVersion)
  if ('unreadable' in read) return null
  const { job, calibration } = card
  const champion = { job, latestDate: card.dataset.latestDate, temperature: calibration?.temperature ?? 1, model }
  return liveOf(champion, read.lines, dataset)
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

/** One pass over what was trained on: a baseline learns it, and evaluation texts that stand in it are found. */
async function readTraining(
  objects: Pick<Objects, 'lines'>,
  { files, rows }: DatasetRecord,
  evaluation: readonly EvaluationLine[],
): Promise<{ linear: Answers | undefined; trainedOn: ReadonlySet<string> }> {
  const asked = new Set(evaluation.map(({ text }) => text))
  const trainedOn = new Set<string>()
  const look = (line: string) => {
    const text = line.slice(line.indexOf(' ') + 1)
    if (asked.has(text)) trainedOn.add(text)
  }
  const bayes = naiveBayes()
  if (rows.train > 0)
    for await (const line of objects.lines(files.train)) {
      if (line === '') continue
      look(line)
      bayes.add(line)
    }
  if (rows.validation > 0) for await (const line of objects.lines(files.validation)) look(line)
  return { linear: bayes.model(), trainedOn }
}

/** What became of the labels that the champion was trained on; nothing is known where its training file is gone. */
async function changesSince(
  objects: Pick<Objects, 'read'>,
  before: Pick<DatasetRecord, 'datasetId'>,
  { files }: DatasetRecord,
): Promise<Relabelled> {
  const [known, given] = await Promise.all(
    [keys.train({ dataset: before.datasetId }), files.train].map((key) => objects.read(key)),
  )
  const lines = (stored: typeof known) => stored?.body.toString('utf8').split('\n') ?? []
  return relabelled(lines(known), lines(given))
}

/** BlazingText does not say from which seed its weights start; our engine always starts from the same. */
const seedOf = ({ trainer }: TrainingRecord): number | null => (trainer === 'lambda' ? DEFAULTS.seed : null)

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
