import { element } from '../element'
import { TERMS } from './glossary'
import { facts, section } from './section'

/** The terms of the page with their definitions. */
export const terms = (): HTMLElement =>
  section(
    'terms',
    'What the words mean',
    element('details', {}, element('summary', {}, 'Post, message, share, interval and others'), facts(TERMS)),
  )
