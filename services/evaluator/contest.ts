import type { Artefact, LoadArtefact } from '../../shared/artefact'
import type { ModelPlace } from '../../shared/engines/load'
import { type Classifier, withPrior } from '../../shared/engines/classifier'
import { ENGINES, STAND_IN } from '../../shared/engines'
import { readTrainingSet } from '../../shared/engines/training-set'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { type Objects, parseJson, recordedHash } from '../../shared/objects'
import {
  type CardRecord,
  cardRecord,
  type DatasetRecord,
  datasetRecord,
  type EvaluationLine,
  evaluationLine,
  trainingRecord,
  type TrainingRecord,
  tuningRecord,
} from '../../shared/records'
import { correlated } from '../../shared/watch/correlation'
import { calibrate } from './measuring/compare'
import { sideBySide } from './engines'
import { type Contender, type Contest, type Gate, judge, opponentIn } from './gate'
import { costOf, lineageOf } from './measuring/lineage'
import { modelPlaceOf } from './card'
import { liveOf } from './measuring/live'
import { majorityOf, measureModel, type MeasuredModel } from './measuring/measure'
import { type Second, secondPredictorOn } from './measuring/second-predictor'
import { bestOf, cardsOfLate, championsBefore, daysAheadOf, daysSinceSwitch } from './measuring/recent'
import { type Relabelled, countRelabelled } from './relabelled'
import { whyNotScored, windowOf } from './measuring/window'

/** Cards of this many days are read: an engine that loses for four weeks is named. */
const CARDS_DAYS = 42

export interface ContestPorts {
  objects: Pick<Objects, 'read' | 'readJson' | 'lines' | 'stream' | 'exists' | 'list'>
  load: LoadArtefact
  gate: Gate
  /** Absent where the configuration names no language model that may be asked. */
  second?: Second | undefined
}

/**
 * Compare a trained model with a champion, both on the evaluation window of the model's dataset, and record everything
 * that is known about it. Depends only on the bucket: a second run gives the same result.
 */
export async function holdContest(ports: ContestPorts, job: string, against: string | null): Promise<CardRecord> {
  const late = await cardsOfLate(ports.objects, CARDS_DAYS)
  const judged = await judgeModel(ports, job, against, late)
  return { ...judged, engines: sideBySide(judged, late) }
}

async function judgeModel(
  { objects, load, gate, second }: ContestPorts,
  job: string,
  against: string | null,
  late: readonly CardRecord[],
): Promise<Omit<CardRecord, 'engines'>> {
  const training = await objects.readJson(keys.training({ job }), trainingRecord)
  const dataset = correlated(await objects.readJson(keys.dataset({ dataset: training.datasetId }), datasetRecord))
  const evaluation = await readEvaluation(objects, dataset)
  const trainedOn = await textsTrainedOn(objects, dataset, evaluation)
  const baseline = await trainBaseline(objects, dataset)
  const { items, described: window } = windowOf(evaluation, gate.window, (text) => trainedOn.has(text))

  const scoresOn = (model: Classifier) => measureModel(model, items, dataset.labels)
  const hold = contenders(items, dataset, scoresOn)
  const { textVersion } = dataset
  const artefact = await loadIfReadable(load, { artefact: training.artefact, textVersion, prior: training.prior })
  const challenger = await hold(job, training.engine, dataset, artefact)
  const card = against === null ? undefined : await objects.readJson(keys.card({ job: against }), cardRecord)
  const opposite = card && (await loadIfReadable(load, modelPlaceOf(card)))
  const champion = card && opposite && (await hold(card.job, card.training.engine, card.dataset, opposite))
  const majority = (await scoresOn(majorityOf(items, dataset.labels))).scores
  const changes = champion?.measured ? await changesSince(objects, champion.dataset, dataset) : NO_CHANGES
  const opponent = opponentIn({ challenger, champion })
  const recent =
    opponent && card ? await recentModels({ objects, load, gate }, training, dataset, card, hold, late) : NONE
  const contest: Contest = { challenger, champion, ...recent, majority, window, relabelled: changes }
  const { promote, provisional, reasons, gate: rulings, comparison } = judge(contest, gate)

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
      ...underBothNames(baseline ? (await scoresOn(baseline)).scores : null),
    },
    comparison,
    secondPredictor: await secondBeside(objects, second, dataset, items, challenger),
    best: contest.best,
    calibration: challenger.measured && calibrate(challenger.measured),
    live: opponent && card && opposite?.read ? await liveSince(card, opposite.read, evaluation, dataset) : null,
    evaluation: { key: keys.evaluation({ dataset: dataset.datasetId }), sha256: dataset.sha256.evaluation },
    dataset,
    training,
    tuning: training.tuning === null ? null : await objects.readJson(training.tuning, tuningRecord),
    seed: training.seed,
    lineage: await lineageOf(objects, dataset, training, artefact.read?.sha256),
    cost: await costOf(objects, dataset, training, artefact.read?.engine),
  }
}

/** The language model beside a model; null where the configuration names none. */
const secondBeside = async (
  objects: ContestPorts['objects'],
  second: Second | undefined,
  dataset: DatasetRecord,
  items: readonly EvaluationLine[],
  { labels, measured }: Contender,
): Promise<CardRecord['secondPredictor']> =>
  second
    ? secondPredictorOn(objects, second, dataset, {
        items,
        labels,
        probabilities: measured?.forecasts.map(({ probabilities }) => probabilities),
      })
    : null

/** The baseline's scores, also under the name that cards of older releases have. */
const underBothNames = (
  naiveBayes: CardRecord['scores']['linear'],
): Pick<CardRecord['scores'], 'naiveBayes' | 'linear'> => ({
  naiveBayes,
  linear: naiveBayes,
})

/** The exact object that was read, as far as it could be read. */
const identityOf = (read: Artefact | undefined): Pick<CardRecord['artefact'], 'versionId' | 'sha256'> => ({
  versionId: read?.versionId ?? null,
  sha256: read?.sha256 ?? null,
})

/** Measures a model on the window, or says why it cannot be measured. */
const contenders =
  (items: readonly EvaluationLine[], dataset: DatasetRecord, scoresOn: (model: Classifier) => Promise<MeasuredModel>) =>
  async (
    job: string,
    engine: string,
    of: DatasetRecord,
    { read, unreadable: broken }: Readable,
  ): Promise<Contender> => {
    const unreadable = broken ?? whyNotScored(items, dataset, of.textVersion)
    return {
      job,
      engine,
      dataset: of,
      labels: read?.model.labels ?? [],
      measured: read && unreadable === undefined ? await scoresOn(read.model) : null,
      ...(unreadable === undefined ? {} : { unreadable }),
    }
  }

type RecentModels = Pick<Contest, 'best' | 'daysAhead' | 'daysSinceSwitch' | 'isOutgrown'>
const NO_CHANGES: Relabelled = { shared: 0, changed: 0 }
const NONE: RecentModels = { best: null, daysAhead: 0, daysSinceSwitch: null, isOutgrown: false }

const suitsFewLabels = (engine: string): boolean =>
  ENGINES.some(({ name, suitsFewLabels: suits }) => name === engine && suits === true)

/**
 * From the cards of the last days: the best model that was live before the champion, scored again; and the engines.
 */
async function recentModels(
  { objects, load, gate }: ContestPorts,
  { engine }: TrainingRecord,
  dataset: DatasetRecord,
  champion: CardRecord,
  hold: ReturnType<typeof contenders>,
  late: readonly CardRecord[],
): Promise<RecentModels> {
  const former = await championsBefore(objects, champion, dataset, gate.recentDays)
  const best = bestOf(former)
  const readAgain = best && (await loadIfReadable(load, modelPlaceOf(best)))
  const scored = best && readAgain && (await hold(best.job, best.training.engine, best.dataset, readAgain))
  const macroF1 = scored?.measured?.scores.macroF1
  return {
    best: scored && macroF1 !== null && macroF1 !== undefined ? { job: scored.job, macroF1 } : null,
    daysAhead:
      champion.training.engine === engine
        ? 0
        : daysAheadOf(late, engine, dataset, { most: gate.engineDays, within: gate.recentDays }),
    daysSinceSwitch: daysSinceSwitch([champion, ...former], dataset.latestDate),
    isOutgrown: champion.training.engine === STAND_IN?.name && !suitsFewLabels(engine),
  }
}

/** How good the champion is on labels that came after it. */
async function liveSince(
  card: CardRecord,
  { model }: Artefact,
  evaluation: readonly EvaluationLine[],
  dataset: DatasetRecord,
): Promise<CardRecord['live']> {
  if (whyNotScored(evaluation, dataset, card.dataset.textVersion) !== undefined) return null
  const { job, calibration } = card
  const champion = { job, latestDate: card.dataset.latestDate, temperature: calibration?.temperature ?? 1, model }
  return liveOf(champion, evaluation, dataset)
}

/** The complete evaluation set, or OBJECT_INVALID: its hash must be that of dataset.json. */
async function readEvaluation(objects: Pick<Objects, 'read'>, dataset: DatasetRecord): Promise<EvaluationLine[]> {
  const key = keys.evaluation({ dataset: dataset.datasetId })
  const stored = await objects.read(key)
  if (!stored)
    throw new BellwetherError(
      'OBJECT_MISSING',
      `${key} is missing: the dataset is incomplete; make it again with sls invoke -f formatter`,
    )
  const found = recordedHash(stored.body, stored.rewriting)
  if (found !== dataset.sha256.evaluation)
    throw new BellwetherError('OBJECT_INVALID', `${key}: found SHA-256 ${found}, expected ${dataset.sha256.evaluation}`)
  return stored.body
    .toString('utf8')
    .split('\n')
    .flatMap((line, i) => (line === '' ? [] : [parseJson(line, evaluationLine, `${key}:${i + 1}`)]))
}

/** The evaluation texts that are also in the training or the validation file. */
async function textsTrainedOn(
  objects: Pick<Objects, 'lines'>,
  { files, rows }: DatasetRecord,
  evaluation: readonly EvaluationLine[],
): Promise<ReadonlySet<string>> {
  const asked = new Set(evaluation.map(({ text }) => text))
  const trainedOn = new Set<string>()
  const parts = [rows.train > 0 ? files.train : [], rows.validation > 0 ? files.validation : []].flat()
  for (const part of parts)
    for await (const line of objects.lines(part)) {
      const text = line.slice(line.indexOf(' ') + 1)
      if (asked.has(text)) trainedOn.add(text)
    }
  return trainedOn
}

/**
 * The baseline for few labels on the same training set; the card shows it beside the model. Undefined where it cannot
 * be trained.
 */
async function trainBaseline(objects: Pick<Objects, 'read'>, dataset: DatasetRecord): Promise<Classifier | undefined> {
  if (!STAND_IN) return undefined
  try {
    const set = await readTrainingSet(objects, dataset)
    const files = await STAND_IN.train(set, STAND_IN.suggested)
    const { textVersion, prior } = dataset
    const model = await STAND_IN.load(files, { textVersion, where: 'the baseline of a card' })
    return withPrior(model, prior, textVersion)
  } catch (error) {
    if (error instanceof BellwetherError && error.code === 'TRAINING_REFUSED') return undefined
    throw error
  }
}

/** How many labels of the champion's training set have changed; unknown where its training file is gone. */
async function changesSince(
  objects: Pick<Objects, 'read'>,
  before: Pick<DatasetRecord, 'datasetId'>,
  { files }: DatasetRecord,
): Promise<Relabelled> {
  const [known, given] = await Promise.all(
    [keys.train({ dataset: before.datasetId }), files.train].map((key) => objects.read(key)),
  )
  const lines = (stored: typeof known) => stored?.body.toString('utf8').split('\n') ?? []
  return countRelabelled(lines(known), lines(given))
}

interface Readable {
  read?: Artefact
  unreadable?: string
}

/** An unreadable artefact rejects the model instead of failing the invocation: a retry would not help. */
async function loadIfReadable(load: LoadArtefact, place: ModelPlace): Promise<Readable> {
  try {
    return { read: await load(place) }
  } catch (error) {
    if (error instanceof BellwetherError && error.code === 'MODEL_UNREADABLE') return { unreadable: error.message }
    throw error
  }
}
