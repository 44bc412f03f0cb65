import { z } from 'zod'
import type { Invocation } from '../../shared/door'
import { streamFields } from '../../shared/stream-fields'
import { type StreamDay, streamNameOf } from '../../shared/streams'
import { dayAfter, dayOf } from '../../shared/utc-day'
import { askDay, type AskedDay, type AskDayPorts } from './ask-day'
import { sweep, type Swept } from './sweep'

const day = z.strictObject({ ...streamFields, date: z.iso.date() })

/**
 * `{"ask":{"hashtag":"aws","date":"2026-11-21"}}` asks about the messages of a closed day; `"stream":"mastodon"` selects a
 * network. `{}` looks for days that were not asked about and queues each.
 */
export const predictorRequest = z.union([z.strictObject({ ask: day }), z.strictObject({})])

/** The cascades of a day were written. A deletion rewrites those of old days, which are not asked about. */
export const whenPlanned =
  (ports: AskDayPorts) =>
  async (planned: StreamDay, invocation: Invocation): Promise<AskedDay> => {
    const { backDays } = ports.options
    if (planned.date >= dayAfter(dayOf(invocation.now), -backDays)) return askDay(ports)(planned, invocation)
    return {
      ...streamNameOf(planned),
      date: planned.date,
      state: 'skipped',
      reason: `the day is over ${backDays} days ago`,
    }
  }

export const answerPredictor =
  (ports: AskDayPorts) =>
  async (request: z.infer<typeof predictorRequest>, invocation: Invocation): Promise<AskedDay | Swept> =>
    'ask' in request ? askDay(ports)(request.ask, invocation) : sweep(ports)(invocation)
