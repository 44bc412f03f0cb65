import type { Measure } from '../../../shared/watch/metrics'
import { gatherDay, type TodaySources } from './gather'
import { measureDay } from './gauges'
import { isWell, type Stage, stagesOf } from './stages'
import { wordsOf } from './words'

/** The state of today, stage by stage. */
export interface Today {
  /** The UTC day of posts that today's work is about. */
  day: string
  /** False where a stage is late or failed; null where none is known to be, and something could not be checked. */
  ready: boolean | null
  stages: Stage[]
  /** The same for a terminal, line by line. */
  words: string[]
}

/** Look at the day, measure it, and say what is late and what helps. Reads only. */
export const today =
  (ports: TodaySources & { stage: string; measure: Measure }) =>
  async (now: Date): Promise<Today> => {
    const facts = await gatherDay(ports, now)
    const stages = stagesOf(facts, ports.stage)
    measureDay(facts, stages, ports.measure)
    const seen = { day: facts.day, ready: isWell(stages, facts), stages }
    return { ...seen, words: wordsOf(seen) }
  }
