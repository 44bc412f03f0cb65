import { AwsError } from '../protocol/aws-error'

interface Decoded {
  body: Buffer
  /** Trailing headers, names in lower case. */
  trailers: Record<string, string>
}

/**
 * Take the framing off an `aws-chunked` body: `<size in hex>[;chunk-signature=…]\r\n<bytes>\r\n … 0\r\n<trailers>\r\n`.
 * Raises IncompleteBody (400) when it ends early or its length is not the declared one.
 */
export function decodeChunks(raw: Buffer, declaredLength: number | undefined): Decoded {
  const chunks: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = raw.indexOf('\r\n', at)
    if (lineEnd < 0) throw incomplete('a chunk has no size')
    const size = sizeOf(raw.toString('latin1', at, lineEnd))
    at = lineEnd + 2
    if (size === 0) break
    if (raw.toString('latin1', at + size, at + size + 2) !== '\r\n') throw incomplete('a chunk is cut off')
    chunks.push(raw.subarray(at, at + size))
    at += size + 2
  }
  const body = Buffer.concat(chunks)
  if (declaredLength !== undefined && declaredLength !== body.length) {
    throw incomplete(`${declaredLength} bytes were announced, ${body.length} came`)
  }
  return { body, trailers: readTrailers(raw.toString('latin1', at)) }
}

function sizeOf(line: string): number {
  const size = line.split(';', 1)[0] ?? ''
  if (!/^[0-9a-fA-F]+$/.test(size)) throw incomplete('a chunk has no size')
  return Number.parseInt(size, 16)
}

const readTrailers = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(/\r?\n/)
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )

const incomplete = (what: string): AwsError =>
  new AwsError(400, 'IncompleteBody', `You did not provide the number of bytes specified: ${what}`)
