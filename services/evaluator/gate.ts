import type { CardRecord, DatasetRecord, ScoresRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { DAY_MS } from '../../shared/utc-day'
import { compare } from './measuring/compare'
import type { MeasuredModel } from './measuring/measure'
import type { Relabelled } from './relabelled'

/** A model to be judged. Without a measurement where its artefact cannot be read; then `unreadable` says why. */
export interface Contender {
  job: string
  /** The name of its engine. */
  engine: string
  dataset: Pick<
    DatasetRecord,
    'datasetId' | 'latestDate' | 'schemaVersion' | 'textVersion' | 'rows' | 'labels' | 'classes'
  >
  labels: readonly string[]
  measured: MeasuredModel | null
  unreadable?: string
}

export interface Contest {
  challenger: Contender
  champion: Contender | undefined
  /** The live model of the last `gate.recentDays` days that scored best when it was promoted, on today's window. */
  best: CardRecord['best']
  /**
   * Consecutive days of labels before this one on which a model of the challenger's engine was ahead of a live one of
   * another engine.
   */
  daysAhead: number
  /** Days of labels since a live model of another engine was replaced; null where that did not happen recently. */
  daysSinceSwitch: number | null
  /** The champion is of an engine for few labels, and the challenger of one that takes over where there are more. */
  isOutgrown: boolean
  majority: ScoresRecord
  window: Pick<CardRecord['window'], 'items' | 'leaked'>
  /** Of the champion's training set. */
  relabelled: Relabelled
}

export interface GateVerdict extends Pick<CardRecord, 'gate' | 'comparison' | 'provisional'> {
  promote: boolean
  /** Sentences: every failed rule, or else the rules in its favour. */
  reasons: string[]
}

export type Gate = Settings['gate']

interface Question extends Contest {
  gate: Gate
  opponent: Opponent | undefined
  comparison: CardRecord['comparison']
  /** Fewer items than replacing a champion requires, but the champion's labels are old. */
  isStale: boolean
}
type Opponent = Contender & { measured: MeasuredModel }
interface Ruling {
  passed: boolean
  words: string
}
/** Undefined where the rule does not apply. */
type Rule = (question: Question) => Ruling | undefined

/**
 * Decides whether the challenger goes live; one failed rule rejects it. Pure: the same contest has the same verdict on
 * any day.
 */
export function judge(contest: Contest, gate: Gate): GateVerdict {
  const { challenger, window } = contest
  const opponent = opponentIn(contest)
  const comparison =
    opponent && challenger.measured && window.items > 0 ? compare(challenger.measured, opponent.measured) : null
  const question: Question = { ...contest, gate, opponent, comparison, isStale: isStale(contest, gate) }

  const rulings = RULES.flatMap(([name, rule]) => {
    const ruling = rule(question)
    return ruling ? [{ name, ...ruling }] : []
  })
  const objections = rulings.filter(({ passed }) => !passed).map(({ words }) => words)
  const promote = objections.length === 0
  return {
    promote,
    provisional: promote && (!opponent || window.items < gate.minimumEvaluation),
    reasons: promote ? rulings.filter(({ name }) => MERITS.has(name)).map(({ words }) => words) : objections,
    gate: rulings,
    comparison,
  }
}

/** The champion that a challenger is compared with: its artefact can be read, and its labels have the same version. */
export const opponentIn = ({ challenger, champion }: Pick<Contest, 'challenger' | 'champion'>): Opponent | undefined =>
  champion?.measured && champion.dataset.schemaVersion === challenger.dataset.schemaVersion
    ? { ...champion, measured: champion.measured }
    : undefined

const isReadable: Rule = ({ challenger: { unreadable } }) => ({
  passed: unreadable === undefined,
  words: unreadable ?? 'its artefact loads',
})

const answersWithOurLabels: Rule = ({ challenger: { labels, dataset, measured } }) => {
  if (!measured) return undefined
  const foreign = labels.filter((label) => !dataset.labels.includes(label))
  return foreign.length > 0
    ? { passed: false, words: `the model answers ${list(foreign)}, which dataset ${dataset.datasetId} does not have` }
    : { passed: true, words: `it answers ${list(labels)}, which the dataset has` }
}

const hasEnoughItems: Rule = ({ window: { items }, gate, opponent, isStale: stale }) => {
  const { minimumEvaluation: most, minimumProvisional: least, staleDays } = gate
  const found = `${items} evaluation items`
  if (items < least) return { passed: false, words: `${found} are too few: ${least} are needed` }
  if (!opponent) return { passed: true, words: `${found}: a provisional champion needs ${least}` }
  if (items >= most) return { passed: true, words: `${found}: ${most} are needed` }
  return stale
    ? { passed: true, words: `${found}, fewer than ${most}, but champion ${opponent.job} ${toDate(opponent)} is stale` }
    : {
        passed: false,
        words: `${found} are too few to replace champion ${opponent.job}: ${most} are needed, or ${least} once its labels are ${staleDays} days older than the new ones`,
      }
}

const hasTwoClasses: Rule = ({ majority: { classes, items } }) => {
  const present = classes.filter((one) => one.items > 0)
  if (items === 0) return undefined
  const [only, another] = present
  return only && !another
    ? { passed: false, words: `every evaluation item is ${list([only.label])}: nothing to tell apart` }
    : { passed: true, words: `${present.length} classes among the evaluation items` }
}

const hasSeparateRoles: Rule = ({ window: { items, leaked }, gate: { leakShare } }) => {
  if (leaked === 0) return { passed: true, words: 'no evaluation text stands in the training set' }
  const words = `${leaked} of ${items + leaked} evaluation texts stand in the training set too, and were left out`
  return leaked > leakShare * (items + leaked)
    ? { passed: false, words: `${words}: more than gate.leakShare, ${leakShare}` }
    : { passed: true, words }
}

const isNotOutdated: Rule = ({ challenger, champion }) =>
  champion && {
    passed: !isLater(champion.dataset, challenger.dataset),
    words: isLater(champion.dataset, challenger.dataset)
      ? `champion ${champion.job} is of later labels (${describe(champion.dataset)}) than this model (${describe(challenger.dataset)})`
      : `its labels (${describe(challenger.dataset)}) are as late as those of champion ${champion.job}`,
  }

const hasNotShrunk: Rule = ({ challenger, opponent, gate: { trainingChange } }) => {
  if (!opponent) return undefined
  const [now, before] = [challenger.dataset.rows.train, opponent.dataset.rows.train]
  const words = `${now} training examples, where champion ${opponent.job} had ${before}`
  return now < before * (1 - trainingChange)
    ? { passed: false, words: `${words}: fewer by more than gate.trainingChange, ${trainingChange}` }
    : { passed: true, words }
}

const hasSteadyClasses: Rule = ({ challenger, opponent, gate: { trainingChange, classItems } }) => {
  if (!opponent) return undefined
  const shareOf = ({ dataset }: Contender, label: string) =>
    (dataset.classes[label]?.train ?? 0) / Math.max(1, dataset.rows.train)
  const counted = Object.entries(opponent.dataset.classes).filter(([, { train }]) => train >= classItems)
  const moved = counted.flatMap(([label]) => {
    const [now, before] = [shareOf(challenger, label), shareOf(opponent, label)]
    return Math.abs(now / before - 1) > trainingChange
      ? [`"${label}" is ${percent(now)} of the training set, where it was ${percent(before)}`]
      : []
  })
  return moved.length > 0
    ? { passed: false, words: `${moved.join('; ')}: a change by more than gate.trainingChange, ${trainingChange}` }
    : { passed: true, words: `the shares of the classes in the training set have hardly changed` }
}

const keepsItsLabels: Rule = ({ opponent, relabelled: { shared, changed }, gate: { relabelledShare } }) => {
  if (!opponent || shared === 0) return undefined
  const words = `${changed} of the ${shared} training texts that champion ${opponent.job} knows have another label now`
  return changed > relabelledShare * shared
    ? { passed: false, words: `${words}: more than gate.relabelledShare, ${relabelledShare}` }
    : { passed: true, words }
}

const beatsTheMajority: Rule = ({ challenger: { measured }, champion, opponent, majority }) => {
  if (opponent || !measured) return undefined
  const { macroF1, macroF1Interval } = measured.scores
  const passed = (macroF1Interval?.low ?? 0) > (majority.macroF1 ?? 0)
  const words = `macro-F1 ${number(macroF1)}, at least ${number(macroF1Interval?.low)}, ${passed ? 'beats' : 'does not clearly beat'} the ${number(majority.macroF1)} of always answering ${list([mostFrequent(majority)])}`
  return { passed, words: passed ? words + withoutChampion(champion) : words }
}

const withoutChampion = (champion: Contender | undefined): string => {
  if (!champion) return ', and there is no champion'
  return champion.unreadable
    ? `, and the champion cannot be compared: ${champion.unreadable}`
    : `, and champion ${champion.job} answers by version ${champion.dataset.schemaVersion} of the labels`
}

/**
 * A model of later labels goes live unless it is clearly worse: a day of labels improves a model by less than one
 * window can show. With the same labels, or on a window of few items, its score must not be lower at all.
 */
const isNotSurelyWorse: Rule = ({ challenger, opponent, comparison, isStale: stale, gate: { standardErrors } }) => {
  if (!opponent || !comparison) return undefined
  const { difference, standardError } = comparison
  const [now, before] = [challenger.measured?.scores.macroF1, opponent.measured.scores.macroF1]
  const against = `the ${number(before)} of champion ${opponent.job}`
  const areEquallyLate =
    !isLater(challenger.dataset, opponent.dataset) && !isLater(opponent.dataset, challenger.dataset)
  if (areEquallyLate && Math.abs(difference) < SAME) {
    const words = `macro-F1 ${number(now)} only equals that of champion ${opponent.job}, whose labels are as late`
    return { passed: false, words }
  }
  if (difference > -SAME) return { passed: true, words: `macro-F1 ${number(now)} is not below ${against}` }

  const below = `macro-F1 ${number(now)} is below ${against} by ${points(-difference)} points`
  if (areEquallyLate) return { passed: false, words: `${below}, and its labels are as late` }
  if (stale) return { passed: false, words: `${below}, and the window is small` }
  const allowed = standardErrors * (standardError ?? 0)
  return difference >= -allowed - SAME
    ? { passed: true, words: `${below}, which is within ${many(standardErrors, 'standard error')}, ${points(allowed)}` }
    : { passed: false, words: `${below}: more than ${many(standardErrors, 'standard error')}, ${points(allowed)}` }
}

/**
 * Among equally good engines, chance alone would replace one by another every few days. So another engine has to be
 * ahead by more than chance, or for several days; soon after a switch it has to be clearly better. An engine for few
 * labels is no longer trained once there are more. So the rule does not protect its last model, unless that one
 * replaced another engine's.
 */
const maySwitchEngine: Rule = ({ challenger, opponent, comparison, isOutgrown, daysAhead, daysSinceSwitch, gate }) => {
  if (!opponent || !comparison || challenger.engine === opponent.engine) return undefined
  if (isOutgrown && daysSinceSwitch === null) return undefined
  const { standardErrors, engineDays, recentDays } = gate
  const { difference, standardError, low } = comparison
  const words = `a switch from ${opponent.engine} to ${challenger.engine} with a difference of ${signed(difference)} points`
  const ahead = difference > SAME ? daysAhead + 1 : 0
  if (daysSinceSwitch !== null && daysSinceSwitch < recentDays) {
    const since = `${words}, ${many(daysSinceSwitch, 'day')} of labels after another switch`
    const sure = `clearly better, and ahead for ${many(engineDays, 'day')} of labels`
    return low > SAME && ahead >= engineDays
      ? { passed: true, words: `${since}: it is ${sure}` }
      : { passed: false, words: `${since}: before ${recentDays} it has to be ${sure}` }
  }
  const needed = standardErrors * (standardError ?? 0)
  if (difference > SAME && difference >= needed - SAME)
    return { passed: true, words: `${words}: at least ${many(standardErrors, 'standard error')}, ${points(needed)}` }
  return ahead >= engineDays
    ? { passed: true, words: `${words}: ahead for ${many(ahead, 'day')} of labels` }
    : {
        passed: false,
        words: `${words}: ${many(standardErrors, 'standard error')}, ${points(needed)}, or ${many(engineDays, 'day')} of labels ahead are needed, and this is day ${ahead}`,
      }
}

/** Small losses within the error of one window would add up: this rule limits their sum. */
const isNearTheBest: Rule = ({ challenger, opponent, best, gate: { bestLoss, recentDays } }) => {
  const now = challenger.measured?.scores.macroF1
  const before = opponent?.measured.scores.macroF1
  if (!opponent || now === undefined || now === null || before === undefined || before === null) return undefined
  const standard = best && best.macroF1 > before ? best : { job: opponent.job, macroF1: before }
  const words = `macro-F1 ${number(now)}, where ${standard.job}, the best live model of the last ${recentDays} days, has ${number(standard.macroF1)}`
  return standard.macroF1 - now > bestLoss + SAME
    ? { passed: false, words: `${words}: lower by more than gate.bestLoss, ${bestLoss}` }
    : { passed: true, words }
}

/** A class may lose recall by chance, or to a model that is clearly better over all classes. */
const keepsRecall: Rule = ({ challenger: { measured }, opponent, comparison, isStale: stale, gate }) => {
  if (!opponent || !measured || !comparison || stale) return undefined
  const { recallLoss, classItems, standardErrors } = gate
  const lost = opponent.measured.scores.classes.flatMap(({ label, items }, place) => {
    if (items < classItems) return []
    const { before, now, standardError } = recallsOf(place, opponent.measured, measured)
    return before - now > recallLoss + standardErrors * standardError + SAME
      ? [`recall of "${label}" falls from ${percent(before)} to ${percent(now)}, ± ${points(standardError)} points`]
      : []
  })
  if (lost.length === 0)
    return {
      passed: true,
      words: `no class of ${classItems} items or more clearly loses more than ${recallLoss} of recall`,
    }
  const words = lost.join('; ')
  return comparison.low > SAME
    ? { passed: true, words: `${words}, but macro-F1 is clearly better` }
    : { passed: false, words: `${words}: by more than gate.recallLoss, ${recallLoss}, and the standard error` }
}

/** The recall of one class by both models, and the standard error of the difference, paired by item. */
function recallsOf(place: number, champion: MeasuredModel, challenger: MeasuredModel) {
  const own = champion.truths.flatMap((truth, i) => (truth === place ? [i] : []))
  const isRight = ({ answers }: MeasuredModel, i: number) => (answers[i] === place ? 1 : 0)
  const before = mean(own.map((i) => isRight(champion, i)))
  const now = mean(own.map((i) => isRight(challenger, i)))
  const squares = own.map((i) => (isRight(challenger, i) - isRight(champion, i) - (now - before)) ** 2)
  return { before, now, standardError: Math.sqrt(mean(squares) / own.length) }
}

const RULES: readonly [name: string, rule: Rule][] = [
  ['readable', isReadable],
  ['known-labels', answersWithOurLabels],
  ['enough-items', hasEnoughItems],
  ['two-classes', hasTwoClasses],
  ['separate-roles', hasSeparateRoles],
  ['latest-labels', isNotOutdated],
  ['training-size', hasNotShrunk],
  ['training-classes', hasSteadyClasses],
  ['training-labels', keepsItsLabels],
  ['beats-majority', beatsTheMajority],
  ['not-surely-worse', isNotSurelyWorse],
  ['other-engine', maySwitchEngine],
  ['near-the-best', isNearTheBest],
  ['keeps-recall', keepsRecall],
]

/** What speaks for a model, besides the conditions that every model has to meet. */
const MERITS: ReadonlySet<string> = new Set(['beats-majority', 'not-surely-worse', 'other-engine'])

/** By days of labels, not by the clock: a verdict does not depend on when it is computed. */
function isStale(contest: Contest, { minimumEvaluation, minimumProvisional, staleDays }: Gate): boolean {
  const opponent = opponentIn(contest)
  const { items } = contest.window
  if (!opponent || items < minimumProvisional || items >= minimumEvaluation) return false
  const days = (Date.parse(contest.challenger.dataset.latestDate) - Date.parse(opponent.dataset.latestDate)) / DAY_MS
  return days > staleDays
}

/** By version of the labels, then of the text function, then by the last day of labels, then by their number. */
function isLater(one: Contender['dataset'], other: Contender['dataset']): boolean {
  if (one.schemaVersion !== other.schemaVersion) return one.schemaVersion > other.schemaVersion
  if (one.textVersion !== other.textVersion) return Number(one.textVersion) > Number(other.textVersion)
  if (one.latestDate !== other.latestDate) return one.latestDate > other.latestDate
  return rowsOf(one) > rowsOf(other)
}

const rowsOf = ({ rows }: Contender['dataset']): number => rows.train + rows.validation + rows.evaluation

const describe = (dataset: Contender['dataset']): string =>
  `version ${dataset.schemaVersion}, text version ${dataset.textVersion}, to ${dataset.latestDate}, ${rowsOf(dataset)} rows`

const toDate = ({ dataset }: Contender): string => `of labels to ${dataset.latestDate}`

const mostFrequent = ({ classes }: ScoresRecord): string =>
  classes.reduce((most, one) => (one.answered > most.answered ? one : most)).label

/** Differences of ratios of counts: what differs only in the last digits of a double is equal. */
const SAME = 1e-9

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
const points = (difference: number): string => (100 * difference).toFixed(1)
const signed = (difference: number): string => `${difference < 0 ? '−' : '+'}${points(Math.abs(difference))}`
const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
const number = (value: number | null | undefined): string => value?.toFixed(3) ?? '(nothing counted)'
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const list = (labels: readonly string[]): string => labels.map((label) => `"${label}"`).join(', ')
