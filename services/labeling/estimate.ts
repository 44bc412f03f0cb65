import { evaluationTarget, minutesOf, usdOf } from '../../shared/labellers/costs'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { affordable } from './allot'
import { labellerNamed, type Labellers } from './labellers'
import { loggedRuns } from '../../shared/state/run-log'
import { dayOf } from '../../shared/utc-day'

/** What a batch would cost, before anything is asked. */
export interface Estimate {
  /** The UTC day whose caps it would be booked against. */
  date: string
  items: number
  evaluation: number
  training: number
  /** If all annotators agree, and if every two that could disagree do. */
  judgements: { least: number; most: number }
  costUsd: { least: number; most: number }
  /** Of all annotators together. */
  minutes: { least: number; most: number }
  /** What a month of such days costs within the caps. */
  monthUsd: number
  /** The cap that makes the batch smaller than wanted. */
  reached: { cap: string; limit: number; period: string } | null
}

interface Ports {
  table: Pick<Table, 'get' | 'query'>
  settings: Pick<Settings, 'caps' | 'labelling'>
  labellers: Labellers
}

/** Estimate the next batch, for the day of the last stored run or for today. Books nothing and asks nothing. */
export const estimate =
  ({ table, settings, labellers }: Ports) =>
  async (now: Date, wanted?: number): Promise<Estimate> => {
    const { caps, labelling } = settings
    const { terms } = labellerNamed(labellers, labelling.labeller)
    const date = (await loggedRuns(table)).at(-1)?.date ?? dayOf(now)
    const allotment = await affordable(table, settings, terms, date, wanted)
    const { items, before, reached } = allotment
    const most = allotment.judgements
    const evaluation = evaluationTarget(items, labelling.evaluationShare)
    const asked = terms.judgementsAsked(labelling)
    const least = evaluation * asked.evaluation + (items - evaluation) * asked.training
    return {
      date,
      items,
      evaluation,
      training: items - evaluation,
      judgements: { least, most },
      costUsd: { least: usdOf(terms, labelling, items, least, before), most: allotment.usd },
      minutes: { least: minutesOf(labelling, least), most: minutesOf(labelling, most) },
      monthUsd: Math.min(caps.labelUsd.perMonth, Math.round(30 * allotment.usd * 100) / 100),
      reached,
    }
  }
