import type { ModelInBrief, ReportOverview } from '../../services/report/overview'
import { type Child, element } from '../element'
import { count, many } from '../../shared/words'
import { asSentence, shortDate } from '../words'
import { type Cell, numberColumns, textColumns } from './csv'
import { engines, longLost } from './engines'
import { figure } from './figure'
import { modelsInWords } from './model-words'
import { forest, lookOf } from './plots'
import { paragraph, section } from './section'
import { cardAddress, dollarsInWords, score, scoreWithInterval, shortJob, withShortJobs } from './words'

/** The live model in words; what became of every model and how engines compare opens below. */
export function models(overview: ReportOverview): HTMLElement {
  const { models: all, champion, engines: standings } = overview
  const { title, sentences } = modelsInWords(overview)
  return section(
    'models',
    'Models',
    element('p', {}, element('strong', {}, title), ` ${sentences.join(' ')}`),
    champion &&
      element('p', { class: 'small' }, element('a', { href: cardAddress(champion.job) }, 'Card of the live model')),
    ...standings.flatMap(longLost),
    all.length > 0 &&
      folded('every-model', 'Every model, and why it was promoted or rejected', ...verdicts(all, champion?.job)),
    standings.length > 1 && folded('engines', 'The engines side by side', ...engines(standings)),
  )
}

const folded = (id: string, summary: string, ...children: Child[]): HTMLElement =>
  element('details', { id }, element('summary', {}, summary), ...children)

/** The newest models, one by one, and the scores of all. */
function verdicts(all: readonly ModelInBrief[], live: string | undefined): Child[] {
  const shown = all.slice(0, 10)
  const older = all.length - shown.length
  return [
    element('ol', { class: 'models' }, ...shown.map((model) => modelEntry(model, live === model.job))),
    older > 0 && paragraph(`${many(older, 'older model is', 'older models are')} in the table below.`, 'small'),
    scoresFigure(all),
  ]
}

function modelEntry(model: ModelInBrief, isLive: boolean): HTMLElement {
  const { job, engine, judged, verdict, provisional, reasons, scores, labelStatus } = model
  const sign = verdict === 'promoted' ? '✓ promoted' : '✗ rejected'
  return element(
    'li',
    {},
    element(
      'p',
      { class: 'model-line' },
      element('time', { datetime: judged }, shortDate(judged)),
      element('span', { class: `verdict ${verdict}` }, sign),
      provisional && element('span', { class: 'verdict' }, 'provisional'),
      isLive && element('span', { class: 'verdict live' }, 'live'),
      element('a', { href: cardAddress(job) }, `Card of ${shortJob(job)}`),
      element('span', {}, engine),
      element(
        'span',
        {},
        scores
          ? `macro-F1 ${scoreWithInterval(scores.macroF1, scores.macroF1Interval)} on ${many(scores.items, 'label')}`
          : 'could not be measured',
      ),
    ),
    reasons.length > 1
      ? element(
          'ul',
          { class: 'reasons' },
          ...reasons.map((reason) => element('li', {}, asSentence(withShortJobs(reason)))),
        )
      : paragraph(asSentence(withShortJobs(reasons[0] ?? '')), 'reason'),
    labelStatus === 'unreliable' && paragraph('Trained on labels that were measured as unreliable.', 'caution'),
  )
}

function scoresFigure(all: readonly ModelInBrief[]): HTMLElement | null {
  const measured = all.filter(({ scores }) => scores?.macroF1 !== null && scores?.macroF1Interval)
  if (measured.length === 0) return null
  const rows = measured.slice(0, 14).map(({ judged, scores, verdict }) => ({
    name: `${shortDate(judged)} ${verdict === 'promoted' ? '✓' : '✗'}`,
    share: scores?.macroF1 ?? 0,
    low: scores?.macroF1Interval?.low ?? 0,
    high: scores?.macroF1Interval?.high ?? 0,
    look: lookOf(verdict === 'promoted' ? 0 : 1),
    open: verdict === 'rejected',
  }))
  return figure(
    'Macro-F1 at the gate, with 95 % intervals',
    'Macro-F1 of the newest models, each with its interval.',
    (width) => forest(width, [{ heading: '', rows }], { scores: true }),
    {
      name: 'bellwether-models',
      caption: 'models',
      columns: [
        ...textColumns('judged', 'model', 'engine', 'verdict'),
        ...numberColumns('macro-F1', 'low', 'high', 'items', 'majority class', 'training labels', 'training USD'),
        ...textColumns('reasons'),
      ],
      rows: all.map(
        ({
          judged,
          job,
          engine,
          verdict,
          provisional,
          scores,
          majority,
          trainingLabels,
          trainingUsd,
          reasons,
        }): Cell[] => [
          judged,
          job,
          engine,
          provisional ? `${verdict}, provisional` : verdict,
          scores?.macroF1 ?? null,
          scores?.macroF1Interval?.low ?? null,
          scores?.macroF1Interval?.high ?? null,
          scores?.items ?? null,
          majority,
          trainingLabels,
          trainingUsd,
          reasons.join('; '),
        ],
      ),
      say: (cell, column) => {
        if (cell === null) return '–'
        if (typeof cell === 'number')
          return column === 9 ? dollarsInWords(cell) : column === 6 || column === 8 ? count(cell) : score(cell)
        return column === 1 ? element('a', { href: cardAddress(cell) }, shortJob(cell)) : withShortJobs(cell)
      },
    },
  )
}
