import type { Period, LabellingSpending } from '../../services/owner/shown'
import { element } from '../element'
import { count, dateInWords } from '../../shared/words'
import { monthOf } from '../words'
import { dollarsAndCents } from './words'

/** What labelling spent, against its caps. */
export const spendingMeters = (all: readonly LabellingSpending[]): Node[] =>
  all.map(({ what, day, month }) =>
    element(
      'div',
      { class: 'caps' },
      element('h3', {}, what === 'judgements' ? 'Judgements' : 'Dollars'),
      bar(what, `for the posts of ${dateInWords(day.of)}`, day),
      bar(what, `for the posts of ${monthOf(month.of)}`, month),
    ),
  )

function bar(what: LabellingSpending['what'], of: string, { spent, cap }: Period): HTMLElement {
  const shown = what === 'judgements' ? count : dollarsAndCents
  const words = `${shown(spent)} of ${shown(cap)}`
  return element(
    'div',
    { class: 'progress' },
    element('progress', { max: String(cap || 1), value: String(spent), 'aria-label': `${words} ${of}` }),
    element('p', {}, `${words} `, element('span', { class: 'quiet' }, of)),
  )
}
