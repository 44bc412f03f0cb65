import type { Flagged, Overview } from '../../services/owner/shown'
import { flagName } from '../flags'
import { dateInWords, many, withVisibleDirections } from '../words'
import { element, on } from '../element'
import { api } from './api'

interface Surroundings {
  categories: Overview['categories']
  say: (text: string) => void
  decided: () => void
}

/** Posts that annotators flagged in place of giving a label, by what they said of them. */
export function flagged({ categories, say, decided }: Surroundings) {
  const root = element('div', { class: 'flagged' })

  const load = async () => {
    const answer = await api.flags()
    if (!answer.ok) return say(answer.problem.message)
    const { flags, more } = answer.body
    if (flags.length === 0) {
      return root.replaceChildren(
        element('p', { class: 'lead' }, 'Nothing is flagged.'),
        element(
          'p',
          { class: 'quiet' },
          'A post that annotators flag as personal, unreadable or of no label comes here.',
        ),
      )
    }
    const kinds = [...new Set(flags.map(({ flag }) => flag))]
    root.replaceChildren(
      element(
        'p',
        { class: 'quiet' },
        'Flagged posts are left out of shares and training, unless you give them a label.',
      ),
      ...kinds.flatMap((kind) => {
        const posts = flags.filter(({ flag }) => flag === kind)
        return [element('h3', {}, `${flagName(kind)}: ${many(posts.length, 'post')}`), ...posts.map(card)]
      }),
      ...(more > 0 ? [element('p', { class: 'quiet' }, `${many(more, 'older post')} more.`)] : []),
    )
  }

  const card = (one: Flagged): HTMLElement => {
    const id = `flagged-${one.item}`
    const choice = element(
      'select',
      { id },
      element('option', { value: '' }, 'Leave it out'),
      ...categories.map(({ name }) => element('option', { value: name }, name)),
    )
    const apply = element('button', {}, 'Give label')
    apply.disabled = true
    on(choice, 'change', () => (apply.disabled = choice.value === ''))
    const form = element(
      'form',
      { class: 'field' },
      element('label', { for: id, class: 'aside' }, 'Its label'),
      choice,
      apply,
    )
    on(form, 'submit', async (event) => {
      event.preventDefault()
      apply.disabled = true
      const answer = await api.decide(one.item, choice.value)
      say(answer.ok ? `Decided: ${choice.value}.` : answer.problem.message)
      if (!answer.ok) return (apply.disabled = false)
      decided()
      return load()
    })
    const who = one.judgements.map(({ annotator, label, flag }) => `${annotator} (${label ?? flagName(flag ?? '')})`)
    return element(
      'article',
      { class: 'card' },
      element('blockquote', { class: 'post small', dir: 'auto' }, withVisibleDirections(one.text)),
      element('p', { class: 'quiet' }, `Said by ${who.join(', ')}; from ${dateInWords(one.date)}.`),
      form,
      one.flag === 'personal' ? deletion(one.post) : null,
    )
  }
  return { root, load }
}

/** Who may delete a post for good has the command line: a link alone does not reach that far. */
const deletion = (post: string): HTMLElement =>
  element(
    'details',
    {},
    element('summary', {}, 'Delete it everywhere'),
    element('p', { class: 'quiet' }, 'With the rights of whoever deploys the stack:'),
    element('code', {}, `npx sls invoke -f privacy --data '${JSON.stringify({ delete: { posts: [post] } })}'`),
  )
