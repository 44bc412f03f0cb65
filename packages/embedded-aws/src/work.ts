/** The work in flight, by name, so that a test can wait until there is none. */
export interface Work {
  /** Count `doing` as in flight until it settles. The caller handles its failure. */
  track<T>(name: string, doing: Promise<T>): Promise<T>
  /** Resolves when nothing is in flight and nothing more starts by itself. Rejects after `timeoutMs` of real time, naming what still runs. */
  idle(timeoutMs?: number): Promise<void>
}

/** Real time, not the cloud's: hanging work must be named even when no clock is advanced. */
const DEADLINE_MS = 10 * 60_000

/** An empty list of work. */
export function createWork(): Work {
  const inFlight = new Map<number, string>()
  const waiting: (() => void)[] = []
  let next = 0

  const end = (id: number) => {
    inFlight.delete(id)
    if (inFlight.size > 0) return
    for (const wake of waiting.splice(0)) wake()
  }
  const quiet = (deadline: number) =>
    new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`still in flight: ${[...inFlight.values()].join(', ')}`)),
        Math.max(deadline - Date.now(), 0),
      )
      waiting.push(() => {
        clearTimeout(late)
        resolve()
      })
    })

  return {
    track(name, doing) {
      const id = next++
      inFlight.set(id, name)
      doing.then(
        () => end(id),
        () => end(id),
      )
      return doing
    },
    async idle(timeoutMs = DEADLINE_MS) {
      const deadline = Date.now() + timeoutMs
      // A few turns of the event loop: finished work may start the next only after its promise was awaited.
      for (let turns = 0; turns < 3; turns++) {
        if (inFlight.size > 0) {
          await quiet(deadline)
          turns = -1
        } else await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}
