/** A refusal in AWS's terms, thrown where it is known; each protocol writes it in its own form. */
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

/** What the embedded cloud does not have is refused by name, never answered with something plausible. */
export const notImplemented = (what: string): AwsError =>
  new AwsError(501, 'NotImplemented', `The embedded cloud has no ${what}`)
