import type { AgreementInBrief, QualityAlpha } from '../../services/owner/shown'
import { many } from '../../shared/words'
import { element } from '../element'
import { agreementScale } from './words'
import { asSentence } from '../words'

const VERDICTS: Record<AgreementInBrief['status'], [title: string, text: string]> = {
  ok: ['Yes.', 'People are seldom wrong, so shares can be estimated and models can learn.'],
  unreliable: [
    'No.',
    'People are wrong too often, so no share is estimated. No model learns unless labelling.acceptUnreliable is set.',
  ],
  unmeasured: ['Not known yet.', 'Until then models learn from the labels and are called provisional.'],
}

/** Whether the labels can be trusted, and by how much. */
export function trust(agreement: AgreementInBrief | null): Node[] {
  if (!agreement) {
    return [
      element('p', { class: 'lead' }, element('strong', {}, 'Not known yet. '), 'No batch is settled.'),
      element('p', { class: 'quiet' }, 'Once two people have answered the same posts, their agreement stands here.'),
    ]
  }
  const { status, reasons, alpha, selfAgreement } = agreement
  const [title, text] = VERDICTS[status]
  return [
    element('p', { class: `lead ${status}` }, element('strong', {}, `${title} `), text),
    ...figure(alpha, (items) => `from ${items} that two people answered`, 'Agreement'),
    ...(selfAgreement
      ? figure(selfAgreement, (items) => `from ${items} that came back`, 'Agreement with oneself')
      : []),
    // Where all is well, the reason is the figure.
    ...(status === 'ok' ? [] : [element('ul', {}, ...reasons.map((reason) => element('li', {}, asSentence(reason))))]),
  ]
}

function figure({ value, low, high, items }: QualityAlpha, from: (posts: string) => string, what: string): Node[] {
  if (value === null || low === null || high === null) return []
  const words =
    `${what} beyond chance: ${value.toFixed(2)}, 95 % interval ${low.toFixed(2)} to ${high.toFixed(2)}, ` +
    `${from(many(items, 'post'))}. 1: they always agree; 0: no more often than by chance.`
  return [scale(value, low, high), element('p', {}, words)]
}

/** The scale of an agreement with the interval on it. The words beside it say the same. */
function scale(value: number, low: number, high: number): Element {
  const { width, from, placeOf } = agreementScale(value, low)
  const x = (of: number): string => String(placeOf(of))
  const drawn = svg('svg', { viewBox: `0 0 ${width} 34`, class: 'scale', 'aria-hidden': 'true' })
  drawn.append(
    svg('line', { x1: x(from), x2: x(1), y1: '12', y2: '12', class: 'axis' }),
    svg('line', { x1: x(low), x2: x(high), y1: '12', y2: '12', class: 'interval' }),
    svg('circle', { cx: x(value), cy: '12', r: '6', class: 'value' }),
    ...(from < 0 ? [label(x(from), '−1', 'start'), label(x(0), '0', 'middle')] : [label(x(0), '0', 'start')]),
    label(x(1), '1', 'end'),
  )
  return drawn
}

function label(x: string, text: string, anchor: string): Element {
  const made = svg('text', { x, y: '33', 'text-anchor': anchor })
  made.textContent = text
  return made
}

function svg(name: string, attributes: Record<string, string>): Element {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  return made
}
