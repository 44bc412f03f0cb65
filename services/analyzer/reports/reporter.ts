import {
  evaluationLabels,
  evaluationWindow,
  keptScores,
  type Labels,
  latestQuality,
  type StandingLabel,
} from '../../../shared/labels'
import type { Memory } from '../../../shared/memory'
import type { Objects } from '../../../shared/objects'
import type { PlanRecord, ReportRecord } from '../../../shared/records'
import type { Settings } from '../../../shared/settings'
import { type AssumedRate, type JudgementErrors, judgementErrors } from '../../../shared/statistics/judgement-errors'
import { noCounts } from '../../../shared/statistics/pair-counts'
import { type StreamNames, topicIn } from '../../../shared/streams'
import type { DayBook } from './day-book'
import { weekStart, weekTo } from '../days'
import { joined } from '../facts/facts'
import { itemsOfNone } from '../evidence/flagged'
import { type ReadOpinions, readOnce, type SecondOpinions, withOpinions } from '../../../shared/second-opinions'
import { composeReport } from './report'
import { designOf, modelAtPlan, type Plans, strataOf, windowScoresOf } from '../facts/samples'
import type { DayFacts, Evidence } from './shares'

interface Sources {
  objects: Pick<Objects, 'read'>
  memory: Memory
  settings: Pick<Settings, 'hashtags' | 'sources' | 'labels' | 'labelling' | 'gate'>
  labels: Labels
  plans: Plans
  book: DayBook
  /** Absent where the settings name no second predictor. */
  opinions?: ReadOpinions | undefined
}

/** The inputs of a day's report: the facts of the day and of the six before it, and the data besides them. */
export interface WeekFacts {
  days: readonly DayFacts[]
  evidence: Evidence
  plans: readonly PlanRecord[]
  /** The second predictor's answers about the day itself. */
  spoken: SecondOpinions | undefined
}

/**
 * Reports a day of a stream, which has these names, from its facts and those of the six days before, the labels and the plans. No model is used:
 * the scores were stored when the days were planned, so a promotion changes no report.
 */
export function reporter(sources: Sources, names: StreamNames): (date: string) => Promise<ReportRecord> {
  const { settings, labels: standing, book } = sources
  const factsTo = weekFacts(sources, names)
  return async (date) => {
    const { days, evidence, plans, spoken } = await factsTo(date)
    const runs = (await book.facts(date))?.runs ?? []
    const scored = { model: modelAtPlan(plans, names, date), predictions: book.predictionsOf(date) }
    return composeReport(
      { ...(book.nameOn(date) ?? names[0]), date },
      scored,
      { version: settings.labels.version, given: standing.labels },
      runs,
      days,
      evidence,
      spoken,
    )
  }
}

/** Gathers the inputs of a report for the seven days that end with a day. */
export function weekFacts(
  { objects, memory, settings, labels: standing, plans: all, book, opinions }: Sources,
  names: StreamNames,
): (date: string) => Promise<WeekFacts> {
  const labels = settings.labels.categories.map(({ name }) => name)
  const { version } = settings.labels
  const { assumedErrorRate: mean, assumedErrorRateSd: sd } = settings.labelling

  const topic = topicIn(settings, names[0])
  const opinionsOn = opinions && readOnce(opinions)

  return async (date) => {
    const given = standing.labels
    const week = weekTo(date)
    const from = weekStart(date)
    const plans = await all.between(from, date)
    const settled = new Set(standing.batches.map(({ batch }) => batch))
    const spoken = opinionsOn ? await Promise.all(week.map((one) => opinionsOn(names, one))) : []
    const heard = spoken.flatMap((one) => one ?? [])
    const excluded = new Set(heard.flatMap((one) => [...one.excluded]))
    const known = {
      labels,
      excluded,
      given,
      design: designOf(plans, given, from, date),
      flagged: await itemsOfNone(
        { objects, memory },
        plans.flatMap(({ batch }) => (settled.has(batch) ? [batch] : [])),
        standing,
      ),
    }
    const days: DayFacts[] = []
    for (const one of week) {
      const counted = await book.facts(one)
      if (counted) days.push(joined(known, counted, strataOf(plans, names, one)))
    }
    const quality = latestQuality(standing, version, date)
    const window = windowOf(given, labels, date, settings.gate.window).filter(({ item }) => !excluded.has(item))
    const evidence: Evidence = {
      hashtag: topic,
      labels,
      window: scoredIn(window),
      windows: windowsOf(window, (one) => windowScoresOf(plans, names, one, labels), week),
      errors: errorsOf(quality?.errors, labels, { mean, sd }),
      status: quality?.status ?? 'unmeasured',
      second:
        opinionsOn && heard.length > 0
          ? { answers: unionOf(heard), window: await withOpinions(settings, window, opinionsOn) }
          : undefined,
    }
    return { days, evidence, plans, spoken: spoken.at(-1) }
  }
}

/** The evaluation window with the kept scores, which are older than the labels, if there was a model. */
const windowOf = (given: ReadonlyMap<string, StandingLabel>, labels: readonly string[], date: string, size: number) =>
  evaluationWindow(evaluationLabels(given, date), size).flatMap((one) => {
    const label = labels.indexOf(one.label)
    const { item, hashtags } = one
    const scores: readonly number[] | undefined = keptScores(one, labels)
    return label === -1 ? [] : [{ item, hashtags, date: one.date, label, scores }]
  })

type WindowPost = ReturnType<typeof windowOf>[number]

/** The posts of the window that have scores. */
const scoredIn = (window: readonly WindowPost[]) =>
  window.flatMap(({ scores, ...one }) => (scores ? [{ ...one, scores }] : []))

/** By day, the window with the scores of the model of the day; for posts labelled later, the kept scores. */
function windowsOf(
  window: readonly WindowPost[],
  scoresOn: (date: string) => ReadonlyMap<string, readonly number[]> | undefined,
  dates: readonly string[],
): Evidence['windows'] {
  const windows = new Map<string, Evidence['window']>()
  for (const date of dates) {
    const scores = scoresOn(date)
    if (scores)
      windows.set(date, scoredIn(window.map((one) => ({ ...one, scores: scores.get(one.item) ?? one.scores }))))
  }
  return windows
}

/** The answer about each message on the first day that has one. */
function unionOf(days: readonly SecondOpinions[]): ReadonlyMap<string, number> {
  const all = new Map<string, number>()
  for (const { labels } of days) {
    for (const [message, label] of labels) if (!all.has(message)) all.set(message, label)
  }
  return all
}

/** Error rates of judgements, in the order of the labels. What was not measured is assumed. */
function errorsOf(
  measured: (JudgementErrors & { categories: readonly string[] }) | undefined,
  labels: readonly string[],
  assumed: AssumedRate,
): JudgementErrors {
  const places = labels.map((label) => measured?.categories.indexOf(label) ?? -1)
  if (!measured || places.includes(-1) || places.length !== measured.categories.length) {
    return judgementErrors(noCounts(labels.length), assumed)
  }
  const { categories: _, ...errors } = measured
  // oxlint-disable-next-line typescript/no-non-null-assertion -- the matrix has a row and a column for each measured category
  const inOrder = (matrix: JudgementErrors['one']) => places.map((row) => places.map((column) => matrix[row]![column]!))
  return {
    ...errors,
    one: inOrder(errors.one),
    consensus: inOrder(errors.consensus),
    deviations: errors.deviations.map(inOrder),
  }
}
