import type { CardRecord, DatasetRecord, ScoresRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { DAY_MS } from '../../shared/utc-day'
import { compare } from './compare'
import type { Measured } from './measure'
import type { Relabelled } from './relabelled'

/** A model that stands to be judged. Not measured where its artefact cannot be read, and then `unreadable` says why. */
export interface Contender {
  job: string
  dataset: Pick<
    DatasetRecord,
    'datasetId' | 'latestDate' | 'schemaVersion' | 'textVersion' | 'rows' | 'labels' | 'classes'
  >
  labels: readonly string[]
  measured: Measured | null
  unreadable?: string
}

export interface Contest {
  challenger: Contender
  champion: Contender | undefined
  majority: ScoresRecord
  window: Pick<CardRecord['window'], 'items' | 'leaked'>
  /** Of the champion's training set. */
  relabelled: Relabelled
}

export interface Verdict extends Pick<CardRecord, 'gate' | 'comparison' | 'provisional'> {
  promote: boolean
  /** In words: every objection, or else what spoke for it. */
  reasons: string[]
}

export type Gate = Settings['gate']

interface Question extends Contest {
  gate: Gate
  opponent: Opponent | undefined
  comparison: CardRecord['comparison']
  /** Fewer items than it takes to replace a champion, but the champion's labels are old. */
  isStale: boolean
}
type Opponent = Contender & { measured: Measured }
interface Ruling {
  passed: boolean
  words: string
}
/** Nothing where a question does not arise. */
type Rule = (question: Question) => Ruling | undefined

/** Is the challenger to go live? One objection keeps it out. Pure: the same contest has the same verdict on any day. */
export function judge(contest: Contest, gate: Gate): Verdict {
  const { challenger, window } = contest
  const opponent = opponentIn(contest)
  const isComparable = opponent && challenger.measured && window.items > 0
  const comparison = isComparable ? compare(challenger.measured!, opponent.measured, gate) : null
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

/** The champion that a challenger is measured against: one whose artefact can be read, of the same version of the labels. */
export const opponentIn = ({ challenger, champion }: Contest): Opponent | undefined =>
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
  if (!opponent) return { passed: true, words: `${found}, of which ${least} are needed for a provisional champion` }
  if (items >= most) return { passed: true, words: `${found}, of which ${most} are needed` }
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
  return present.length === 1
    ? { passed: false, words: `every evaluation item is ${list([present[0]!.label])}: nothing to tell apart` }
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
    : { passed: true, words: `the classes of the training set have about the shares that they had` }
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
  const words = `macro-F1 ${number(macroF1)}, at least ${number(macroF1Interval?.low)}, ${passed ? 'beats' : 'does not surely beat'} the ${number(majority.macroF1)} of always answering ${list([mostFrequent(majority)])}`
  return { passed, words: passed ? words + withoutChampion(champion) : words }
}

const withoutChampion = (champion: Contender | undefined): string => {
  if (!champion) return ', and there is no champion'
  return champion.unreadable
    ? `, and the champion cannot be held against it: ${champion.unreadable}`
    : `, and champion ${champion.job} answers by version ${champion.dataset.schemaVersion} of the labels`
}

/** Equal is enough for a model of later labels, since it knows more; of the same labels the one that is live stays. */
const isNotBelow: Rule = ({ challenger, opponent, comparison }) => {
  if (!opponent || !comparison) return undefined
  const [now, before] = [challenger.measured?.scores.macroF1, opponent.measured.scores.macroF1]
  const areEquallyLate =
    !isLater(challenger.dataset, opponent.dataset) && !isLater(opponent.dataset, challenger.dataset)
  if (areEquallyLate && comparison.difference === 0) {
    const words = `macro-F1 ${number(now)} only equals that of champion ${opponent.job}, whose labels are as late`
    return { passed: false, words }
  }
  const passed = comparison.difference >= 0
  return {
    passed,
    words: `macro-F1 ${number(now)} is ${passed ? 'not ' : ''}below the ${number(before)} of champion ${opponent.job}`,
  }
}

const isSurelyNotMuchWorse: Rule = ({ opponent, comparison, isStale: stale, gate: { margin, confidence } }) => {
  if (!opponent || !comparison || stale) return undefined
  const passed = comparison.notWorse >= confidence
  return {
    passed,
    words: `it loses less than ${margin} of macro-F1 to champion ${opponent.job} in ${percent(comparison.notWorse)} of resampled windows${passed ? '' : `: ${percent(confidence)} are needed`}`,
  }
}

const keepsRecall: Rule = ({
  challenger: { measured },
  opponent,
  isStale: stale,
  gate: { recallLoss, classItems },
}) => {
  if (!opponent || !measured || stale) return undefined
  const counted = opponent.measured.scores.classes.filter(({ items }) => items >= classItems)
  const lost = counted.flatMap(({ label, recall: before }) => {
    const now = measured.scores.classes.find((one) => one.label === label)?.recall ?? 0
    // Counts over counts: what differs in the last digits of a double is equal.
    return (before ?? 0) - now > recallLoss + 1e-9
      ? [`recall of "${label}" falls from ${percent(before ?? 0)} to ${percent(now)}`]
      : []
  })
  return lost.length > 0
    ? { passed: false, words: `${lost.join('; ')}: by more than gate.recallLoss, ${recallLoss}` }
    : { passed: true, words: `no class of ${classItems} items or more loses more than ${recallLoss} of recall` }
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
  ['not-below-champion', isNotBelow],
  ['not-much-worse', isSurelyNotMuchWorse],
  ['keeps-recall', keepsRecall],
]

/** What speaks for a model, beside the conditions that any has to meet. */
const MERITS: ReadonlySet<string> = new Set(['beats-majority', 'not-below-champion', 'not-much-worse'])

/** By the days of labels, not of clocks: a verdict does not depend on when it was asked for. */
function isStale(contest: Contest, { minimumEvaluation, minimumProvisional, staleDays }: Gate): boolean {
  const opponent = opponentIn(contest)
  const { items } = contest.window
  if (!opponent || items < minimumProvisional || items >= minimumEvaluation) return false
  const days = (Date.parse(contest.challenger.dataset.latestDate) - Date.parse(opponent.dataset.latestDate)) / DAY_MS
  return days > staleDays
}

/**
 * By version of the labels, then by that of the text function, then by the last day that labels come from, then by how
 * many there are.
 */
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

const number = (value: number | null | undefined): string => value?.toFixed(3) ?? '(nothing counted)'
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const list = (labels: readonly string[]): string => labels.map((label) => `"${label}"`).join(', ')
