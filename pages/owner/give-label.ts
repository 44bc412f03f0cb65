import type { CategoryInBrief, Decided } from '../../services/owner/shown'
import { element, listen } from '../element'
import { isolated } from '../../shared/words'
import { api } from './api'

interface About {
  item: string
  /** The label that it has; undefined where it has none. */
  label?: string | null
  categories: readonly CategoryInBrief[]
  /** What the button says. */
  act: string
  say: (text: string) => void
  /** The label was given: `null` where none fits. */
  given: (label: string | null, decided: Decided) => unknown
}

/** The value of "None of these" in the list: the name of a category cannot have this character. */
const NEITHER = '\u0000'

/** What a decision is called. */
export const decisionName = (label: string | null): string => (label === null ? 'none of these' : isolated(label))

/** A form that gives a post a label, or says that none fits. */
export function labelForm({ item, label, categories, act, say, given }: About): HTMLFormElement {
  const id = `label-${item}`
  const before = label === null ? NEITHER : (label ?? '')
  const option = (value: string, name: string) => element('option', { value, selected: value === before }, name)
  const choice = element(
    'select',
    { id },
    label === undefined && option('', 'Leave it out'),
    ...categories.map(({ name }) => option(name, name)),
    option(NEITHER, 'None of these'),
  )
  const apply = element('button', {}, act)
  let stands = before
  apply.disabled = true
  listen(choice, 'change', () => (apply.disabled = choice.value === stands || choice.value === ''))
  const form = element(
    'form',
    { class: 'field' },
    element('label', { for: id, class: 'aside' }, 'Its label'),
    choice,
    apply,
  )
  listen(form, 'submit', async (event) => {
    event.preventDefault()
    const chosen = choice.value
    const decision = chosen === NEITHER ? null : chosen
    apply.disabled = true
    const answer = await api.decide(item, decision)
    if (!answer.ok) {
      apply.disabled = false
      return say(answer.problem.message)
    }
    stands = chosen
    return given(decision, answer.body)
  })
  return form
}
