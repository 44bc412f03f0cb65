import { element } from '../element'
import { TERMS } from './glossary'
import { facts, section } from './section'

/** What the words of the page mean, for whoever meets them here first. */
export const terms = (): HTMLElement =>
  section(
    'terms',
    'What the words mean',
    element('details', {}, element('summary', {}, 'Post, message, share, interval and others'), facts(TERMS)),
  )
