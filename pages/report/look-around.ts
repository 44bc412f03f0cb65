import type { ReportOverview } from '../../services/report/overview'
import { element } from '../element'
import { addressOfView, type ReportView } from './view'

/** A form that leads to other days and hashtags. The address that it opens can be shared; it asks for a session. */
export function lookAround(overview: ReportOverview, view: ReportView): HTMLElement | null {
  const { reported, streams } = overview
  if (!reported) return null
  const topics = [...new Set(streams.map(({ topic }) => topic))]
  const topic = element(
    'select',
    { name: 'topic' },
    element('option', { value: '' }, 'all'),
    ...topics.map((one) => element('option', { value: one, selected: one === view.topic }, `#${one}`)),
  )
  const dateField = (name: string, value: string | undefined) =>
    element('input', { type: 'date', name, value, min: reported.first, max: reported.last })
  const form = element(
    'form',
    { class: 'look-around', 'aria-label': 'Look at other days and hashtags' },
    labelled('Hashtag', topic),
    labelled('From', dateField('from', view.from)),
    labelled('To', dateField('to', view.to)),
    labelled('Compare the last day with', dateField('against', view.against)),
    element('button', { type: 'submit' }, 'Show'),
    Object.keys(view).length > 0 && element('a', { href: '/report' }, 'Back to the newest'),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const given = new FormData(form)
    const chosen = ['topic', 'from', 'to', 'against'].flatMap((name) => {
      const value = given.get(name)
      return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
    })
    location.assign(addressOfView(Object.fromEntries(chosen)))
  })
  return form
}

const labelled = (words: string, field: HTMLElement): HTMLElement =>
  element('label', {}, element('span', {}, words), field)
