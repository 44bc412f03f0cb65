import * as Plot from '@observablehq/plot'
import { isolated } from '../../shared/words'
import { clipped, shortDate } from '../words'
import { percent } from '../../shared/share-sentence'
import { ticksOfAxis } from './axis'

/** The look of a label. Its colour, its mark and its dash each tell it from the others. */
export interface Look {
  color: string
  symbol: 'circle' | 'square' | 'triangle' | 'diamond' | 'times' | 'wye' | 'star' | 'plus'
  dash: string | undefined
}

const SYMBOLS: Look['symbol'][] = ['circle', 'square', 'triangle', 'diamond', 'star', 'wye', 'plus', 'times']
const DASHES = [undefined, '7 4', '2 4', '10 4 2 4', '4 2', '1 3', '12 4', '6 2 1 2']

/** How the n-th label looks. There are eight looks; a plot of more than that is drawn label by label. */
export const lookOf = (n: number): Look => ({
  color: `var(--series-${n % 8})`,
  // oxlint-disable-next-line typescript/no-non-null-assertion -- there are eight symbols
  symbol: SYMBOLS[n % 8]!,
  dash: DASHES[n % 8],
})

const FONT = { fontSize: 12, fill: 'var(--ink)' }
const GRID = { stroke: 'var(--line)', strokeOpacity: 1 }
const marginTop = 12

export interface Point {
  date: string
  share: number
  low: number
  high: number
  /** Whether all of the day was collected. */
  whole: boolean
}

export interface Series {
  label: string
  look: Look
  /** A day for each place, missing where there is no number. */
  points: (Point | undefined)[]
}

const day = (date: string): Date => new Date(date)

/** Shares by day with their bands. A day without a number leaves a gap; one with too little around it has a bar. */
export function sharesOverTime(width: number, dates: readonly string[], series: readonly Series[], top: number) {
  const narrow = width < 480
  const height = narrow ? 230 : 280
  const marginBottom = 28
  const names = series.map(({ label }) => clipped(label, narrow ? 11 : 18))
  const marginRight = 18 + Math.max(24, ...names.map(textWidth))
  const marginLeft = 48
  const few = dates.length <= 10
  const inner = height - marginTop - marginBottom
  const ticks = ticksOfAxis(top, true)

  const marks = series.flatMap(({ look, points }, i) => {
    const all = dates.map((date, at) => points[at] ?? { date, share: NaN, low: NaN, high: NaN, whole: true })
    const alone = all.filter((point, at) => !Number.isNaN(point.share) && (few || lonely(all, at)))
    const told = all.filter(({ share }) => !Number.isNaN(share))
    const shift = (i - (series.length - 1) / 2) * (few ? 8 : 2)
    const at = { x: (point: Point) => day(point.date), dx: shift }
    const said = ({ date, share, low, high }: Point) =>
      `${shortDate(date)}\n${isolated(names[i] ?? '')} ${percent(share)} % (${percent(low)}–${percent(high)})`
    return [
      Plot.areaY(all, {
        x: ({ date }) => day(date),
        y1: 'low',
        y2: 'high',
        fill: look.color,
        fillOpacity: 0.16,
      }),
      Plot.ruleX(alone, { ...at, y1: 'low', y2: 'high', stroke: look.color, strokeWidth: 1.5 }),
      Plot.line(all, {
        x: ({ date }) => day(date),
        y: 'share',
        stroke: look.color,
        strokeWidth: 2,
        strokeDasharray: look.dash,
      }),
      Plot.dot(told, {
        ...at,
        y: 'share',
        r: dates.length > 30 ? 2.5 : 4,
        symbol: look.symbol,
        stroke: look.color,
        strokeWidth: 1.5,
        fill: (point: Point) => (point.whole ? look.color : 'var(--surface)'),
      }),
      Plot.tip(
        told,
        Plot.pointer({
          x: ({ date }: Point) => day(date),
          y: 'share',
          title: said,
          fill: 'var(--surface)',
          stroke: 'var(--quiet)',
          fontSize: 12,
          maxRadius: 24,
        }),
      ),
    ]
  })
  const ends = spread(
    series.flatMap(({ points, look }, i) => {
      const last = points.findLast((point) => point !== undefined)
      return last ? [{ name: isolated(names[i] ?? ''), share: last.share, look, y: last.share }] : []
    }),
    (15 * top) / inner,
    top,
  )

  return Plot.plot({
    width,
    height,
    marginTop,
    marginRight,
    marginBottom,
    marginLeft,
    x: { type: 'utc', domain: padded(dates) },
    y: { domain: [0, top] },
    color: { type: 'identity' },
    symbol: { type: 'identity' },
    marks: [
      Plot.gridY(ticks, GRID),
      Plot.axisY(ticks, { tickSize: 0, tickFormat: (share: number) => `${percent(share)} %`, label: null, ...FONT }),
      timeAxis(dates, width - marginRight - marginLeft),
      ...marks,
      Plot.text(ends, {
        // oxlint-disable-next-line typescript/no-non-null-assertion -- the end of a line is at a date
        x: () => day(dates.at(-1)!),
        y: 'y',
        text: 'name',
        dx: 12,
        textAnchor: 'start',
        fill: (end: { look: Look }) => end.look.color,
        fontSize: 12,
        fontWeight: 600,
      }),
    ],
  })
}

/** One row of a forest: an estimate with its interval. */
export interface ForestRow {
  name: string
  share: number
  low: number
  high: number
  look: Look
  /** Whether its mark is drawn open. */
  open?: boolean
}

export interface Group {
  heading: string
  rows: ForestRow[]
}

const ROW = 22
const HEADING = 26

/** Estimates under each other, each with its interval and in numbers: for comparing. */
export function forest(width: number, groups: readonly Group[], { scores = false, top = 1 } = {}) {
  const say = (value: number) => (scores ? value.toFixed(2) : `${percent(value)}`)
  const lines = groups.flatMap(({ heading, rows }, g) => [
    { at: `${g}`, heading, row: undefined as ForestRow | undefined },
    ...rows.map((row, i) => ({ at: `${g} ${i}`, heading: '', row })),
  ])
  let height = marginTop
  const places = lines.map((line) => {
    const tall = line.row ? ROW : line.heading ? HEADING : 8
    const y = height + tall - ROW / 2
    height += tall
    return { ...line, y }
  })
  const rows = places.flatMap(({ row, y }) => (row ? [{ ...row, y }] : []))
  const headings = places.filter(({ heading }) => heading)
  const room = width < 480 ? 14 : 26
  const names = rows.map(({ name }) => clipped(name, room))
  const values = rows.map(({ share, low, high }) =>
    scores ? `${say(share)} (${say(low)}–${say(high)})` : `${say(share)} % (${say(low)}–${say(high)})`,
  )
  const marginLeft = 12 + Math.max(40, ...names.map(textWidth))
  const marginRight = 14 + Math.max(60, ...values.map(textWidth))
  const bottom = height
  const marginBottom = 26
  const inner = width - marginLeft - marginRight
  const ticks = ticksOfAxis(top, inner > 260)

  return Plot.plot({
    width,
    height: bottom + marginBottom,
    marginTop: 0,
    marginBottom,
    marginLeft,
    marginRight,
    x: { domain: [0, top] },
    y: { type: 'linear', domain: [0, bottom], range: [0, bottom], axis: null },
    color: { type: 'identity' },
    symbol: { type: 'identity' },
    marks: [
      Plot.ruleX(ticks, { ...GRID, y1: marginTop, y2: bottom }),
      Plot.axisX({
        ticks,
        tickSize: 0,
        tickFormat: (value: number) => (scores ? String(value) : `${percent(value)} %`),
        label: null,
        ...FONT,
      }),
      Plot.ruleY(rows, { y: 'y', x1: 'low', x2: 'high', stroke: (row: ForestRow) => row.look.color, strokeWidth: 2.5 }),
      Plot.dot(rows, {
        x: 'share',
        y: 'y',
        r: 5,
        symbol: (row: ForestRow) => row.look.symbol,
        stroke: (row: ForestRow) => row.look.color,
        strokeWidth: 2,
        fill: (row: ForestRow) => (row.open ? 'var(--surface)' : row.look.color),
      }),
      Plot.text(headings, {
        y: 'y',
        text: ({ heading }: { heading: string }) => isolated(clipped(heading, Math.floor(width / 9))),
        frameAnchor: 'left',
        dx: -marginLeft,
        textAnchor: 'start',
        fontSize: 13,
        fontWeight: 600,
        fill: 'var(--ink)',
      }),
      Plot.text(rows, {
        y: 'y',
        text: (_: ForestRow, i: number) => isolated(names[i] ?? ''),
        frameAnchor: 'left',
        dx: -marginLeft + 2,
        textAnchor: 'start',
        ...FONT,
      }),
      Plot.text(rows, {
        y: 'y',
        // oxlint-disable-next-line typescript/no-non-null-assertion -- each row has its value
        text: (_: ForestRow, i: number) => values[i]!,
        frameAnchor: 'right',
        dx: marginRight,
        textAnchor: 'end',
        fontVariant: 'tabular-nums',
        ...FONT,
      }),
    ],
  })
}

export interface CollectedDay {
  /** The stream, as a heading says it. */
  topic: string
  date: string
  /** 0 to 1; nothing where there is no report of the day. */
  share: number | undefined
  posts: number | undefined
}

/** How much of each day was collected: a bar as tall as that, empty without posts; a cross where there is no report. */
export function collection(width: number, dates: readonly string[], days: readonly CollectedDay[]) {
  const topics = [...new Set(days.map(({ topic }) => topic))]
  const band = 40
  const gap = 26
  const height = topics.length * (band + gap) + 26
  const top = (topic: string) => topics.indexOf(topic) * (band + gap) + gap
  const marginLeft = 6
  const marginRight = 16
  const step = (width - marginLeft - marginRight) / Math.max(dates.length, 14)
  const half = Math.min(step * 0.4, 14)
  const bars = days.filter(({ share }) => share !== undefined)
  const filled = bars.filter(({ posts }) => posts !== 0)
  const none = days.filter(({ share }) => share === undefined)
  const x = ({ date }: { date: string }) => day(date)
  return Plot.plot({
    width,
    height,
    marginTop: 0,
    marginBottom: 26,
    marginLeft,
    marginRight,
    x: { type: 'utc', domain: padded(dates, 0.6, Math.max(0.6, 2 * (14 - dates.length))) },
    y: { type: 'linear', domain: [0, height - 26], range: [0, height - 26], axis: null },
    color: { type: 'identity' },
    symbol: { type: 'identity' },
    marks: [
      timeAxis(dates, step * dates.length),
      Plot.ruleY(topics, { y: (topic: string) => top(topic) + band, stroke: 'var(--line)' }),
      Plot.text(topics, {
        y: (topic: string) => top(topic) - 12,
        text: (topic: string) => `#${isolated(topic)}`,
        frameAnchor: 'left',
        textAnchor: 'start',
        fontSize: 13,
        fontWeight: 600,
        fill: 'var(--ink)',
      }),
      Plot.ruleX(bars, {
        x,
        y1: ({ topic }: CollectedDay) => top(topic),
        y2: ({ topic }: CollectedDay) => top(topic) + band,
        stroke: 'var(--line)',
        strokeWidth: 2 * half,
      }),
      Plot.ruleX(filled, {
        x,
        y1: ({ topic, share = 0 }: CollectedDay) => top(topic) + band * (1 - share),
        y2: ({ topic }: CollectedDay) => top(topic) + band,
        stroke: ({ share = 0 }: CollectedDay) => (share < 1 ? 'var(--warn)' : 'var(--accent)'),
        strokeWidth: 2 * half,
      }),
      Plot.dot(none, {
        x,
        y: ({ topic }: CollectedDay) => top(topic) + band - 8,
        symbol: 'times',
        r: Math.min(5, half),
        stroke: 'var(--bad)',
        strokeWidth: 2,
      }),
    ],
  })
}

/** Ticks on the last day and as many days before it as there is room for. */
function timeAxis(dates: readonly string[], width: number) {
  const room = Math.max(1, Math.floor(width / 50))
  const step = [1, 2, 3, 4, 7, 14, 21, 28].find((days) => dates.length / days <= room) ?? 30
  const ticks = dates.filter((_, i) => (dates.length - 1 - i) % step === 0).map(day)
  return Plot.axisX(ticks, {
    tickSize: 4,
    tickFormat: (at: Date) => shortDate(at.toISOString().slice(0, 10)),
    label: null,
    ...FONT,
  })
}

/** From the first to the last day, widened by so many half days. */
function padded(dates: readonly string[], before = dates.length > 1 ? 0.2 : 1, after = before): [Date, Date] {
  const half = 43_200_000
  // oxlint-disable-next-line typescript/no-non-null-assertion -- no plot is drawn without a date
  return [new Date(Date.parse(dates[0]!) - before * half), new Date(Date.parse(dates.at(-1)!) + after * half)]
}

/** A band needs two days. */
const lonely = (points: readonly { share: number }[], at: number): boolean =>
  [points[at - 1], points[at + 1]].every((neighbour) => neighbour === undefined || Number.isNaN(neighbour.share))

/** Move names apart that would overlap, between 0 and `top`. */
function spread<T extends { y: number }>(ends: readonly T[], apart: number, top: number): T[] {
  const sorted = [...ends].sort((a, b) => a.y - b.y)
  for (let round = 0; round < 50; round++) {
    for (let i = 1; i < sorted.length; i++) {
      // oxlint-disable-next-line typescript/no-non-null-assertion -- `i` is from 1 and below the length
      const [below, above] = [sorted[i - 1]!, sorted[i]!]
      const lack = apart - (above.y - below.y)
      if (lack <= 0) continue
      sorted[i - 1] = { ...below, y: below.y - lack / 2 }
      sorted[i] = { ...above, y: above.y + lack / 2 }
    }
  }
  return sorted.map((end) => ({ ...end, y: Math.min(0.98 * top, Math.max(0.02 * top, end.y)) }))
}

/** About how wide a text of 12 pixels is; system fonts differ by a tenth. */
const textWidth = (text: string): number => 6.9 * text.length
