/** What went wrong. A code exists where a caller or an operator acts differently because of it: docs/errors.md. */
export type ErrorCode =
  | 'CONFIG_MISSING'
  | 'SETTINGS_INVALID'
  | 'REQUEST_INVALID'
  | 'EVENT_INVALID'
  | 'EVENT_REJECTED'
  | 'OBJECT_MISSING'
  | 'OBJECT_INVALID'
  | 'CONFLICT'
  | 'LEASE_HELD'
  | 'SOURCE_UNAVAILABLE'
  | 'SOURCE_REFUSED'
  | 'SECRET_MISSING'
  | 'LABELLER_REFUSED'
  | 'TRAINING_REFUSED'
  | 'MODEL_UNREADABLE'
  | 'NOT_FOUND'

/** The one error class of the services: a code, a sentence that names the object, and the cause. */
export class BellwetherError extends Error {
  override readonly name = 'BellwetherError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${message}`, options)
  }
}

/** Whether this is an AWS error with the given name. */
export const isNamed = (error: unknown, ...names: string[]): boolean =>
  error instanceof Error && names.includes(error.name)
