import type { OpenBatchInBrief, OwnerOverview, SettledBatchInBrief } from '../../services/owner/shown'
import { count, many } from '../../shared/words'
import { element, listen } from '../element'
import { api } from './api'
import { confirm } from './confirm'
import { timeInWords, dollarsAndCents } from './words'

interface Surroundings {
  say: (text: string) => void
  closing: (batch: string) => void
}

/** The open batches, and the settled ones. */
export function batches({ open, settled, counts }: OwnerOverview, surroundings: Surroundings): Node[] {
  return [
    ...(open.length > 0
      ? open.map((one) => openCard(one, surroundings))
      : [
          element('p', { class: 'lead' }, 'No batch is open.'),
          element('p', { class: 'quiet' }, 'The next one starts when the posts of a day are collected.'),
        ]),
    ...(settled.length > 0 ? [table(settled, counts.settled)] : []),
    ...(counts.labels > 0 ? [element('p', { class: 'quiet' }, `${sum(counts)} `, exported())] : []),
  ]
}

/** What was asked in a batch, and why, as a file. */
const planLink = (batch: string): HTMLElement =>
  element(
    'a',
    { href: `/desk/owner/plan?batch=${batch}`, download: '' },
    'Plan',
    element('span', { class: 'aside' }, ` of ${batch}`),
  )

/** All labels as a file. */
const exported = (): HTMLElement => element('a', { href: '/desk/owner/labels.csv', download: '' }, 'All labels as CSV')

const sum = ({ labels, corrections, imports }: OwnerOverview['counts']): string =>
  `${many(labels, 'message')} labelled in all` +
  (corrections > 0 ? `, ${many(corrections, 'decision')} of the owner` : '') +
  (imports > 0 ? `, ${many(imports, 'file')} taken in` : '') +
  '.'

function openCard(one: OpenBatchInBrief, { say, closing }: Surroundings): HTMLElement {
  const { batch, items, complete, deadline, labellerTitle, judgements, costUsd } = one
  const title = `batch-${batch}`
  const close = element('button', { type: 'button', id: `close-${batch}` }, 'Close early')
  listen(close, 'click', () =>
    confirm(questionOf(one), async () => {
      close.disabled = true
      const answer = await api.close(batch)
      if (answer.ok) {
        say(`Batch ${batch} is being settled.`)
        closing(batch)
      } else {
        close.disabled = false
        say(answer.problem.message)
      }
    }),
  )
  return element(
    'article',
    { class: 'card', 'aria-labelledby': title },
    element('div', { class: 'row' }, element('h3', { id: title }, batch), planLink(batch), close),
    complete === null
      ? element('p', {}, `${many(items, 'post')} at ${labellerTitle}.`)
      : element(
          'div',
          { class: 'progress' },
          element('progress', { max: String(items), value: String(complete), 'aria-labelledby': title }),
          element('p', {}, `${complete} of ${many(items, 'post')} complete`),
        ),
    element(
      'p',
      { class: 'quiet' },
      `At least ${many(judgements, 'judgement')}${costUsd > 0 ? `, at most ${dollarsAndCents(costUsd)}` : ''}. ` +
        `Answers given by ${timeInWords(deadline)} are used; a later batch asks about the other posts.`,
    ),
  )
}

/** What is asked before a batch is closed. */
function questionOf({ batch, items, complete, labellerTitle }: OpenBatchInBrief) {
  const open = items - (complete ?? 0)
  const waiting = `${many(open, 'post')} still ${open === 1 ? 'waits' : 'wait'} for answers.`
  return {
    title: `Close batch ${batch} now?`,
    text:
      complete === null
        ? `The job at ${labellerTitle} is stopped.`
        : open === 0
          ? 'Every post has its answers.'
          : `${waiting} Answers that are there are used; a later batch asks for the rest.`,
    keep: 'Keep it open',
    act: 'Close it',
  }
}

function table(settled: readonly SettledBatchInBrief[], all: number): HTMLElement {
  const rows = settled.map(({ batch, items, labelled, judgements, costUsd }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, batch),
      element('td', {}, `${labelled} of ${items}`),
      element('td', {}, count(judgements)),
      element('td', {}, dollarsAndCents(costUsd)),
      element('td', {}, planLink(batch)),
    ),
  )
  return element(
    'table',
    {},
    element('caption', {}, all > settled.length ? `Settled: the latest ${settled.length} of ${all}` : 'Settled'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...['Batch', 'Labelled', 'Judgements', 'Cost', 'Plan'].map((name) => element('th', { scope: 'col' }, name)),
      ),
    ),
    element('tbody', {}, ...rows),
  )
}
