import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { affordable } from './allot'
import { type Labelling, judgementsAsked, minutesOf, usdOf } from './costs'
import { evaluationTarget } from './sampling/draw'
import { loggedRuns } from '../../shared/state/run-log'

/** What a batch would cost, before anything is asked. */
export interface Estimate {
  /** The UTC day whose caps it would be booked against. */
  date: string
  items: number
  evaluation: number
  training: number
  /** Where people agree, and where every two that could disagree do. */
  judgements: { least: number; most: number }
  costUsd: { least: number; most: number }
  /** Of people's time, all of them together. */
  minutes: { least: number; most: number }
  /** The same for a month of such days, where caps allow it. */
  monthUsd: number
  /** The cap that makes the batch smaller than it was to be. */
  reached: { cap: string; limit: number; period: string } | null
}

/** Nothing is asked or booked. The day is that of the last run that is in, or today. */
export const estimate =
  ({ table, settings }: { table: Pick<Table, 'get' | 'query'>; settings: Pick<Settings, 'caps' | 'labelling'> }) =>
  async (now: Date, wanted?: number): Promise<Estimate> => {
    const { caps, labelling } = settings
    const date = (await loggedRuns(table)).at(-1)?.date ?? now.toISOString().slice(0, 10)
    const allotment = await affordable(table, settings, date, wanted)
    const { items, before, reached } = allotment
    const least = judgementsAtLeast(labelling, items)
    const most = allotment.judgements
    const evaluation = evaluationTarget(items, labelling.evaluationShare)
    return {
      date,
      items,
      evaluation,
      training: items - evaluation,
      judgements: { least, most },
      costUsd: { least: usdOf(labelling, items, least, before), most: allotment.usd },
      minutes: { least: minutesOf(labelling, least), most: minutesOf(labelling, most) },
      monthUsd: Math.min(caps.labelUsd.perMonth, Math.round(30 * allotment.usd * 100) / 100),
      reached,
    }
  }

function judgementsAtLeast(labelling: Labelling, items: number): number {
  const asked = judgementsAsked(labelling)
  const evaluation = evaluationTarget(items, labelling.evaluationShare)
  return evaluation * asked.evaluation + (items - evaluation) * asked.training
}
