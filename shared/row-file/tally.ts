/** A row that is left out: its position in its file, and why. */
export interface RefusedPlace {
  line: number
  /** `row` where the whole row is meant. */
  field: string
  reason: string
}

/** How many reasons a summary names. */
const MOST_REASONS = 3

/** Position and reason of a refused row, in the format of compilers. */
export const placeInWords = (file: string, { line, field, reason }: RefusedPlace): string =>
  `${file}:${line}: ${field === 'row' ? '' : `${field}: `}${reason}`

/** Counts rows of a file by result. It stores a number for each reason, and no row. */
export function makeTally() {
  const reasons = new Map<string, { count: number; first: RefusedPlace }>()
  const notes = new Map<string, number>()
  let refused = 0
  return {
    refuse(place: RefusedPlace): void {
      refused += 1
      // Sentences that differ only in a number or a name have one reason.
      const reason = `${place.field}: ${place.reason.replaceAll(/"[^"]*"|\d+/g, '…')}`
      const known = reasons.get(reason)
      if (known) known.count += 1
      else reasons.set(reason, { count: 1, first: place })
    },
    note(what: string, count = 1): void {
      notes.set(what, (notes.get(what) ?? 0) + count)
    },
    refused: (): number => refused,
    /** What was read differently from the file, the most frequent first. */
    notes: (): string[] => byCount([...notes]).map(([what, count]) => `${count} × ${what}`),
    /**
     * The most frequent reasons with their number and first position, and how many rows have others; empty without
     * refused rows.
     */
    reasons(): string[] {
      const all = [...reasons.values()].sort((a, b) => b.count - a.count || a.first.line - b.first.line)
      const named = all.slice(0, MOST_REASONS)
      const others = all.slice(MOST_REASONS)
      const rest = others.reduce((sum, { count }) => sum + count, 0)
      return [
        ...named.map(({ count, first: { line, field, reason } }) => {
          const where = count === 1 ? `line ${line}` : `first in line ${line}`
          return `${count} × ${field === 'row' ? '' : `${field} `}${reason} (${where})`
        }),
        ...(rest > 0 ? [`${rest} × ${others.length === 1 ? 'another reason' : `${others.length} other reasons`}`] : []),
      ]
    },
  }
}
export type RowTally = ReturnType<typeof makeTally>

const byCount = <T>(counts: [T, number][]): [T, number][] => counts.sort(([, a], [, b]) => b - a)
