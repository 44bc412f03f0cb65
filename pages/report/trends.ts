import type { ReportOverview } from '../../services/report/overview'
import type { Basis } from '../../shared/statistics/difference'
import { element } from '../element'
import { paragraph, section } from './section'
import { endOfAxis } from './axis'
import { figure } from './figure'
import { collection, forest, type Group, lookOf, type Point, type Series, sharesOverTime } from './plots'
import { type Cell, type CsvColumn, numberColumns, shareCells, textColumns } from './csv'
import { isStopped } from './notices'
import { isolated } from '../../shared/words'
import { shortDate } from '../words'
import { percent, type Span } from '../../shared/share-sentence'
import { addDays, answerOfDay, daysFrom, drawnLabels, fileName, labelsOf } from './words'

interface Choice {
  basis: Basis
  span: Span
}

/** Up to so many labels share a plot; more labels have a plot each. */
const TOGETHER = 3

/** As many days as a page is sent. */
const MOST_DAYS = 60

const SHARE_COLUMNS: CsvColumn[] = [
  ...textColumns('date', 'hashtag', 'stream', 'label'),
  ...numberColumns('share', 'low', 'high', 'labels', 'posts'),
  ...textColumns('state'),
]
/** The cells under `SHARE_COLUMNS`. */
function shareRow(
  { hashtag, stream }: Pick<ReportOverview['streams'][number], 'hashtag' | 'stream'>,
  day: ReportOverview['days'][number],
  name: string,
  { basis, span }: Choice,
): Cell[] {
  const answer = answerOfDay(day, span, basis)
  const share = answer.shares.find(({ label }) => label === name)
  return [day.date, hashtag, stream, name, ...shareCells(share), answer.labels, day[span].posts, answer.state]
}
const sayShare = (cell: Cell, column: number): string =>
  cell === null ? '–' : typeof cell === 'number' && column < 7 ? `${percent(cell)} %` : String(cell)

/** The shares over time for each stream, by what the reader chooses. */
export function overTime(overview: ReportOverview): HTMLElement {
  if (new Set(overview.days.map(({ date }) => date)).size < 2) {
    return section('trend', 'Over time', paragraph('There is one day so far; lines begin with the second.'))
  }
  const place = element('div', { class: 'figures' })
  const show = (choice: Choice) => place.replaceChildren(...figuresOf(overview, choice))
  const told = (span: Span) => overview.days.some((day) => day[span].byPosts.shares.length > 0)
  const choice: Choice = { basis: 'posts', span: told('week') && !told('day') ? 'week' : 'day' }
  show(choice)
  return section(
    'trend',
    'Over time',
    element(
      'div',
      { class: 'choices' },
      choose(
        'Each point is',
        'span',
        [
          ['day', 'a day'],
          ['week', 'the seven days up to it'],
        ],
        choice.span,
        (span) => show(Object.assign(choice, { span })),
      ),
      choose(
        'Counted by',
        'basis',
        [
          ['posts', 'posts'],
          ['messages', 'distinct messages'],
        ],
        choice.basis,
        (basis) => show(Object.assign(choice, { basis })),
      ),
    ),
    place,
    paragraph(
      'Bands and bars are 95 % intervals. An open mark: the day was collected in part. A gap: no number for that day. Days are UTC.',
      'small',
    ),
  )
}

/** A choice of a few options: radio buttons that look like a switch. */
function choose<V extends string>(
  legend: string,
  name: string,
  options: [V, string][],
  chosen: V,
  changed: (value: V) => void,
): HTMLElement {
  const labels = options.map(([value, text]) => {
    const input = element('input', { type: 'radio', name, value, checked: value === chosen })
    input.addEventListener('change', () => changed(value))
    return element('label', {}, input, element('span', {}, text))
  })
  return element('fieldset', { class: 'choice' }, element('legend', {}, legend), ...labels)
}

function figuresOf(overview: ReportOverview, { basis, span }: Choice): HTMLElement[] {
  const labels = labelsOf(overview)
  const top = endOfAxis(overview.days.flatMap((day) => answerOfDay(day, span, basis).shares.map(({ high }) => high)))
  return overview.streams.flatMap(({ topic, hashtag, stream }) => {
    const days = overview.days.filter((day) => day.topic === topic)
    const [first, last] = [days[0]?.date, days.at(-1)?.date]
    if (!first || !last) return []
    const dates = daysFrom(first, last)
    const byDate = new Map(days.map((day) => [day.date, day]))
    const series = labels.map((label, i): Series => ({
      label,
      look: lookOf(i),
      points: dates.map((date): Point | undefined => {
        const found = byDate.get(date)
        const share = found && answerOfDay(found, span, basis).shares.find((one) => one.label === label)
        return share && { date, ...share, whole: found.complete }
      }),
    }))
    const told = series.filter(({ points }) => points.some((point) => point !== undefined))
    if (told.length === 0) return [nothing(topic, span)]
    const groups = told.length <= TOGETHER ? [told] : told.map((one) => [one])
    return groups.map((group) => {
      const names = group.map(({ label }) => label)
      const rows = days.flatMap((day) => names.map((name) => shareRow({ hashtag, stream }, day, name, { basis, span })))
      const heading =
        groups.length === 1 ? `#${isolated(topic)}` : `#${isolated(topic)}: ${names.map(isolated).join(', ')}`
      const counted = `${basis === 'posts' ? 'by posts' : 'by messages'}, ${span === 'day' ? 'day by day' : 'seven days up to each'}`
      return figure(
        `${heading} ${counted}`,
        `Shares of ${names.map(isolated).join(', ')} in #${isolated(topic)}, ${shortDate(first)} to ${shortDate(last)}, with 95 % intervals.`,
        (width) => sharesOverTime(width, dates, group, top),
        {
          name: `bellwether-${fileName({ topic })}-${span}-by-${basis}`,
          caption: `${heading} ${counted}`,
          columns: SHARE_COLUMNS,
          rows,
          say: sayShare,
        },
      )
    })
  })
}

const nothing = (topic: string, span: Span): HTMLElement =>
  element(
    'figure',
    {},
    element('figcaption', {}, `#${isolated(topic)}`),
    paragraph(
      span === 'day'
        ? 'No single day has enough labels for a number yet. Seven days may.'
        : 'There are not enough labels for a number yet.',
      'no-number',
    ),
  )

/** The streams side by side, on the newest seven days of each. They are never added up. */
export function compared(overview: ReportOverview): HTMLElement | null {
  const { days } = overview
  const labels = labelsOf(overview)
  const streams = overview.streams.filter(({ watched }) => watched)
  if (streams.length < 2) return null
  const hasNetworks = new Set(streams.map(({ hashtag }) => hashtag)).size < streams.length
  const newest = new Map(days.map((day) => [day.topic, day]))
  const sharesOf = (topic: string) => newest.get(topic)?.week.byPosts.shares ?? []
  const { drawn, rest } = drawnLabels(
    labels.filter((name) => streams.some(({ topic }) => sharesOf(topic).some(({ label }) => label === name))),
  )
  const told: Group[] = drawn.map((name) => ({
    heading: name,
    rows: streams.flatMap(({ topic }, at) => {
      const share = sharesOf(topic).find(({ label }) => label === name)
      const look = { ...lookOf(labels.indexOf(name)), symbol: lookOf(at).symbol }
      return share ? [{ ...share, name: `#${topic}`, look }] : []
    }),
  }))
  if (told.length === 0) return null
  const single = streams
    .flatMap(({ topic }) => newest.get(topic) ?? [])
    .every(({ day, week }) => week.posts === day.posts)
  const rows = labels.flatMap((name) =>
    streams.flatMap((one): Cell[][] => {
      const day = newest.get(one.topic)
      return day ? [shareRow(one, day, name, { basis: 'posts', span: 'week' })] : []
    }),
  )
  return section(
    'compare',
    hasNetworks ? 'Networks compared' : 'Hashtags compared',
    figure(
      `${single ? 'The newest day' : 'The newest seven days'}, by posts`,
      `${rest === undefined ? 'Each label’s share' : `The share of ${drawn.join(', ')}`} ${hasNetworks ? 'on each network' : 'in each hashtag'} over ${single ? 'the day' : 'seven days'}, with 95 % intervals.`,
      (width) => forest(width, told, { top: endOfAxis(told.flatMap((group) => group.rows.map(({ high }) => high))) }),
      { name: 'bellwether-hashtags', caption: 'hashtags compared', columns: SHARE_COLUMNS, rows, say: sayShare },
      paragraph(
        `${rest === undefined ? '' : `${rest} `}Where two intervals overlap, the difference may be chance.${hasNetworks ? ' Networks have different people and rules, so their shares are never added up.' : ''}`,
        'small',
      ),
    ),
  )
}

/** How much of each day was collected, so that nobody takes a gap for silence. */
export function coverage({ days, now, streams, incomplete }: ReportOverview): HTMLElement | null {
  const [first, newest] = [days[0]?.date, days.at(-1)?.date]
  if (!first || !newest) return null
  const last = isStopped({ days, now }) ? addDays(now.slice(0, 10), -1) : newest
  const dates = daysFrom(first, last).slice(-MOST_DAYS)
  const found = new Map(days.map((day) => [`${day.date} ${day.topic}`, day]))
  const why = new Map(incomplete.map((one) => [`${one.date} ${one.topic}`, one.words]))
  const watched = streams.filter((one) => one.watched)
  const cells = watched.flatMap(({ topic, hashtag, stream }) =>
    dates.map((date) => {
      const day = found.get(`${date} ${topic}`)
      return {
        topic,
        hashtag,
        stream,
        date,
        share: day?.day.collected,
        posts: day?.day.posts,
        complete: day?.complete,
        words: why.get(`${date} ${topic}`),
      }
    }),
  )
  const wrong = cells.filter(({ complete, share }) => complete === false || share === undefined)
  const silent = cells.filter(({ posts }) => posts === 0)
  const [earliest] = dates
  const whole =
    earliest !== undefined && earliest !== last
      ? `Every day from ${shortDate(earliest)} to ${shortDate(last)}`
      : `All of ${shortDate(last)}`
  return section(
    'coverage',
    'What was collected',
    paragraph(
      [
        wrong.length === 0
          ? `${whole} was collected.`
          : `${wrong.length} of ${cells.length} days are missing or were collected in part, each ${watched.length > new Set(watched.map(({ hashtag }) => hashtag)).size ? 'network' : 'hashtag'} counted by itself.`,
        silent.length > 0 && `On ${silent.length} of ${cells.length} there were no posts.`,
      ]
        .filter(Boolean)
        .join(' '),
    ),
    figure(
      'Part of each day that was collected',
      'A bar for each day and hashtag: full height where all of the day was collected, empty where there were no posts, a cross where there is no report.',
      (width) => collection(width, dates, cells),
      {
        name: 'bellwether-collected',
        caption: 'what was collected',
        columns: [
          ...textColumns('date', 'hashtag', 'stream'),
          ...numberColumns('collected', 'posts'),
          ...textColumns('remark'),
        ],
        rows: cells.map(({ hashtag, stream, date, share, posts, words }): Cell[] => [
          date,
          hashtag,
          stream,
          share ?? null,
          posts ?? null,
          words ?? (share === undefined ? 'no report of this day' : posts === 0 ? 'no posts' : ''),
        ]),
        say: (cell, column) =>
          column === 3 && typeof cell === 'number' ? `${percent(cell)} %` : cell === null ? '–' : String(cell),
      },
      paragraph(
        'Full bars are whole days, shorter ones were cut off by a cap or have a gap; an empty one is a day without posts, a cross a day without a report.',
        'small',
      ),
    ),
  )
}
