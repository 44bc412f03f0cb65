import type { BatchInBrief, ReportOverview, CapSpending } from '../../services/report/overview'
import { element } from '../element'
import { paragraph, section } from './section'
import { behind } from './table'
import { type Cell, numberColumns, textColumns } from './csv'
import { count, instantInWords, many } from '../../shared/words'
import { asSentence, monthOf, shortDate } from '../words'
import { percent } from '../../shared/share-sentence'
import { checksOf, dollarsInWords, itemsInWords } from './words'

const STATUS: Record<BatchInBrief['status'], string> = {
  ok: 'People agree well enough about them.',
  unreliable: 'People disagree too often for them to be relied on.',
  unmeasured: 'Too few posts were judged by two people to tell how far they agree.',
}

const FAILED: Record<string, string> = {
  disputed: 'people disagreed',
  unanswered: 'nobody answered in time',
  flagged: 'people said that no label fits',
}

/** Whether the labels can be trusted, and what became of each batch. */
export function labellingSection({ batches }: ReportOverview): HTMLElement {
  const [latest] = batches
  if (!latest) return section('labels', 'Labels', paragraph('No batch has been settled yet.'))
  const { status, reasons } = latest
  return section(
    'labels',
    'Labels',
    element('p', { class: `status ${status}` }, element('strong', {}, `${SIGN[status]} ${status}. `), STATUS[status]),
    reasons.length > 0 && element('ul', {}, ...reasons.map((reason) => element('li', {}, asSentence(reason)))),
    paragraph(itemsInWords(batches), 'small'),
    paragraph(
      '“Wrong” in the table is how often one person’s label is wrong, by the posts that two people judged so far or by hidden checks.',
      'small',
    ),
    behind({
      name: 'bellwether-batches',
      caption: 'labelling batches',
      columns: [
        ...textColumns('batch'),
        ...numberColumns('items', 'labelled', 'checks', 'judgements', 'people', 'USD', 'wrong'),
        ...textColumns('status', 'without a label'),
      ],
      rows: batches.map(
        ({ batch, items, labelled, judgements, annotators, costUsd, wrong, status: of, failed }): Cell[] => [
          batch,
          items,
          labelled,
          checksOf({ items, labelled, failed }),
          judgements,
          annotators,
          costUsd,
          wrong,
          of,
          Object.entries(failed)
            .map(([reason, of_]) => `${of_} ${FAILED[reason] ?? reason}`)
            .join(', '),
        ],
      ),
      say: (cell, column) =>
        cell === null
          ? '–'
          : typeof cell === 'number'
            ? column === 6
              ? dollarsInWords(cell)
              : column === 7
                ? `${percent(cell)} %`
                : count(cell)
            : column === 0
              ? // A batch has the day of its posts as its name: as a command takes it.
                element('span', {}, cell)
              : cell,
    }),
  )
}

const SIGN = { ok: '✓', unreliable: '✗', unmeasured: '?' }

const KINDS: Record<CapSpending['kind'], string> = {
  posts: 'Posts read',
  collectUsd: 'Dollars for posts',
  judgements: 'Judgements',
  labelUsd: 'Dollars for labels',
}

/** What was spent on a day and in its month, against the caps. */
export function spendingSection({ spending: all }: ReportOverview): HTMLElement {
  const say = (kind: CapSpending['kind'], value: number) =>
    kind.endsWith('Usd') ? dollarsInWords(value) : count(value)
  const meters = all.flatMap(({ kind, source, of, day, month, perDay, perMonth }) =>
    (
      [
        [ofLabels(kind) ? `posts of ${shortDate(of)}` : shortDate(of), day, perDay],
        [monthOf(of), month, perMonth],
      ] as const
    ).map(([when, used, cap]) => {
      const text = `${say(kind, used)} of ${say(kind, cap)}`
      const name = `${KINDS[kind]}${source ? ` from ${source}` : ''}, ${when}`
      const bar = element('meter', {
        min: '0',
        max: String(cap || 1),
        high: String(0.8 * (cap || 1)),
        value: String(cap === 0 ? 0 : used),
        'aria-label': `${name}: ${text}`,
      })
      return element(
        'li',
        {},
        element('span', { class: 'what' }, name),
        bar,
        element('span', { class: 'amount' }, `${text}${cap > 0 && used >= cap ? ' (reached)' : ''}`),
      )
    }),
  )
  return section(
    'spending',
    'Spent, against the caps',
    paragraph(
      'Days are UTC. Posts read are all that a source sent on that day, with those that came twice or were refused; an answer above counts each post once, on the day it was published. Judgements count on the day of their posts; while a batch is open, as if all were given.',
      'small',
    ),
    element('ul', { class: 'meters' }, ...meters),
  )
}

const ofLabels = (kind: CapSpending['kind']): boolean => kind === 'judgements' || kind === 'labelUsd'

/** What waits for a person. */
export function waiting({ waiting: all, batches, now }: ReportOverview): HTMLElement {
  const [latest] = batches
  const open = all.map(({ batch, deadline, items, answered }) => {
    const left =
      items === null || answered === null
        ? 'posts wait for labels'
        : `${many(items - answered, 'post waits', 'posts wait')} for labels, ${answered} of ${items} are done`
    const hours = Math.round((Date.parse(deadline) - Date.parse(now)) / 3_600_000)
    const until =
      hours < 0
        ? 'its deadline has passed'
        : `until ${instantInWords(deadline)} (${hours === 0 ? 'within the hour' : `in ${many(hours, 'hour')}`})`
    return `Batch ${batch}: ${left}; ${until}.`
  })
  const disputed = latest?.failed.disputed ?? 0
  const points = [
    ...open,
    ...(disputed > 0
      ? [
          `Batch ${latest?.batch} left ${many(disputed, 'post')} without a label, because people disagreed: the owner may decide.`,
        ]
      : []),
    ...(latest?.status === 'unreliable'
      ? ['The definitions of the labels should be looked at: people disagree about them.']
      : []),
  ]
  return section(
    'waiting',
    'Waiting for a person',
    points.length === 0 ? paragraph('Nothing.') : element('ul', {}, ...points.map((point) => element('li', {}, point))),
  )
}
