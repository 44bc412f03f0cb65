/** One line of the table that a replay ends with. */
export interface DayRow {
  date: string
  posts: number
  labelled: number
  spentUsd: number
  /** Macro-F1 of each model, as in `fasttext 0.84, linear 0.87`, or nothing where none was trained. */
  model: string
  verdict: string
  /** `#aws 41 %` for each hashtag: the share of one label. */
  share: string
}

const columns: [heading: string, value: (row: DayRow) => string, right: boolean][] = [
  ['day', (row) => row.date, false],
  ['posts', (row) => String(row.posts), true],
  ['labelled', (row) => String(row.labelled), true],
  ['spent', (row) => `$${row.spentUsd.toFixed(2)}`, true],
  ['macro-F1', (row) => row.model || '–', false],
  ['verdict', (row) => row.verdict || '–', false],
  ['share', (row) => row.share || '–', false],
]

/** The table in plain text, columns as wide as what stands in them. `label` is what the shares are of. */
export function table(rows: readonly DayRow[], label: string): string {
  const cells = [
    columns.map(([heading]) => (heading === 'share' ? `share of ${label}` : heading)),
    ...rows.map((row) => columns.map(([, value]) => value(row))),
  ]
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)))
  const line = (values: string[]) =>
    values
      .map((value, i) => (columns[i]![2] ? value.padStart(widths[i]!) : value.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd()
  const [heading, ...body] = cells.map(line)
  return [heading, widths.map((width) => '─'.repeat(width)).join('  '), ...body].join('\n')
}
