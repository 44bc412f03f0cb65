import {
  evaluationLabels,
  evaluationWindow,
  keptScores,
  type Labels,
  latestQuality,
  type StandingLabel,
} from '../../shared/labels'
import type { Memory } from '../../shared/memory'
import type { Objects } from '../../shared/objects'
import type { ReportRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { type AssumedRate, type JudgementErrors, judgementErrors } from '../../shared/statistics/judgement-errors'
import { noCounts } from '../../shared/statistics/pair-counts'
import { type StreamNames, topicIn } from '../../shared/streams'
import type { DayBook } from './day-book'
import { weekTo } from './days'
import { joined } from './facts'
import { flaggedItems } from './flagged'
import { reportOf } from './report'
import { designOf, modelOf, type Plans, strataOf } from './samples'
import type { DayFacts, Evidence } from './shares'

interface Sources {
  objects: Pick<Objects, 'read'>
  memory: Memory
  settings: Pick<Settings, 'hashtags' | 'sources' | 'labels' | 'labelling' | 'gate'>
  labels: Labels
  plans: Plans
  book: DayBook
}

/**
 * Reports a day of a stream, which has these names, by its own facts and those of the six days before it, by the labels and by the plans. No model is asked:
 * the scores that count were kept when the days were planned, so a promotion changes no report.
 */
export function reporter(
  { objects, memory, settings, labels: standing, plans: all, book }: Sources,
  names: StreamNames,
) {
  const labels = settings.labels.categories.map(({ name }) => name)
  const { version } = settings.labels
  const { assumedErrorRate: mean, assumedErrorRateSd: sd } = settings.labelling

  const topic = topicIn(settings, names[0])

  return async (date: string): Promise<ReportRecord> => {
    const given = standing.labels
    const week = weekTo(date)
    const from = week[0]!
    const plans = await all.between(from, date)
    const settled = new Set(standing.batches.map(({ batch }) => batch))
    const known = {
      labels,
      given,
      design: designOf(plans, given, from, date),
      flagged: await flaggedItems(
        { objects, memory },
        plans.flatMap(({ batch }) => (settled.has(batch) ? [batch] : [])),
      ),
    }
    const days: DayFacts[] = []
    for (const one of week) {
      const counted = await book.facts(one)
      if (counted) days.push(joined(known, counted, strataOf(plans, names, one)))
    }
    const quality = latestQuality(standing, version, date)
    const evidence: Evidence = {
      hashtag: topic,
      labels,
      window: windowOf(given, labels, date, settings.gate.window),
      errors: errorsOf(quality?.errors, labels, { mean, sd }),
      status: quality?.status ?? 'unmeasured',
    }
    const runs = (await book.facts(date))?.runs ?? []
    const scored = { model: modelOf(plans, names, date), predictions: book.predictionsOf(date) }
    return reportOf({ ...(book.nameOn(date) ?? names[0]), date }, scored, { version, given }, runs, days, evidence)
  }
}

/** The evaluation window with the scores that the posts had before anybody labelled them. */
const windowOf = (
  given: ReadonlyMap<string, StandingLabel>,
  labels: readonly string[],
  date: string,
  size: number,
): Evidence['window'] =>
  evaluationWindow(evaluationLabels(given, date), size).flatMap((one) => {
    const scores = keptScores(one, labels)
    const label = labels.indexOf(one.label)
    return scores && label !== -1 ? [{ item: one.item, label, scores }] : []
  })

/** How judgements err, in the order of the labels. What was not measured is assumed. */
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
  const inOrder = (matrix: JudgementErrors['one']) => places.map((row) => places.map((column) => matrix[row]![column]!))
  return {
    ...errors,
    one: inOrder(errors.one),
    consensus: inOrder(errors.consensus),
    deviations: errors.deviations.map(inOrder),
  }
}
