import { evaluationTarget, minutesOf, usdOf } from '../../shared/labellers/costs'
import type { Objects } from '../../shared/objects'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { affordable } from './allot'
import { messagesLeft, unloggedRuns } from './collected'
import { labellerNamed, type Labellers } from './labellers'
import { loggedRuns } from '../../shared/state/run-log'
import { dayOf } from '../../shared/utc-day'

/** What a batch would cost, before anybody is asked. */
export interface Estimate {
  /** The UTC day whose caps it would be booked against. */
  date: string
  items: number
  evaluation: number
  training: number
  /** If all annotators agree, and if every pair that could disagree does. */
  judgements: { least: number; most: number }
  costUsd: { least: number; most: number }
  /** Of all annotators together. */
  minutes: { least: number; most: number }
  /** What a month of such days costs within the caps. */
  monthUsd: number
  /** The cap that makes the batch smaller than wanted. */
  reached: { cap: string; limit: number; period: string } | null
  /**
   * Collected messages that were not asked about, at most: retweets and near copies of one message are asked about
   * once.
   */
  available?: number
}

interface Ports {
  objects: Pick<Objects, 'list' | 'read' | 'readJson'>
  table: Pick<Table, 'get' | 'query'>
  settings: Pick<Settings, 'hashtags' | 'sources' | 'caps' | 'labelling'>
  labellers: Labellers
}

/**
 * Estimate the next batch, for the day of the last stored run or for today. Books nothing, logs nothing and asks
 * nobody.
 */
export const estimate =
  ({ objects, table, settings, labellers }: Ports) =>
  async (now: Date, wanted?: number): Promise<Estimate> => {
    const { caps, labelling } = settings
    const { terms } = labellerNamed(labellers, labelling.labeller)
    const logged = await loggedRuns(table)
    const runs = [...logged, ...(await unloggedRuns({ objects, settings }, logged))]
    const date = runs.reduce((last, run) => (run.date > last ? run.date : last), '') || dayOf(now)
    const full = await affordable(table, settings, terms, date, wanted)
    const available = runs.length > 0 ? await messagesLeft(objects, runs, date) : undefined
    const isShort = available !== undefined && available < full.items
    const allotment = isShort ? await affordable(table, settings, terms, date, available) : full
    const { items, before } = allotment
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
      monthUsd: Math.min(caps.labelUsd.perMonth, Math.round(30 * full.usd * 100) / 100),
      reached: full.reached,
      ...(available === undefined ? {} : { available }),
    }
  }
