/** What a step gave, or what it threw: for a step whose failure is answered later than it happens. */
export type Attempt<T> = { value: T } | { error: unknown }

/** Do a step now and keep what it throws. */
export function attempt<T>(step: () => T): Attempt<T> {
  try {
    return { value: step() }
  } catch (error) {
    return { error }
  }
}

/** What the step gave. Throws what it threw. */
export function valueOf<T>(attempted: Attempt<T>): T {
  if ('error' in attempted) throw attempted.error
  return attempted.value
}
