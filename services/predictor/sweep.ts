import type { Invocation } from '../../shared/door'
import { keys } from '../../shared/keys'
import { predictorParts, readAsked } from '../../shared/second-opinions'
import { namesOf, type StreamDay, streamNameOf, watchedStreams } from '../../shared/streams'
import { dayAfter, dayOf } from '../../shared/utc-day'
import type { AskDayPorts } from './ask-day'
import { llmCaps, mostUsd, openBookings, roomFor } from './budget'
import { filesByDay } from './messages'

/** The days that were put on the queue. */
export interface Swept {
  days: StreamDay[]
}

/**
 * Queue closed days whose event was lost, that a cap or a failure ended early, or that a new model or prompt has
 * not seen. The newest come first, because reports need them most. While the caps have no room for a single request, only days with an
 * open booking are queued: looking at a day reads all of its posts.
 */
export const sweep =
  ({
    objects,
    predictor,
    enqueue,
    settings,
    options,
    prompt,
    table,
  }: Pick<AskDayPorts, 'objects' | 'predictor' | 'enqueue' | 'settings' | 'options' | 'prompt' | 'table'>) =>
  async ({ now }: Pick<Invocation, 'now'>): Promise<Swept> => {
    const today = dayOf(now)
    const least = mostUsd(options, prompt)
    const caps = llmCaps(options)
    const hasRoom = (await roomFor(table, caps, today, [least], least)).fits.length > 0
    // Looking at a day closes a booking that a killed invocation left open, and so makes room.
    const open = hasRoom ? [] : await openBookings(table, caps, today)
    if (!hasRoom && open.length === 0) return { days: [] }
    const days: StreamDay[] = []
    for (const stream of watchedStreams(settings)) {
      const names = namesOf(settings, stream)
      for (const [date, runs] of await filesByDay(objects, names, dayAfter(today, -options.backDays))) {
        if (date >= today) continue
        const answers = keys.answers.start({ ...predictorParts(predictor), ...names[0], date })
        if (!hasRoom && !open.some(({ part }) => part.startsWith(answers))) continue
        const asked = await readAsked(objects, predictor, names[0], date)
        if (asked && asked.stopped === null && asked.runs.join('\n') === runs.join('\n')) continue
        days.push({ ...streamNameOf(stream), date })
      }
    }
    days.sort((a, b) => (a.date > b.date ? -1 : 1))
    for (const ask of days) await enqueue({ ask })
    return { days }
  }
