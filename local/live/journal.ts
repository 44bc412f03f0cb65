import { z } from 'zod'
import { jsonOrNothing } from '../../shared/json'

/** A collection that goes on later. */
export interface Pause {
  /** When; milliseconds since the epoch. */
  until: number
  waitsFor: string
}

/** What the collector's log says, as an operator would read it there. */
export interface Journal {
  hear(functionName: string, text: string): void
  /** The last pause of a hashtag. */
  pauseOf(hashtag: string): Pause | undefined
  /** Why a message on its queue failed last; forgotten when it was asked for. */
  takeFailure(): string | undefined
}

const waits = z.object({
  message: z.literal('collection waits'),
  timestamp: z.string(),
  hashtag: z.string(),
  seconds: z.number(),
  waitsFor: z.string(),
})
const failed = z.object({ message: z.literal('message failed'), error: z.string() })

export function makeJournal(): Journal {
  const pauses = new Map<string, Pause>()
  let failure: string | undefined
  let rest = ''
  return {
    hear(functionName, text) {
      if (!functionName.endsWith('-collector')) return
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const entry = jsonOrNothing(line)
        const pause = waits.safeParse(entry).data
        if (pause) {
          const until = Date.parse(pause.timestamp) + pause.seconds * 1000
          pauses.set(pause.hashtag, { until, waitsFor: pause.waitsFor })
        }
        failure = failed.safeParse(entry).data?.error ?? failure
      }
    },
    pauseOf: (hashtag) => pauses.get(hashtag),
    takeFailure() {
      const taken = failure
      failure = undefined
      return taken
    },
  }
}
