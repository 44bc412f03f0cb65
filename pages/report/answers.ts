import type { ReportOverview } from '../../services/report/overview'
import type { AnswerRecord } from '../../shared/records'
import { element } from '../element'
import { changeInWords, changesBetween } from './change'
import type { ReportView } from './view'
import { why } from './why'
import { knownFacts, paragraph, section } from './section'
import { endOfAxis } from './axis'
import { figure } from './figure'
import { forest, type Group, lookOf } from './plots'
import { type Cell, numberColumns, shareCells, textColumns } from './csv'
import { secondPredictor } from './second-predictor'
import { dateInWords, isolated, many } from '../../shared/words'
import { withDatesInWords } from '../words'
import { percent, quotable, type Span } from '../../shared/share-sentence'
import { addDays, answerOfDay, drawnLabels, fileName, labelsOf, wrongInWords } from './words'

type Report = ReportOverview['latest'][number]

/** The newest answer about each stream: a sentence to quote, the numbers, and how they came about. */
export function answers(overview: ReportOverview, stopped: boolean, { against: day }: ReportView): HTMLElement {
  const { latest, streams } = overview
  const order = new Map(streams.map(({ topic }, i) => [topic, i]))
  const sorted = [...latest].sort((a, b) => (order.get(a.topic) ?? 99) - (order.get(b.topic) ?? 99))
  const labels = labelsOf(overview)
  // One scale for all cards: they are looked at side by side.
  const all = latest.flatMap((report) =>
    rowsOf(report).flatMap(({ span, basis }) => answerOfDay(report, span, basis).shares),
  )
  const top = endOfAxis(all.map(({ high }) => high))
  const cards = sorted.map((report) => {
    const before = overview.days.filter(({ topic, date }) => topic === report.topic && date < report.date)
    const against = overview.against.find(({ topic }) => topic === report.topic)
    return answerCard(report, before, changed(report, against, day), labels, top)
  })
  return section(
    'answer',
    stopped ? 'The last answer' : 'The answer',
    element('div', { class: 'cards' }, ...cards),
    element(
      'p',
      { class: 'small' },
      'A 95 % interval holds the true share in 95 of 100 days. Counted by posts, a message counts as often as it was posted; counted by messages, once. ',
      element('a', { href: '#terms' }, 'What the words mean'),
    ),
  )
}

function answerCard(
  report: Report,
  before: ReportOverview['days'],
  change: HTMLElement | null,
  labels: readonly string[],
  top: number,
): HTMLElement {
  const { topic, date, day, week, complete, collection } = report
  const sentence = sentenceOf(report, 'day')
  const weekly = isLonger(report) ? sentenceOf(report, 'week') : undefined
  return element(
    'article',
    { class: 'card' },
    element('h3', {}, element('bdi', {}, `#${topic}`)),
    ...(sentence ? [quote(sentence)] : [withheld(date, day.byPosts), lastGood(day.byPosts, before)]),
    !complete && paragraph(`Not all of that day was collected. ${together(collection.words)}`, 'caution'),
    weekly
      ? quote(weekly, week.days < 7 ? `Of these, ${many(week.days, 'day')} had posts.` : undefined)
      : day.byPosts.state === 'reported' || !isLonger(report)
        ? null
        : withheldWeek(week.byPosts),
    change,
    numbers(report, labels, top),
    why(report, topic),
    how(report),
    secondPredictor(report),
  )
}

const sentenceOf = (report: Report | ReportOverview['days'][number], span: Span): string | undefined => {
  const { topic, date, model, labels } = report
  const { posts, byPosts: answer } = report[span]
  return quotable({ topic, date, span, posts, answer, model, errors: labels.errors })
}

/**
 * A newest day without a number does not hide the last one that had one. Where labels have turned out to be unreliable, no earlier
 * number stands in: it rests on labels of the same people.
 */
function lastGood({ state }: Pick<AnswerRecord, 'state'>, before: ReportOverview['days']): HTMLElement | null {
  if (state === 'labels-unreliable') return null
  const sentences = before.toReversed().map((day) => sentenceOf(day, 'day'))
  const sentence = sentences.find((one) => one !== undefined)
  return sentence === undefined ? null : quote(sentence, 'The last day with a number.')
}

/** The change of the seven days against the seven before; or of the day against the day that the reader chose. */
function changed(
  { date, day, week }: Report,
  against: ReportOverview['against'][number] | undefined,
  asked: string | undefined,
): HTMLElement | null {
  const hasNumber = week.byPosts.shares.length > 0
  if (!against) {
    const missing = asked ?? addDays(date, -7)
    return asked !== undefined || hasNumber
      ? whatChanged(`not known, since ${dateInWords(missing)} has no report.`)
      : null
  }
  const other = dateInWords(against.date)
  const [now, before, than] =
    asked === undefined ? [week, against.week, `the seven days to ${other}`] : [day, against.day, other]
  const sentence = changeInWords(changesBetween(now.byPosts.shares, before.byPosts.shares), than)
  if (sentence !== undefined) return whatChanged(together(sentence))
  if (asked !== undefined) return whatChanged(`not known, since ${other} or ${dateInWords(date)} has no number.`)
  return hasNumber ? whatChanged(`not known, since ${than} have no number.`) : null
}

const whatChanged = (sentence: string): HTMLElement =>
  element('p', { class: 'change' }, element('strong', {}, 'What changed: '), sentence)

/** A sentence with a button that copies it. */
function quote(sentence: string, note?: string): HTMLElement {
  const button = element('button', { type: 'button', class: 'copy' }, 'Copy')
  button.addEventListener('click', () => {
    const say = (words: string) => {
      button.textContent = words
      document.getElementById('said')?.replaceChildren(words)
    }
    void navigator.clipboard.writeText(sentence).then(
      () => say('Copied'),
      () => say('Not copied: select it by hand'),
    )
  })
  return element(
    'div',
    { class: 'quote' },
    element('blockquote', {}, sentence),
    note && paragraph(note, 'small'),
    button,
  )
}

const withheld = (date: string, { state, words }: AnswerRecord): HTMLElement =>
  element(
    'div',
    { class: 'no-number' },
    paragraph(`${dateInWords(date)}: ${STATES[state]}`, 'lead'),
    words ? paragraph(together(words)) : null,
  )

const withheldWeek = ({ words }: AnswerRecord): HTMLElement | null =>
  words ? element('p', {}, element('strong', {}, 'Seven days: '), together(words)) : null

/** No line break between a number and its sign. */
const together = (words: string): string => withDatesInWords(words).replaceAll(' %', '\u00a0%')

const STATES: Record<AnswerRecord['state'], string> = {
  reported: 'reported',
  'not-enough-labels': 'no number yet',
  'no-posts': 'no posts',
  withheld: 'no number',
  'labels-unreliable': 'no share, since people disagree too often',
}

const ROWS = [
  { span: 'day', basis: 'posts', name: 'day, posts' },
  { span: 'day', basis: 'messages', name: 'day, messages' },
  { span: 'week', basis: 'posts', name: 'week, posts' },
  { span: 'week', basis: 'messages', name: 'week, messages' },
] as const

/** Whether the seven days have posts of other days than the last; on the first day they have none. */
const isLonger = ({ day, week }: Report): boolean => week.posts > day.posts

const rowsOf = (report: Report) => ROWS.filter(({ span }) => span === 'day' || isLonger(report))

function numbers(report: Report, labels: readonly string[], top: number): HTMLElement | null {
  const lines = rowsOf(report)
  const told = labels.filter((label) =>
    lines.some(({ span, basis }) => shareOf(answerOfDay(report, span, basis), label)),
  )
  if (told.length === 0) return null
  const { drawn, rest } = drawnLabels(told)
  const groups: Group[] = drawn.map((label) => ({
    heading: label,
    rows: lines.flatMap(({ span, basis, name }) => {
      const share = shareOf(answerOfDay(report, span, basis), label)
      const look = {
        ...lookOf(labels.indexOf(label)),
        symbol: span === 'day' ? ('circle' as const) : ('square' as const),
      }
      return share ? [{ ...share, name, look, open: basis === 'messages' }] : []
    }),
  }))
  const rows = lines.flatMap(({ span, basis }) =>
    labels.map((label): Cell[] => {
      const answer = answerOfDay(report, span, basis)
      const share = shareOf(answer, label)
      const { from, to } = report[span]
      return [report.hashtag, report.stream, from, to, basis, label, ...shareCells(share), answer.labels, answer.state]
    }),
  )
  return figure(
    isLonger(report) ? 'The day, and the week that ends with it' : 'The day, by posts and by messages',
    `Shares of #${isolated(report.topic)} with their 95 % intervals; the table below has the numbers of all labels.`,
    (width) => forest(width, groups, { top }),
    {
      name: `bellwether-${fileName(report)}-${report.date}`,
      caption: `shares of #${isolated(report.topic)}`,
      columns: [
        ...textColumns('hashtag', 'stream', 'from', 'to', 'counted by', 'label'),
        ...numberColumns('share', 'low', 'high', 'labels'),
        ...textColumns('state'),
      ],
      rows,
      say: (cell, column) =>
        cell === null ? '–' : typeof cell === 'number' && column < 9 ? `${percent(cell)} %` : String(cell),
    },
    rest !== undefined && paragraph(rest, 'small'),
  )
}

const shareOf = (answer: AnswerRecord, label: string) => answer.shares.find((share) => share.label === label)

/** What the numbers rest on: method, labels, and the other estimates beside them. */
function how(report: Report): HTMLElement {
  const { day, week, model, labels, collection } = report
  const { byPosts } = day
  const counted = byPosts.state !== 'no-posts'
  const found: [string, string][] = [
    ['In words', counted ? together(byPosts.words) : ''],
    ['Method', counted ? together(byPosts.method) : ''],
    [
      'Posts',
      `${many(day.posts, 'post')} in ${many(day.messages, 'message')}${isLonger(report) ? `; ${many(week.posts, 'post')} in ${many(week.messages, 'message')} in seven days (${dateInWords(addDays(report.date, -6))} to ${dateInWords(report.date)})` : ''}`,
    ],
    [
      'Labels',
      `${byPosts.labels} of the ${many(byPosts.sampled, 'message')} that were drawn at random that day${isLonger(report) ? `; ${week.byPosts.labels} in seven days` : ''}`,
    ],
    ['Flagged', byPosts.flagged ? `${many(byPosts.flagged, 'drawn message')} fit no label and are left out` : ''],
    ['Wrong labels', counted ? (wrongInWords(labels.errors) ?? '') : ''],
    ['Collected', together(collection.words) || `${percent(day.collected)} % of the day`],
    [
      'Model',
      !counted
        ? ''
        : model
          ? `${model}, with a weight of ${percent(byPosts.modelWeight)} %`
          : 'none yet: the labels alone',
    ],
    [
      'Label definitions',
      `version ${labels.version}${labels.latest ? `, last label given on ${dateInWords(labels.latest)}` : ''}`,
    ],
    ['Second estimate', counted ? said(byPosts.pacc.words, byPosts.pacc.shares) : ''],
    ['Both together', counted ? said(byPosts.tight.words, byPosts.tight.shares) : ''],
  ]
  return element('details', {}, element('summary', {}, 'How this came about'), knownFacts(found))
}

const said = (words: string, shares: AnswerRecord['shares']): string =>
  [
    words,
    shares
      .map(({ label, share, low, high }) => `${isolated(label)} ${percent(share)} % (${percent(low)}–${percent(high)})`)
      .join(', '),
  ]
    .filter(Boolean)
    .join(' ')
