import type { Readable } from 'node:stream'

/** The lines of a text, without their ends. Only `\n` ends one: JSON Lines may hold U+2028 raw, which readline would split at. */
export async function* linesOf(body: Readable): AsyncIterable<string> {
  body.setEncoding('utf8')
  // The beginning of a line whose end is in a later chunk. It is joined once, so that a long line takes linear time.
  let begun: string[] = []
  // With an encoding set, a Readable yields strings.
  for await (const chunk of body as AsyncIterable<string>) {
    let start = 0
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      const line = chunk.slice(start, end)
      yield withoutReturn(begun.length > 0 ? begun.join('') + line : line)
      begun = []
      start = end + 1
    }
    if (start < chunk.length) begun.push(chunk.slice(start))
  }
  if (begun.length > 0) yield begun.join('')
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)
