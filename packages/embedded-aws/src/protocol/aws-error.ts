/** An error in AWS's terms. Each protocol encodes it in its own form. */
export class AwsError extends Error {
  override readonly name = 'AwsError'

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** The error for everything that the embedded cloud does not support: it never answers with something plausible. */
export const notImplemented = (what: string): AwsError =>
  new AwsError(501, 'NotImplemented', `The embedded cloud has no ${what}`)
