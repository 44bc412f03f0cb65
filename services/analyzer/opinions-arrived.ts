import { type Predictor, predictorParts } from '../../shared/second-opinions'
import { named } from '../../shared/streams'
import type { Ports } from './analyze'
import type { Day } from './days'

/** Answers about several days come in a row; what they say is reported a little later. */
const WAIT_SECONDS = 20

/** A predictor was asked about a day: have it reported, where that is the predictor of the settings. */
export const whenAsked =
  ({ enqueue }: Pick<Ports, 'enqueue'>, predictor: Predictor | undefined) =>
  async ({ model, prompt, date, ...day }: Day & { model: string; prompt: string }): Promise<void> => {
    const own = predictor && predictorParts(predictor)
    if (own?.model !== model || own.prompt !== prompt) return
    await enqueue({ ...named(day), days: [date] }, WAIT_SECONDS)
  }
