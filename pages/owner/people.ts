import type { Annotator, Overview } from '../../services/owner/shown'
import { count, many } from '../words'
import { element, on } from '../element'
import { api } from './api'
import { instant } from './words'

interface Surroundings {
  say: (text: string) => void
  changed: () => void
}

/** Who answers, how much and how reliably. */
export function annotators({ annotators: all }: Overview, { say, changed }: Surroundings): Node[] {
  if (all.length === 0) {
    return [
      element('p', { class: 'lead' }, 'Nobody is invited.'),
      element('p', { class: 'quiet' }, 'Make a link for each person who labels. You may be the only one.'),
    ]
  }
  const end = ({ name, invitedUntil }: Annotator) => {
    if (invitedUntil === null) return 'no link'
    const made = element(
      'button',
      { type: 'button', class: 'plain', id: `end-${name}`, title: `Valid until ${instant(invitedUntil)}` },
      'End link',
      element('span', { class: 'aside' }, ` of ${name}`),
    )
    on(made, 'click', async () => {
      made.disabled = true
      const answer = await api.revoke(name)
      say(answer.ok ? `The link of ${name} has ended.` : answer.problem.message)
      changed()
    })
    return made
  }
  const rows = all.map((one) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, one.name),
      element('td', {}, count(one.judgements + one.open)),
      element('td', {}, one.reliability === null ? 'not known' : `${Math.round(100 * one.reliability)} %`),
      element('td', {}, end(one)),
    ),
  )
  return [
    element(
      'table',
      {},
      element('caption', { class: 'aside' }, 'Annotators'),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, 'Name'),
          element('th', { scope: 'col' }, 'Answers'),
          element(
            'th',
            { scope: 'col', title: 'How often their answer is the one that counts, as far as is known' },
            'Reliable',
          ),
          element('th', { scope: 'col' }, 'Link'),
        ),
      ),
      element('tbody', {}, ...rows),
    ),
    element(
      'p',
      { class: 'quiet' },
      'Reliable: how often a label is recognised, measured where others judged the same post.',
    ),
    element('ul', { class: 'quiet checks' }, ...all.flatMap(checks).map((check) => element('li', {}, check))),
  ]
}

/** What hidden checks say of an annotator. */
const checks = ({ name, gold, repeats }: Annotator): string[] => [
  ...(gold.items > 0 ? [`${name} had ${gold.right} of ${many(gold.items, 'hidden check')} right.`] : []),
  ...(repeats.items > 0 ? [`${name} said the same again of ${repeats.same} of ${many(repeats.items, 'post')}.`] : []),
]

/** A form that makes a link for one person. */
export function invitation({ say, changed }: Surroundings): HTMLElement {
  const name = element('input', {
    id: 'invite-name',
    name: 'name',
    required: true,
    maxlength: '32',
    pattern: '[a-z0-9\\-]+',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-describedby': 'invite-hint',
  })
  const made = element('div', { class: 'link' })
  const form = element(
    'form',
    {},
    element('label', { for: 'invite-name' }, 'Make a link for an annotator'),
    element('div', { class: 'field' }, name, element('button', {}, 'Make link')),
    element('p', { class: 'quiet', id: 'invite-hint' }, 'A name of a-z, 0-9 and -. It holds for two weeks.'),
    made,
  )
  on(form, 'submit', async (event) => {
    event.preventDefault()
    const answer = await api.invite(name.value)
    if (!answer.ok) return say(answer.problem.message)
    const link = element('input', { readonly: true, value: answer.body.url, 'aria-label': `Link for ${name.value}` })
    const copy = element('button', { type: 'button' }, 'Copy')
    on(copy, 'click', async () => {
      await navigator.clipboard.writeText(link.value)
      say('Copied.')
    })
    made.replaceChildren(element('div', { class: 'field' }, link, copy))
    link.focus()
    link.select()
    say(
      `A link for ${name.value}, valid until ${instant(answer.body.expires)}. Whoever has it answers as ${name.value}.`,
    )
    changed()
  })
  return form
}
