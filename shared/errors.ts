/** What went wrong, as codes a caller can act on. A retryable one may succeed when the same event comes again. */
const CODES = {
  CONFIG_MISSING: { retryable: false },
  SETTINGS_INVALID: { retryable: false },
  REQUEST_INVALID: { retryable: false },
  EVENT_INVALID: { retryable: false },
  EVENT_REJECTED: { retryable: true },
  OBJECT_MISSING: { retryable: true },
  OBJECT_INVALID: { retryable: false },
  CONFLICT: { retryable: true },
  LEASE_HELD: { retryable: true },
  SOURCE_UNAVAILABLE: { retryable: true },
  SOURCE_REFUSED: { retryable: false },
  SECRET_MISSING: { retryable: false },
  LABELLER_REFUSED: { retryable: false },
  DATASET_TOO_SMALL: { retryable: false },
  TRAINING_REFUSED: { retryable: false },
  MODEL_UNREADABLE: { retryable: false },
  NOT_FOUND: { retryable: false },
} as const

export type ErrorCode = keyof typeof CODES

/** The one error class of the services: a code, a sentence that names the thing, and the cause. */
export class BellwetherError extends Error {
  override readonly name = 'BellwetherError'
  readonly retryable: boolean

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${message}`, options)
    this.retryable = CODES[code].retryable
  }
}

/** Is this an error of AWS's with the given name? */
export const isNamed = (error: unknown, ...names: string[]): boolean =>
  error instanceof Error && names.includes(error.name)
