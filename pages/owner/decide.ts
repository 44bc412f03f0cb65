import type { CategoryInBrief, Dispute, Said } from '../../services/owner/shown'
import { dateInWords, many, withVisibleDirections } from '../../shared/words'
import { element, listen } from '../element'
import { api } from './api'
import { flagName } from '../flags'
import { notes } from './flagged'
import { decisionName } from './give-label'

/** A decision within this time after a post appears was meant for the post before it: a double click, a second key. */
const TOO_SOON_MS = 400
/** How long a decision can be undone before it is sent. The next decision and the end of the page send it too. */
const UNDO_MS = 6000

interface Surroundings {
  categories: readonly CategoryInBrief[]
  say: (text: string) => void
  decided: () => void
}

/** The posts that annotators could not agree on, one at a time. The owner's decision is final; hidden checks use it. */
export function decide({ categories, say, decided }: Surroundings) {
  const root = element('div', { class: 'decide' })
  let disputes: Dispute[] = []
  let shownAt = 0
  let pending: { dispute: Dispute; label: string | null; timer: ReturnType<typeof setTimeout> } | undefined
  const undo = element('p', { class: 'row quiet' })

  const undoing = ({ dispute, label, timer }: NonNullable<typeof pending>): Node[] => {
    const button = element('button', { type: 'button', class: 'plain' }, 'Undo')
    listen(button, 'click', () => {
      clearTimeout(timer)
      pending = undefined
      disputes = [dispute, ...disputes]
      show(true)
    })
    return [element('span', {}, `The last one: ${decisionName(label)}.`), button]
  }
  let more = 0

  const show = (focus: boolean) => {
    const [first] = disputes
    if (!first) {
      root.replaceChildren(
        element('p', { class: 'lead', tabindex: '-1' }, 'Nothing to decide.'),
        element('p', { class: 'quiet' }, 'Posts that annotators cannot agree on appear here.'),
      )
    } else root.replaceChildren(card(first))
    root.append(undo)
    undo.replaceChildren(...(pending ? undoing(pending) : []))
    shownAt = performance.now()
    if (focus) root.querySelector<HTMLElement>('[tabindex="-1"]')?.focus()
  }

  const card = (dispute: Dispute): HTMLElement => {
    const buttons = categories.map(({ name, definition }, i) =>
      button(name, i < 9 ? String(i + 1) : '', definition, () => give(dispute, name)),
    )
    const neither = button('None of these', '0', 'It gets no label, and is left out of shares and training.', () =>
      give(dispute, null),
    )
    const later = element('button', { type: 'button', class: 'plain' }, 'Later')
    later.hidden = disputes.length < 2
    listen(later, 'click', () => {
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
      element('blockquote', { class: 'post', dir: 'auto', tabindex: '-1' }, withVisibleDirections(dispute.text)),
      element('ul', { class: 'said' }, ...dispute.judgements.map(saying)),
      ...notes(dispute.judgements),
      element('div', { class: 'choices' }, ...buttons, neither),
      meanings(),
      element(
        'div',
        { class: 'row' },
        element(
          'p',
          { class: 'quiet keys' },
          `Keys 1 to ${Math.min(9, categories.length)} choose; 0 means none of these.`,
        ),
        later,
      ),
    )
    // Only while the focus is on the post, so that a letter typed elsewhere decides nothing.
    listen(made, 'keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      const chosen = /^[1-9]$/.test(event.key)
        ? buttons[Number(event.key) - 1]
        : event.key === '0'
          ? neither
          : undefined
      chosen?.click()
    })
    return made
  }

  /** Opened once, the definitions stay open from post to post. */
  let isExplained = false
  const meanings = () => {
    const made = element(
      'details',
      { open: isExplained, class: 'quiet' },
      element('summary', {}, 'What the labels mean'),
      element(
        'dl',
        {},
        ...categories.flatMap(({ name, definition }) => [element('dt', {}, name), element('dd', {}, definition)]),
      ),
    )
    listen(made, 'toggle', () => (isExplained = made.open))
    return made
  }

  const give = (dispute: Dispute, label: string | null) => {
    if (performance.now() - shownAt < TOO_SOON_MS) return
    void send()
    pending = { dispute, label, timer: setTimeout(() => void send(), UNDO_MS) }
    disputes = disputes.filter(({ item }) => item !== dispute.item)
    show(true)
  }

  /** Send the decision that could be undone until now. */
  const send = async () => {
    if (!pending) return
    const { dispute, label, timer } = pending
    clearTimeout(timer)
    pending = undefined
    undo.replaceChildren()
    const answer = await api.decide(dispute.item, label)
    if (!answer.ok) {
      disputes = [dispute, ...disputes]
      show(true)
      say(answer.problem.message)
      return
    }
    say(`Decided: ${decisionName(label)}.`)
    if (disputes.length === 0 && more > 0) await load()
    decided()
  }
  addEventListener('pagehide', () => void send())

  const load = async () => {
    const answer = await api.disputes()
    if (!answer.ok) return say(answer.problem.message)
    // The one that can be undone is decided already.
    disputes = answer.body.disputes.filter(({ item }) => item !== pending?.dispute.item)
    ;({ more } = answer.body)
    show(false)
  }
  return { root, load }
}

const saying = ({ annotator, label, flag }: Said): HTMLElement =>
  element('li', {}, element('b', {}, annotator), ' said ', element('em', {}, label ?? flagName(flag ?? '')))

function button(name: string, key: string, title: string, act: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', title }, key && element('kbd', { 'aria-hidden': 'true' }, key), name)
  listen(made, 'click', act)
  return made
}
