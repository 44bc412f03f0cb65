import { type Child, element } from '../element'

/** A part of the page with its heading. */
export const section = (id: string, heading: string, ...children: Child[]): HTMLElement =>
  element(
    'section',
    { id, 'aria-labelledby': `${id}-heading` },
    element('h2', { id: `${id}-heading` }, heading),
    ...children,
  )

/** A list of terms, each with its text. */
export const facts = (pairs: readonly (readonly [term: string, text: string])[]): HTMLElement =>
  element(
    'dl',
    { class: 'facts' },
    ...pairs.flatMap(([term, text]) => [element('dt', {}, term), element('dd', {}, text)]),
  )

/** The same, without the terms that have no text. */
export const knownFacts = (pairs: readonly (readonly [term: string, text: string])[]): HTMLElement =>
  facts(pairs.filter(([, text]) => text))

export const paragraph = (text: Child, className?: string): HTMLElement => element('p', { class: className }, text)
