import type { DeletionTargets } from '../targets'

/** An object without the deleted rows, and how many were removed or replaced; undefined where it has none. */
export type Rewrite = (body: Buffer, targets: DeletionTargets, key: string) => Rewritten | undefined

export interface Rewritten {
  body: Buffer
  rows: number
}

/** A line that stays is unchanged, one that is removed is null. Unreadable lines stay. */
export function lineByLine(body: Buffer, change: (line: string) => string | null): Rewritten | undefined {
  let rows = 0
  const lines = body.toString('utf8').split('\n')
  const left: string[] = []
  for (const line of lines) {
    const now = line.trim() === '' ? line : unlessUnreadable(line, change)
    if (now !== line) rows++
    if (now !== null) left.push(now)
  }
  return rows > 0 ? { body: Buffer.from(left.join('\n')), rows } : undefined
}

function unlessUnreadable(line: string, change: (line: string) => string | null): string | null {
  try {
    return change(line)
  } catch (error) {
    if (error instanceof SyntaxError) return line
    throw error
  }
}
