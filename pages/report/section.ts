import { type Child, element } from '../element'

/** A part of the page with its heading. */
export const section = (id: string, heading: string, ...children: Child[]): HTMLElement =>
  element(
    'section',
    { id, 'aria-labelledby': `${id}-heading` },
    element('h2', { id: `${id}-heading` }, heading),
    ...children,
  )

export const paragraph = (text: Child, className?: string): HTMLElement => element('p', { class: className }, text)
