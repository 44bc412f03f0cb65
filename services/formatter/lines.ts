import type { Readable } from 'node:stream'

const RETURN = 13

/**
 * Give each line of a stream to `take`, with its number from 1. Millions of lines make a call for each dear enough, so
 * nothing is awaited between lines. Only `\n` ends a line; a `\r` before it is not part of it.
 */
export async function eachLine(body: Readable, take: (line: string, number: number) => void): Promise<void> {
  body.setEncoding('utf8')
  let rest = ''
  let number = 0
  const hand = (line: string) => take(line.charCodeAt(line.length - 1) === RETURN ? line.slice(0, -1) : line, ++number)

  // With an encoding set, a Readable gives strings.
  for await (const chunk of body as AsyncIterable<string>) {
    let start = 0
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      hand(start === 0 ? rest + chunk.slice(0, end) : chunk.slice(start, end))
      if (start === 0) rest = ''
      start = end + 1
    }
    rest += chunk.slice(start)
  }
  if (rest) hand(rest)
}
