import type { Invocation } from '../../shared/door'
import { type Predictor, predictorParts } from '../../shared/second-opinions'
import { type StreamDay, streamNameOf } from '../../shared/streams'
import { dayAfter, dayOf } from '../../shared/utc-day'
import type { AnalyzePorts } from './analyze'

/** Answers about several days come in a row, so they are reported after a delay. */
const WAIT_SECONDS = 20

/**
 * A predictor was asked about a day: if it is the configured one, report that day, and also the newest closed day,
 * whose weights are estimated from answers about any day of the window.
 */
export const whenAsked =
  ({ enqueue }: Pick<AnalyzePorts, 'enqueue'>, predictor: Predictor | undefined) =>
  async (
    { model, prompt, date, ...day }: StreamDay & { model: string; prompt: string },
    { now }: Pick<Invocation, 'now'>,
  ): Promise<void> => {
    const own = predictor && predictorParts(predictor)
    if (own?.model !== model || own.prompt !== prompt) return
    await enqueue({ ...streamNameOf(day), days: [...new Set([date, dayAfter(dayOf(now), -1)])] }, WAIT_SECONDS)
  }
