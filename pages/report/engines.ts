import type { EngineStanding } from '../../shared/records'
import { type Child, element } from '../element'
import { count, dateInWords, many } from '../../shared/words'
import { type Cell, type CsvColumn, numberColumns, textColumns } from './csv'
import { paragraph } from './section'
import { behind } from './table'
import { percent } from '../../shared/share-sentence'
import { cardAddress, dollarsInWords, scoreWithInterval, shortJob } from './words'

/** The engines of the contest beside each other, each by its latest model. */
export const engines = (rows: readonly EngineStanding[]): HTMLElement[] => [
  element('ul', { class: 'reasons' }, ...rows.map((row) => element('li', {}, ...inWords(row)))),
  behind({
    name: 'bellwether-engines',
    caption: 'the engines, each by its latest model',
    columns: COLUMNS,
    rows: rows.map(cellsOf),
    say: (cell) => (typeof cell === 'number' ? shortly(cell) : (cell ?? '–')),
  }),
]

function inWords(row: EngineStanding): Child[] {
  const { engine, job, macroF1, macroF1Interval, ece, eceInterval, drift, millionPosts, postsPerSecond } = row
  const calibration =
    ece === null
      ? 'its confidence was not measured'
      : `its confidence is off by ${percent(ece)} points${eceInterval ? ` (${percent(eceInterval.low)} to ${percent(eceInterval.high)})` : ''}`
  const parts = [
    `macro-F1 ${scoreWithInterval(macroF1, macroF1Interval)} on ${many(row.items, 'label')}`,
    calibration,
    drift === null
      ? 'no model of the 14 days before'
      : `${signed(drift)} points against its models of the 14 days before`,
    `trained in ${count(Math.ceil(row.trainSeconds))} s${row.trainingUsd === null ? '' : ` for ${dollarsInWords(row.trainingUsd)}`}`,
    ...(row.labelsUsd === null ? [] : [`people’s labels ${dollarsInWords(row.labelsUsd)}`]),
    ...(millionPosts
      ? [
          `a million posts ${millionPosts.usd === null ? 'at a price that is not known' : dollarsInWords(millionPosts.usd)}, ${many(millionPosts.tokens, 'token')}${millionPosts.seconds === null ? '' : `, ${count(millionPosts.seconds)} s`}`,
        ]
      : []),
    ...(postsPerSecond === null ? [] : [`${count(postsPerSecond)} posts a second`]),
  ]
  return [
    element('strong', {}, engine),
    row.isLive ? ' (live) ' : ' ',
    element('a', { href: cardAddress(job) }, shortJob(job)),
    `: ${parts.join('; ')}.`,
  ]
}

/** An engine that loses for four weeks is named, with what it costs. */
export function longLost({ engine, lost }: EngineStanding): HTMLElement[] {
  if (!lost?.isLong) return []
  const price = lost.usd === null ? '' : ` and ${dollarsInWords(lost.usd)}`
  return [
    paragraph(
      `No model of the engine ${engine} has gone live since ${dateInWords(lost.since)}, in ${many(lost.days, 'day')} of labels. Its ${many(lost.trainings, 'training')} took ${count(Math.ceil(lost.seconds))} s${price}. To end them, leave it out of training.engines in bellwether.yml.`,
      'caution',
    ),
  ]
}

const COLUMNS: CsvColumn[] = [
  ...textColumns('engine', 'model', 'verdict', 'live'),
  ...numberColumns(
    'macro-F1',
    'low',
    'high',
    'calibration error',
    'error low',
    'error high',
    'drift',
    'training seconds',
    'training USD',
    'labels USD',
    'a million posts USD',
    'a million posts seconds',
    'a million posts tokens',
    'posts a second',
  ),
  ...textColumns('lost since'),
]

const cellsOf = (row: EngineStanding): Cell[] => [
  row.engine,
  row.job,
  row.verdict,
  row.isLive ? 'yes' : 'no',
  row.macroF1,
  row.macroF1Interval?.low ?? null,
  row.macroF1Interval?.high ?? null,
  row.ece,
  row.eceInterval?.low ?? null,
  row.eceInterval?.high ?? null,
  row.drift,
  row.trainSeconds,
  row.trainingUsd,
  row.labelsUsd,
  row.millionPosts?.usd ?? null,
  row.millionPosts?.seconds ?? null,
  row.millionPosts?.tokens ?? null,
  row.postsPerSecond,
  row.lost?.since ?? null,
]

const shortly = (value: number): string => String(Number(value.toPrecision(3)))
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)}`
