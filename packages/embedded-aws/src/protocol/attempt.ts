/** The result of a step or its error, for steps whose failure is answered later. */
export type Attempt<T> = { value: T } | { error: unknown }

/** Run a step now and keep its error. */
export function attempt<T>(step: () => T): Attempt<T> {
  try {
    return { value: step() }
  } catch (error) {
    return { error }
  }
}

/** Returns the result of the step, or throws its error. */
export function valueOf<T>(attempted: Attempt<T>): T {
  if ('error' in attempted) throw attempted.error
  return attempted.value
}
