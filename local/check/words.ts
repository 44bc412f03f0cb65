import type { RowTally } from '../../shared/row-file/tally'

export const counted = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`

/** Names with their counts, the most frequent first. */
export function tallied(counts: ReadonlyMap<string, number>, most = 12): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  const shown = sorted.slice(0, most).map(([name, count]) => `${name} ×${count.toLocaleString('en')}`)
  return sorted.length > most ? `${shown.join(', ')} and ${sorted.length - most} more` : shown.join(', ')
}

export const countIn = (counts: Map<string, number>, name: string): void =>
  void counts.set(name, (counts.get(name) ?? 0) + 1)

/** What was read differently, what was refused for which reasons, and where to find the rest. */
export function tallyInWords(file: string, tally: RowTally, what: string, all: boolean): string[] {
  const notes = tally.notes()
  const reasons = tally.reasons()
  return [
    ...(notes.length > 0 ? ['  read differently from the file:', ...notes.map((note) => `    ${note}`)] : []),
    ...(reasons.length > 0
      ? [`  ${counted(tally.refused(), what)} refused:`, ...reasons.map((one) => `    ${one}`)]
      : []),
    ...(reasons.length > 0 && !all ? [`  Each with its line and field: npm start -- check --all ${file}`] : []),
  ]
}
