import type { Invocation } from '../../shared/door'
import { readAsked } from '../../shared/second-opinions'
import { named, namesOf, watchedStreams } from '../../shared/streams'
import { dayAfter, dayOf } from '../../shared/utc-day'
import type { Day, Ports } from './ask-day'
import { cascadeFiles } from './messages'

/** The days that were put on the queue. */
export interface Swept {
  days: Day[]
}

/**
 * Have closed days asked about whose event was lost, which a cap or a failure ended early, or which a new model or prompt has
 * not seen. The newest come first: they are what is reported.
 */
export const sweep =
  ({
    objects,
    predictor,
    enqueue,
    settings,
    options,
  }: Pick<Ports, 'objects' | 'predictor' | 'enqueue' | 'settings' | 'options'>) =>
  async ({ now }: Pick<Invocation, 'now'>): Promise<Swept> => {
    const today = dayOf(now)
    const days: Day[] = []
    for (let back = 1; back <= options.backDays; back++) {
      const date = dayAfter(today, -back)
      for (const stream of watchedStreams(settings)) {
        const names = namesOf(settings, stream)
        const runs = await cascadeFiles(objects, names, date)
        if (runs.length === 0) continue
        const asked = await readAsked(objects, predictor, names[0], date)
        if (asked && asked.stopped === null && asked.runs.join('\n') === runs.join('\n')) continue
        days.push({ ...named(stream), date })
      }
    }
    for (const ask of days) await enqueue({ ask })
    return { days }
  }
