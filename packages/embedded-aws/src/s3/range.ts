import { AwsError } from '../protocol/aws-error'

/** First and last byte, both included. */
export interface ByteRange {
  first: number
  last: number
}

/**
 * Which bytes a `Range` header asks for of an object of `size` bytes; none where S3 ignores the header and sends all.
 * Raises InvalidRange (416) when no byte lies in it.
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (from === undefined || to === undefined || from + to === '') return undefined
  if (from === '') {
    if (Number(to) === 0 || size === 0) throw notSatisfiable()
    return { first: Math.max(size - Number(to), 0), last: size - 1 }
  }
  if (to !== '' && Number(to) < Number(from)) return undefined
  if (Number(from) >= size) throw notSatisfiable()
  return { first: Number(from), last: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}

const notSatisfiable = (): AwsError => new AwsError(416, 'InvalidRange', 'The requested range is not satisfiable')
