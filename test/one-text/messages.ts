import { decodeHTMLStrict } from 'entities/decode'
import { z } from 'zod'
import type { Message } from './paths'

const row = z.looseObject({ text: z.string() })

/** The distinct texts of a file of posts. */
export const textsOf = (jsonLines: string): string[] => [
  ...new Set(
    jsonLines
      .split('\n')
      .filter(Boolean)
      .map((line) => row.parse(JSON.parse(line)).text),
  ),
]

/** A post of X. */
export const messageOf = (raw: string): Message => ({ raw, plain: decodeHTMLStrict(raw) })

export const inPieces = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))
