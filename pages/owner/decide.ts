import type { Category, Dispute, Said } from '../../services/owner/shown'
import { dateInWords, many } from '../words'
import { element, on } from '../element'
import { api } from './api'
import { flagName } from '../flags'

/** A decision that comes this soon after a post was shown was meant for the post before: a double click, a second key. */
const TOO_SOON_MS = 400

interface Surroundings {
  categories: readonly Category[]
  say: (text: string) => void
  decided: () => void
}

/** The posts that annotators could not agree on, one at a time. The owner's word is final, and feeds the hidden checks. */
export function decide({ categories, say, decided }: Surroundings) {
  const root = element('div', { class: 'decide' })
  let disputes: Dispute[] = []
  let shownAt = 0
  let more = 0

  const show = (focus: boolean) => {
    const [first] = disputes
    if (!first) {
      root.replaceChildren(
        element('p', { class: 'lead', tabindex: '-1' }, 'Nothing to decide.'),
        element('p', { class: 'quiet' }, 'Where annotators cannot agree on a post, it comes here.'),
      )
    } else root.replaceChildren(card(first))
    shownAt = performance.now()
    if (focus) root.querySelector<HTMLElement>('[tabindex="-1"]')?.focus()
  }

  const card = (dispute: Dispute): HTMLElement => {
    const buttons = categories.map(({ name, definition }, i) =>
      button(name, i < 9 ? String(i + 1) : '', definition, () => void give(dispute, name)),
    )
    const later = element('button', { type: 'button', class: 'plain' }, 'Later')
    later.hidden = disputes.length < 2
    on(later, 'click', () => {
      disputes = [...disputes.slice(1), dispute]
      show(true)
    })
    const made = element(
      'div',
      { class: 'card', role: 'group', 'aria-label': 'A post to decide' },
      element(
        'p',
        { class: 'quiet' },
        `${many(disputes.length + more, 'post')} to decide · from ${dateInWords(dispute.date)}`,
      ),
      element('blockquote', { class: 'post', tabindex: '-1' }, dispute.text),
      element('ul', { class: 'said' }, ...dispute.judgements.map(saying)),
      element('div', { class: 'choices' }, ...buttons),
      element(
        'div',
        { class: 'row' },
        element(
          'p',
          { class: 'quiet keys' },
          `Keys 1 ${categories.length === 2 ? 'and' : 'to'} ${Math.min(9, categories.length)} choose.`,
        ),
        later,
      ),
    )
    // Only while the focus is on the post, so that a letter typed elsewhere decides nothing.
    on(made, 'keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      const chosen = /^[1-9]$/.test(event.key) ? buttons[Number(event.key) - 1] : undefined
      chosen?.click()
    })
    return made
  }

  const give = async (dispute: Dispute, label: string) => {
    if (performance.now() - shownAt < TOO_SOON_MS) return
    for (const one of root.querySelectorAll('button')) one.disabled = true
    const answer = await api.decide(dispute.item, label)
    if (!answer.ok) {
      show(true)
      say(answer.problem.message)
      return
    }
    disputes = disputes.filter(({ item }) => item !== dispute.item)
    show(true)
    say(`Decided: ${label}.`)
    if (disputes.length === 0 && more > 0) await load()
    decided()
  }

  const load = async () => {
    const answer = await api.disputes()
    if (!answer.ok) return say(answer.problem.message)
    ;({ disputes, more } = answer.body)
    show(false)
  }
  return { root, load }
}

const saying = ({ annotator, label, flag }: Said): HTMLElement =>
  element('li', {}, element('b', {}, annotator), ' said ', element('em', {}, label ?? flagName(flag ?? '')))

function button(name: string, key: string, title: string, act: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', title }, key && element('kbd', { 'aria-hidden': 'true' }, key), name)
  on(made, 'click', act)
  return made
}
