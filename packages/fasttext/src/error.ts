export type FastTextErrorCode =
  | 'HYPERPARAMETER_UNKNOWN'
  | 'HYPERPARAMETER_INVALID'
  | 'TRAINING_DATA_EMPTY'
  | 'TRAINING_DATA_UNLABELLED'
  | 'TRAINING_DATA_ONE_LABEL'
  | 'VALIDATION_MISSING'
  | 'TRAINING_DIVERGED'
  | 'TUNING_IMPOSSIBLE'
  | 'MODEL_INVALID'
  | 'MODEL_UNSUPPORTED'
  | 'FILE_UNREADABLE'

/** Node's code of an error, such as `ENOENT`. */
export const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined)

/** A failed call of the file system in words, for `found`. */
export function failureOf(cause: unknown): string {
  const code = codeOf(cause)
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'a file that you may not read'
  if (code === 'EISDIR') return 'a folder'
  return cause instanceof Error ? cause.message : String(cause)
}

export type FastTextErrorDetails = { file?: string; found: string; expected: string; cause?: unknown }

/** The error of this package: which file or hyperparameter, what was found and what was expected. */
export class FastTextError extends Error {
  override readonly name = 'FastTextError'
  readonly file: string | undefined
  readonly found: string
  readonly expected: string

  constructor(
    readonly code: FastTextErrorCode,
    { file, found, expected, cause }: FastTextErrorDetails,
  ) {
    super(`${file ? `${file}: ` : ''}found ${found}, expected ${expected}`, cause === undefined ? {} : { cause })
    this.file = file
    this.found = found
    this.expected = expected
  }
}
