import type { ReportOverview } from '../../services/report/overview'
import type { CardRecord } from '../../shared/records'
import { ask } from '../api'
import { enter } from '../enter'
import { answers } from './answers'
import { modelCard } from './card'
import { type Child, element } from '../element'
import { paragraph } from './section'
import { isStopped, type Notice, noticesOf } from './notices'
import { models } from './models'
import { labellingSection, spendingSection, waiting } from './stack'
import { compared, coverage, overTime } from './trends'
import { terms } from './terms'
import { dateInWords, instantInWords, isolated } from '../../shared/words'
import { lookAround } from './look-around'
import { asSentence } from '../words'
import { type ReportView, viewInWords, viewOf, streamsInView } from './view'

// oxlint-disable-next-line typescript/no-non-null-assertion -- the HTML that loads this script has it
const page = document.getElementById('page')!

void start()

async function start(): Promise<void> {
  const { search } = location
  const asked = new URLSearchParams(search).get('job')
  const entered = await enter('/report/session')
  if (!entered.ok) return fail('This report is not open to you', entered.problem.message)
  if (location.pathname === '/report/model' && asked !== null) {
    const card = await ask<CardRecord>('GET', `/report/card?job=${encodeURIComponent(asked)}`)
    if (!card.ok) return fail('There is no such card', card.problem.message)
    document.title = `Model ${card.body.job} · Bellwether`
    return show(...modelCard(card.body))
  }
  const view = viewOf(search)
  const days = new URLSearchParams(Object.entries(view).filter(([name]) => name !== 'topic'))
  const data = await ask<ReportOverview>('GET', `/report/data${days.size > 0 ? `?${days}` : ''}`)
  if (!data.ok) return fail('The report could not be read', data.problem.message)
  show(...overviewPage(streamsInView(data.body, view), lookAround(data.body, view), view))
}

function overviewPage(overview: ReportOverview, around: HTMLElement | null, view: ReportView): Child[] {
  const { streams, categories, days, now } = overview
  const hashtags = [...new Set(streams.flatMap(({ hashtag, watched }) => (watched ? [hashtag] : [])))]
  const newest = days.at(-1)?.date
  const names = categories.map(({ name }) => isolated(name)).join(', ')
  const empty = newest === undefined
  const isPast = viewInWords(overview, view)
  return [
    element(
      'header',
      {},
      element('p', { class: 'brand' }, 'Bellwether'),
      element('h1', {}, `What is the talk about ${hashtags.map((tag) => `#${isolated(tag)}`).join(' and ')} made of?`),
      element(
        'p',
        { class: 'small' },
        `${newest ? `Up to ${dateInWords(newest)}. ` : ''}As of ${instantInWords(now)}`,
        element('span', { class: 'paper' }, ` at ${location.origin}${location.pathname}`),
        '.',
      ),
    ),
    around,
    ...(isPast ? [paragraph(isPast)] : noticesOf(overview).map(noticeBox)),
    empty && view.from ? paragraph('No day of these has a report.') : null,
    empty ? null : answers(overview, !isPast && isStopped(overview), view),
    empty ? null : overTime(overview),
    empty ? null : compared(overview),
    waiting(overview),
    models(overview),
    labellingSection(overview),
    coverage(overview),
    spendingSection(overview),
    element(
      'section',
      { id: 'definitions', 'aria-labelledby': 'definitions-heading' },
      element('h2', { id: 'definitions-heading' }, 'What the labels mean'),
      element(
        'dl',
        { class: 'facts' },
        ...categories.flatMap(({ name, definition }) => [
          element('dt', {}, element('bdi', {}, name)),
          element('dd', { dir: 'auto' }, definition),
        ]),
      ),
      paragraph(`Version ${overview.labelsVersion} of ${names}.`, 'small'),
    ),
    terms(),
  ]
}

const LEVELS: Record<Notice['level'], string> = { info: 'Note', warn: 'Caution', bad: 'Warning' }

const noticeBox = ({ level, title, text, points = [] }: Notice): HTMLElement =>
  element(
    'aside',
    { class: `notice ${level}`, 'aria-label': `${LEVELS[level]}: ${title}` },
    element('p', { class: 'title' }, element('span', { class: 'level' }, `${LEVELS[level]}: `), title),
    text ? paragraph(text) : null,
    points.length > 0 && element('ul', {}, ...points.map((point) => element('li', {}, asSentence(point)))),
  )

function show(...parts: Child[]): void {
  page.replaceChildren(element('div', {}, ...parts))
  page.removeAttribute('aria-busy')
}

const fail = (title: string, message: string): void =>
  show(element('h1', {}, title), paragraph(message), element('p', {}, element('a', { href: '/report' }, 'Try again')))

/** The tables that printing opened: nobody can open one on paper. */
const opened: HTMLDetailsElement[] = []
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll<HTMLDetailsElement>('details:not([open])')) {
    details.open = true
    opened.push(details)
  }
})
addEventListener('afterprint', () => {
  for (const details of opened.splice(0)) details.open = false
})
