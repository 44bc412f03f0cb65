import type { Invocation } from '../../shared/door'
import { type Predictor, predictorParts } from '../../shared/second-opinions'
import { type StreamDay, streamNameOf } from '../../shared/streams'
import { dayAfter, dayOf } from '../../shared/utc-day'
import type { AnalyzePorts } from './analyze'

/** Answers about several days come in a row; what they say is reported a little later. */
const WAIT_SECONDS = 20

/**
 * A predictor was asked about a day: have it reported, where that is the predictor of the settings, and the newest closed day:
 * its weights are learnt from answers about any day of the window.
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
