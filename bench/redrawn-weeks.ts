import { DEFAULT_ENGINE } from '../shared/engines'
import { type Classifier, withPrior } from '../shared/engines/classifier'
import type { Engine } from '../shared/engines/engine'
import { linear } from '../shared/engines/linear'
import { settings } from '../shared/settings'
import type { Scored } from '../shared/statistics/classifier-errors'
import { doubtOf, TRAINING_FROM } from '../shared/statistics/design'
import { mulberry32 } from '../shared/statistics/random'
import { fitTemperature, scaled } from '../shared/statistics/temperature'
import { shownText, TEXT_VERSION, textOfShown } from '../shared/text'
import { textOfSource } from '../shared/text/encoding'
import { judgesOf } from './judges'
import { macroF1Of } from './labelling-policies'
import type { LabelledPost } from './two-weeks'

/** Labels of the evaluation draw; the training draw has as many. */
export const LABELS_A_DRAW = 30
/** The macro-F1 from which a model chooses training posts. */
const LEAST_MACRO_F1 = 0.65
const WINDOW = settings.shape.gate.parse(undefined).window
/** The number of days after which the base no longer scores a day again. */
const REPORTED_AGAIN = 6

/** The state of a day before its draw. */
export interface PlayedDay {
  truths: readonly number[]
  /** By post, from the model that was live when the day was planned; undefined without one. */
  scores: readonly (readonly number[])[] | undefined
  /** Evaluation labels of earlier days, with that model's scores, and with the scores that each post kept on its day. */
  window: readonly Scored[]
  keptWindow: readonly Scored[]
  /** Whether that model is good enough to choose training posts. */
  isByDoubt: boolean
  /** Pairs of judgements so far. */
  pairs: number
  /** In the base: the margin of each post where the model chooses, and the scores of its model of some days later. */
  margins: readonly number[] | undefined
  later: { scores: readonly (readonly number[])[]; window: readonly Scored[] }
}

/** Two weeks, played once. */
export interface Lived {
  classes: number
  days: readonly PlayedDay[]
}

interface Labelled {
  /** Index of the post. */
  post: number
  label: number
  day: number
}

interface Model {
  classifier: Classifier
  temperature: number
  macroF1: number
}

/** Play the days of these posts once by the current rules and once by those of the base, with a model trained each day. */
export async function livedOf(posts: readonly LabelledPost[], mistakes: number, seed: number): Promise<Lived> {
  const labels = [...new Set(posts.map(({ label }) => label))].sort()
  const texts = posts.map(({ text }) => shownText(textOfSource(text, 'html').shown))
  const truths = posts.map(({ label }) => labels.indexOf(label))
  const days = Array.from({ length: Math.max(...posts.map(({ day }) => day)) + 1 }, (_, day) =>
    posts.flatMap((post, i) => (post.day === day ? [i] : [])),
  )
  const random = mulberry32(seed)
  const judges = judgesOf(mistakes, labels.length, random)

  const probabilitiesOf = async (classifier: Classifier, of: readonly number[]): Promise<number[][]> => {
    const answers = await classifier.classify(of.map((i) => textOfShown(texts[i]!)))
    return answers.map(({ probabilities }) => labels.map((name) => probabilities[classifier.labels.indexOf(name)] ?? 0))
  }
  const scoresBy = async ({ classifier, temperature }: Model, of: readonly number[]) =>
    (await probabilitiesOf(classifier, of)).map((probabilities) => scaled(probabilities, temperature))
  const learn = async (engine: Engine, training: readonly Labelled[]): Promise<Classifier> => {
    const train = training.map(({ post, label }) => ({ item: String(post), text: texts[post]!, label: labels[label]! }))
    const files = await engine.train({ train, validation: [] }, engine.suggested)
    return withPrior(await engine.load(files, { textVersion: TEXT_VERSION, where: 'memory' }), undefined, TEXT_VERSION)
  }
  /** The model of the best engine on the evaluation labels; undefined with only one class. */
  const bestOf = async (
    engines: readonly Engine[],
    training: readonly Labelled[],
    evaluation: readonly Labelled[],
  ): Promise<Model | undefined> => {
    if (new Set(training.map(({ label }) => label)).size < 2) return undefined
    let best: Model | undefined
    for (const engine of engines) {
      const classifier = await learn(engine, training)
      const found = await probabilitiesOf(
        classifier,
        evaluation.map(({ post }) => post),
      )
      const answered = found.map((row) => labels[row.indexOf(Math.max(...row))]!)
      const macroF1 = macroF1Of(evaluation.map(({ label }, i) => [labels[label]!, answered[i]!] as const))
      const forecasts = found.map((probabilities, i) => ({ probabilities, truth: evaluation[i]!.label }))
      if (!best || macroF1 > best.macroF1) best = { classifier, macroF1, temperature: fitTemperature(forecasts) }
    }
    return best
  }

  const live = async (
    engines: readonly Engine[],
    keyOf: (scores: readonly number[] | undefined, u: number) => number,
  ) => {
    const numbers = posts.map(() => random())
    const evaluation: Labelled[] = []
    const training: Labelled[] = []
    const lived: { model: Model | undefined; scores: number[][] | undefined; isChosen: boolean }[] = []
    let model: Model | undefined
    for (const [day, own] of days.entries()) {
      const scores = model && (await scoresBy(model, own))
      const isChosen = model !== undefined && model.macroF1 >= LEAST_MACRO_F1
      lived.push({ model, scores, isChosen })
      const evaluated = [...own].sort((a, b) => numbers[a]! - numbers[b]!).slice(0, LABELS_A_DRAW)
      const order = own
        .map((post, i) => ({ post, key: keyOf(isChosen ? scores?.[i] : undefined, numbers[post]!) }))
        .filter(({ post }) => numbers[post]! >= TRAINING_FROM && !evaluated.includes(post))
        .sort((a, b) => a.key - b.key)
      for (const post of evaluated) {
        const { label } = judges.consensus(truths[post]!)
        if (label !== undefined) evaluation.push({ post, label, day })
      }
      for (const { post } of order.slice(0, LABELS_A_DRAW))
        training.push({ post, label: judges.one(truths[post]!), day })
      model = (await bestOf(engines, training, evaluation)) ?? model
    }
    return { lived, evaluation, training }
  }
  const windowBefore = (evaluation: readonly Labelled[], day: number) =>
    evaluation.filter((one) => one.day < day).slice(-WINDOW)
  const scoredBy = async (model: Model, window: readonly Labelled[]): Promise<Scored[]> => {
    const scores = await scoresBy(
      model,
      window.map(({ post }) => post),
    )
    return window.map(({ label }, i) => ({ label, scores: scores[i]! }))
  }

  const ours = await live([DEFAULT_ENGINE, linear], (scores) => random() / (scores ? doubtOf(scores) : 1))
  const base = await live([DEFAULT_ENGINE], (scores, u) => (scores ? marginOf(scores) : u))
  const played: PlayedDay[] = []
  for (const [day, own] of days.entries()) {
    const { model, scores, isChosen } = ours.lived[day]!
    const window = windowBefore(ours.evaluation, day)
    const chosen = base.lived[day]!
    // The day's own labels are left out, so that every score is out of sample.
    const later = await bestOf(
      [DEFAULT_ENGINE],
      base.training.filter((one) => one.day <= day + REPORTED_AGAIN && one.day !== day),
      base.evaluation.filter((one) => one.day <= day + REPORTED_AGAIN),
    )
    if (!later) throw new Error('the posts of a week have one label: no model can be trained')
    played.push({
      truths: own.map((post) => truths[post]!),
      scores,
      window: model ? await scoredBy(model, window) : [],
      keptWindow: window.flatMap(({ post, label, day: from }) => {
        const kept = ours.lived[from]!.scores?.[days[from]!.indexOf(post)]
        return kept ? [{ label, scores: kept }] : []
      }),
      isByDoubt: isChosen,
      pairs: LABELS_A_DRAW * (day + 1),
      margins: chosen.isChosen ? chosen.scores?.map(marginOf) : undefined,
      later: { scores: await scoresBy(later, own), window: await scoredBy(later, windowBefore(base.evaluation, day)) },
    })
  }
  return { classes: labels.length, days: played }
}

function marginOf(scores: readonly number[]): number {
  const [first = 0, second = 0] = [...scores].sort((a, b) => b - a)
  return first - second
}
