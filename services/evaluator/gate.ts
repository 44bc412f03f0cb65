import type { DatasetRecord, ScoresRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'

/** A model that stands to be judged. No scores where its artefact cannot be read, and then `unreadable` says why. */
export interface Contender {
  job: string
  dataset: Pick<DatasetRecord, 'datasetId' | 'latestDate' | 'schemaVersion' | 'rows' | 'labels'>
  labels: readonly string[]
  scores: ScoresRecord | null
  unreadable?: string
}

export interface Contest {
  challenger: Contender
  champion: Contender | undefined
  majority: ScoresRecord
}

export interface Verdict {
  promote: boolean
  /** In words; every one of them. */
  reasons: string[]
}

type Gate = Settings['gate']
type Rule = (contest: Contest, gate: Gate) => string | undefined

/** Is the challenger to go live? One objection keeps it out. Pure: the same contest has the same verdict on any day. */
export function judge(contest: Contest, gate: Gate): Verdict {
  const rules = RULES.map((rule) => rule(contest, gate))
  const objections = rules.filter((objection) => objection !== undefined)
  return objections.length > 0
    ? { promote: false, reasons: objections }
    : { promote: true, reasons: [groundOf(contest, gate)] }
}

/** The champion that a challenger is measured against: one whose artefact can be read, of the same version of the labels. */
export const opponentIn = ({ challenger, champion }: Contest): (Contender & { scores: ScoresRecord }) | undefined =>
  champion?.scores && champion.dataset.schemaVersion === challenger.dataset.schemaVersion
    ? { ...champion, scores: champion.scores }
    : undefined

const isReadable: Rule = ({ challenger }) => challenger.unreadable

const answersWithOurLabels: Rule = ({ challenger: { labels, dataset } }) => {
  const foreign = labels.filter((label) => !dataset.labels.includes(label))
  return foreign.length > 0
    ? `the model answers ${list(foreign)}, which dataset ${dataset.datasetId} does not have`
    : undefined
}

const hasEnoughItems: Rule = ({ majority: { items } }, { minimumEvaluation }) =>
  items < minimumEvaluation ? `${items} evaluation items are too few: ${minimumEvaluation} are needed` : undefined

const hasTwoClasses: Rule = ({ majority: { classes } }) => {
  const present = classes.filter(({ items }) => items > 0)
  return present.length === 1
    ? `every evaluation item is ${list([present[0]!.label])}: nothing to tell apart`
    : undefined
}

const isNotOutdated: Rule = ({ challenger, champion }) =>
  champion && isLater(champion.dataset, challenger.dataset)
    ? `champion ${champion.job} is of later labels (${describe(champion.dataset)}) than this model (${describe(challenger.dataset)})`
    : undefined

const beatsTheMajority: Rule = (contest) => {
  const { challenger, majority } = contest
  if (opponentIn(contest) || !challenger.scores) return undefined
  return !((challenger.scores.macroF1 ?? 0) > (majority.macroF1 ?? 0))
    ? `macro-F1 ${number(challenger.scores.macroF1)} does not beat the ${number(majority.macroF1)} of always answering ${list([mostFrequent(majority)])}`
    : undefined
}

/** Equal is enough for a model of later labels, since it knows more; of the same labels the one that is live stays. */
const isBetterThanTheChampion: Rule = (contest, { tolerance }) => {
  const opponent = opponentIn(contest)
  const { scores, dataset } = contest.challenger
  if (!opponent || !scores) return undefined
  const areEquallyLate = !isLater(dataset, opponent.dataset) && !isLater(opponent.dataset, dataset)
  if (tolerance === 0 && areEquallyLate && scores.macroF1 === opponent.scores.macroF1) {
    return `macro-F1 ${number(scores.macroF1)} only equals that of champion ${opponent.job}, whose labels are as late`
  }
  return (scores.macroF1 ?? 0) < (opponent.scores.macroF1 ?? 0) - tolerance
    ? `macro-F1 ${number(scores.macroF1)} is below the ${number(opponent.scores.macroF1)} of champion ${opponent.job}${allowing(tolerance)}`
    : undefined
}

const RULES: readonly Rule[] = [
  isReadable,
  answersWithOurLabels,
  hasEnoughItems,
  hasTwoClasses,
  isNotOutdated,
  beatsTheMajority,
  isBetterThanTheChampion,
]

function groundOf(contest: Contest, { tolerance }: Gate): string {
  const { challenger, champion, majority } = contest
  const opponent = opponentIn(contest)
  const macroF1 = `macro-F1 ${number(challenger.scores?.macroF1 ?? null)}`
  if (opponent)
    return `${macroF1} is not below the ${number(opponent.scores.macroF1)} of champion ${opponent.job}${allowing(tolerance)}`
  const beaten = `${macroF1} beats the ${number(majority.macroF1)} of always answering ${list([mostFrequent(majority)])}`
  if (!champion) return `${beaten}, and there is no champion`
  if (champion.unreadable) return `${beaten}, and the champion cannot be held against it: ${champion.unreadable}`
  return `${beaten}, and champion ${champion.job} answers by version ${champion.dataset.schemaVersion} of the labels, not ${challenger.dataset.schemaVersion}`
}

/** By version of the labels, then by the last day that labels come from, then by how many there are. */
function isLater(one: Contender['dataset'], other: Contender['dataset']): boolean {
  if (one.schemaVersion !== other.schemaVersion) return one.schemaVersion > other.schemaVersion
  if (one.latestDate !== other.latestDate) return one.latestDate > other.latestDate
  return rowsOf(one) > rowsOf(other)
}

const rowsOf = ({ rows }: Contender['dataset']): number => rows.train + rows.validation + rows.evaluation

const describe = (dataset: Contender['dataset']): string =>
  `version ${dataset.schemaVersion}, to ${dataset.latestDate}, ${rowsOf(dataset)} rows`

const mostFrequent = ({ classes }: ScoresRecord): string =>
  classes.reduce((most, one) => (one.answered > most.answered ? one : most)).label

const allowing = (tolerance: number): string => (tolerance > 0 ? `, of which ${tolerance} may be lost` : '')
const number = (value: number | null): string => (value === null ? '(nothing counted)' : value.toFixed(3))
const list = (labels: readonly string[]): string => labels.map((label) => `"${label}"`).join(', ')
