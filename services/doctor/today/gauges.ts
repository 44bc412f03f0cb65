import type { Asked } from '../../../shared/finding'
import { DAY_MS } from '../../../shared/utc-day'
import { streamLabel } from '../../../shared/streams'
import type { Measure } from '../../../shared/watch/metrics'
import type { TodayFacts } from './facts'
import { coveredOf, daysSince, type Stage } from './stages'

/** The metrics of the day: what is unknown or missing is left out. */
export function measureDay(facts: TodayFacts, stages: readonly Stage[], measure: Measure): void {
  const { now } = facts
  given(facts.collections, (streams) => {
    for (const { topic, runs } of streams) {
      if (runs.length === 0) continue
      measure(
        { service: 'collector', hashtag: topic },
        {
          Posts: runs.reduce((sum, { posts }) => sum + posts, 0),
          RefusedRows: runs.reduce((sum, { refusedRows }) => sum + refusedRows, 0),
          PercentCollected: 100 * coveredOf(runs),
        },
      )
    }
    given(facts.reported, (reports) => {
      for (const { topic, ...name } of streams) {
        const newest = [...reports]
          .filter((one) => one.slice(11) === streamLabel(name))
          .sort()
          .at(-1)
        if (newest)
          measure({ service: 'analyzer', hashtag: topic }, { ReportAgeDays: daysSince(newest.slice(0, 10), now) })
      }
    })
  })
  given(facts.open, (open) => {
    const waiting = open.flatMap(({ progress }) => (progress ? progress.items - progress.complete : []))
    measure({ service: 'labeling' }, { ItemsWaiting: waiting.reduce((sum, items) => sum + items, 0) })
  })
  given(facts.settled, (settled) => {
    const last = settled.at(-1)
    const labelled = settled
      .filter((one) => one.labelled > 0)
      .map(({ date }) => date)
      .sort()
      .at(-1)
    if (last) measure({ service: 'labeling' }, { Judgements: last.judgements })
    if (labelled) measure({ service: 'labeling' }, { LabelAgeDays: daysSince(labelled, now) })
  })
  given(facts.champion, (champion) => {
    if (!champion) return
    const { promotedAt, macroF1 } = champion
    measure(
      { service: 'evaluator' },
      { ModelAgeDays: Math.max(0, (now - promotedAt) / DAY_MS), ...(macroF1 !== null && { LiveMacroF1: macroF1 }) },
    )
  })
  given(facts.spent, ({ collect, label, train }) => {
    measure({ service: 'collector' }, { UsdThisMonth: collect })
    measure({ service: 'labeling' }, { UsdThisMonth: label })
    measure({ service: 'trainer' }, { UsdThisMonth: train })
  })
  given(facts.deadLetters, (counts) => {
    measure({ service: 'doctor' }, { DeadLetters: Object.values(counts).reduce((sum, one) => sum + one, 0) })
  })
  measure(
    { service: 'doctor' },
    { LateStages: stages.filter(({ state }) => state === 'late' || state === 'failed').length },
  )
}

function given<T>(fact: Asked<T>, use: (known: T) => void): void {
  if ('known' in fact) use(fact.known)
}
