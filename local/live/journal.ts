import { z } from 'zod'
import { jsonOrNothing } from '../../shared/json'
import { streamLabel, type StreamName } from '../../shared/streams'

/** A collection that is resumed later. */
export interface Pause {
  /** When; milliseconds since the epoch. */
  until: number
  waitsFor: string
}

/** A function that failed, and the first line of its error. */
export interface Trouble {
  functionName: string
  error: string
}

/** The functions' logs, as an operator would read them. */
export interface Journal {
  hear(functionName: string, text: string): void
  /** The last pause of a stream. */
  pauseOf(name: StreamName): Pause | undefined
  /** The last error of a message on the collector's queue; cleared when it is read. */
  takeFailure(): string | undefined
  /** The failures of other functions, each once however often it came; cleared when they are read. */
  takeTroubles(): Trouble[]
}

const waits = z.object({
  message: z.literal('collection waits'),
  timestamp: z.string(),
  hashtag: z.string(),
  stream: z.string().optional(),
  seconds: z.number(),
  waitsFor: z.string(),
})
const failed = z.object({ message: z.enum(['message failed', 'invocation failed']), error: z.string() })

export function makeJournal(): Journal {
  const pauses = new Map<string, Pause>()
  const rests = new Map<string, string>()
  const known = new Set<string>()
  let failure: string | undefined
  let troubles: Trouble[] = []

  const take = (functionName: string, entry: unknown) => {
    const pause = waits.safeParse(entry).data
    if (pause) {
      const until = Date.parse(pause.timestamp) + pause.seconds * 1000
      pauses.set(streamLabel(pause), { until, waitsFor: pause.waitsFor })
    }
    const found = failed.safeParse(entry).data
    if (!found) return
    const error = found.error.split('\n')[0] ?? ''
    if (functionName.endsWith('-collector')) {
      // A direct request that fails is answered with the failure.
      if (found.message === 'message failed') failure = error
    } else if (!known.has(`${functionName} ${error}`)) {
      known.add(`${functionName} ${error}`)
      troubles.push({ functionName, error })
    }
  }

  return {
    hear(functionName, text) {
      const lines = ((rests.get(functionName) ?? '') + text).split('\n')
      rests.set(functionName, lines.pop() ?? '')
      for (const line of lines) take(functionName, jsonOrNothing(line))
    },
    pauseOf: (name) => pauses.get(streamLabel(name)),
    takeFailure() {
      const taken = failure
      failure = undefined
      return taken
    },
    takeTroubles() {
      const taken = troubles
      troubles = []
      return taken
    },
  }
}
