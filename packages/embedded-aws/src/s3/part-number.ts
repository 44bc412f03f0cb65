import { AwsError } from '../protocol/aws-error'

const MAX_PARTS = 10_000

/** The number of a part that is uploaded. Raises InvalidArgument (400). */
export function partNumber(query: URLSearchParams): number {
  const number = Number(query.get('partNumber'))
  if (Number.isInteger(number) && number >= 1 && number <= MAX_PARTS) return number
  throw new AwsError(400, 'InvalidArgument', `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`)
}
