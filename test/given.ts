/** What the tests of several folders begin with. */

/** What a call says whose function is gone. */
export const KILLED = 'killed'

/** The writes of the functions of a test: how many there were so far, and which of them goes wrong. */
export interface Writes {
  /** Writes done so far, by all functions. */
  writes: number
  /** The function is gone for good right after this write, or instead of it. Counted from 1. */
  killAt?: { write: number; how: 'before' | 'after' }
  /** This write is done, but its answer is lost on the way, so that the SDK sends it again. */
  loseAnswerOf?: number
}

/** One invocation of a function: what it works with dies together, so that not even a `finally` does anything any more. */
export function invocationOf(world: Writes) {
  let dead = false
  const reads =
    <A extends unknown[], T>(work: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      if (dead) throw new Error(KILLED)
      return work(...given)
    }
  const writes = <A extends unknown[], T>(work: (...given: A) => Promise<T>) =>
    reads(async (...given: A): Promise<T> => {
      world.writes += 1
      const { write, how } = world.killAt ?? {}
      const number = world.writes
      const isFatal = number === write
      if (isFatal) dead = true
      if (isFatal && how === 'before') throw new Error(KILLED)
      const done = await work(...given)
      if (number === world.loseAnswerOf) return work(...given)
      if (isFatal) throw new Error(KILLED)
      return done
    })
  /** A port of which these methods write and the others read. */
  const port = <T extends object>(real: T, writers: readonly (keyof T & string)[]): T =>
    new Proxy(real, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        const call = (...given: unknown[]): unknown => Reflect.apply(member, target, given)
        if (writers.some((writer) => writer === name)) return writes(async (...given: unknown[]) => call(...given))
        return (...given: unknown[]) => {
          if (dead) throw new Error(KILLED)
          return call(...given)
        }
      },
    })
  return { reads, writes, port }
}

/** Was it the function's death that ended it? */
export const isKilled = (error: unknown): boolean => error instanceof Error && error.message === KILLED
