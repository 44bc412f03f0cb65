import type { CategoryInBrief, Decided, ShownLabel, Touched } from '../../services/owner/shown'
import { dateInWords, many, withVisibleDirections } from '../../shared/words'
import { element, listen } from '../element'
import { api } from './api'
import { decisionName, labelForm } from './give-label'
import { timeInWords } from './words'

interface Surroundings {
  categories: readonly CategoryInBrief[]
  say: (text: string) => void
  changed: () => void
}

/** A form that finds a labelled post by its words and corrects its label, and the list of past decisions. */
export function correction(surroundings: Surroundings): HTMLElement {
  const words = element('input', { id: 'words', type: 'search', required: true, maxlength: '200', autocomplete: 'off' })
  const results = element('div', { class: 'results' })
  const form = element(
    'form',
    { role: 'search' },
    element('label', { for: 'words' }, 'Words of the post'),
    element('div', { class: 'field' }, words, element('button', {}, 'Find')),
  )
  listen(form, 'submit', async (event) => {
    event.preventDefault()
    const answer = await api.find(words.value)
    if (!answer.ok) return surroundings.say(answer.problem.message)
    const { found, more } = answer.body
    results.replaceChildren(
      ...found.map((one) => result(one, surroundings)),
      ...(more > 0 ? [element('p', { class: 'quiet' }, `${many(more, 'more post')}: add a word to find fewer.`)] : []),
    )
    surroundings.say(
      found.length === 0 ? 'No labelled post has these words.' : `${many(found.length + more, 'post')} found.`,
    )
  })
  return element('div', {}, form, results, decisions(surroundings))
}

/** The owner's past decisions, each of which can be changed. */
function decisions(surroundings: Surroundings): HTMLElement {
  const list = element('div', { class: 'results' })
  const made = element('details', {}, element('summary', {}, 'Past decisions'), list)
  listen(made, 'toggle', async () => {
    if (!made.open) return
    const answer = await api.decisions()
    if (!answer.ok) return surroundings.say(answer.problem.message)
    const { found, more } = answer.body
    list.replaceChildren(
      ...found.map((one) => result(one, surroundings)),
      ...(found.length === 0 ? [element('p', { class: 'quiet' }, 'You have decided nothing yet.')] : []),
      ...(more > 0
        ? [
            element(
              'p',
              { class: 'quiet' },
              `${many(more, 'older decision')}: find them above by the words of their posts.`,
            ),
          ]
        : []),
    )
  })
  return made
}

function result(one: ShownLabel, { categories, say, changed }: Surroundings): HTMLElement {
  const touched = element('div', { class: 'touched' })
  const about = element('p', { class: 'quiet' }, aboutOf(one))
  const given = (label: string | null, { touched: found }: Decided) => {
    about.textContent = `${decisionName(label)}, decided just now.`
    touched.replaceChildren(...consequences(found))
    say(label === null ? 'Corrected: it has no label from now on.' : `Corrected: ${label}. The next dataset has it.`)
    changed()
  }
  const form = labelForm({ item: one.item, label: one.label, categories, act: 'Correct', say, given })
  return element(
    'article',
    { class: 'card' },
    element('blockquote', { class: 'post small', dir: 'auto' }, withVisibleDirections(one.text)),
    about,
    form,
    touched,
  )
}

function aboutOf({ label, at, adjudicated, judgements, role, batch }: ShownLabel): string {
  const who = adjudicated
    ? 'decided by the owner'
    : judgements.length > 0
      ? `said by ${judgements.map((one) => `${one.annotator} (${one.label ?? ''})`).join(', ')}`
      : `from ${batch}`
  return `${decisionName(label)}, ${who}, ${timeInWords(at)}; for ${role}.`
}

/** The models and reports that used the wrong label. */
function consequences({ models, reports }: Touched): Node[] {
  if (models.length === 0 && reports.length === 0) {
    return [element('p', { class: 'quiet' }, 'No model and no report had the wrong label.')]
  }
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0
      ? []
      : [element('h4', {}, title), element('ul', {}, ...lines.map((line) => element('li', {}, line)))]
  return [
    element('p', {}, 'The next dataset has the right label. The wrong one touched:'),
    ...list(
      many(models.length, 'model'),
      models.map(({ job, verdict, live }) => `${job} (${live ? 'live' : verdict})`),
    ),
    ...list(
      many(reports.length, 'report'),
      reports.map(
        ({ hashtag, stream, date, through }) =>
          `#${hashtag}${stream === undefined ? '' : ` on ${stream}`}, ${dateInWords(date)} (${through === 'label' ? 'counted the label' : 'classified by such a model'})`,
      ),
    ),
  ]
}
