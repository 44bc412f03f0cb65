import type { Flagged, OwnerOverview, Said, ShownLabel } from '../../services/owner/shown'
import { flagName } from '../flags'
import { dateInWords, many, withVisibleDirections } from '../../shared/words'
import { element } from '../element'
import { asSentence } from '../words'
import { api } from './api'
import { decisionName, labelForm } from './give-label'
import { deletionOf } from './words'

interface Surroundings {
  categories: OwnerOverview['categories']
  say: (text: string) => void
  decided: () => void
}

/** Posts that annotators flagged in place of giving a label, by what they said of them. */
export function flagged({ categories, say, decided }: Surroundings) {
  const root = element('div', { class: 'flagged' })

  const load = async () => {
    const answer = await api.flags()
    if (!answer.ok) return say(answer.problem.message)
    const { flags, more, noted } = answer.body
    if (flags.length + noted.length === 0) {
      return root.replaceChildren(
        element('p', { class: 'lead' }, 'Nothing is flagged.'),
        element(
          'p',
          { class: 'quiet' },
          'Posts that annotators flag appear here, and posts that they write a note about.',
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
        return [element('h3', {}, asSentence(`${flagName(kind)}: ${many(posts.length, 'post')}`)), ...posts.map(card)]
      }),
      ...(more > 0 ? [element('p', { class: 'quiet' }, `${many(more, 'older post')} more.`)] : []),
      ...(noted.length > 0
        ? [element('h3', {}, `With a label and a note: ${many(noted.length, 'post')}`), ...noted.map(notedCard)]
        : []),
    )
  }

  const card = (one: Flagged): HTMLElement => {
    const given = (label: string | null) => {
      say(`Decided: ${decisionName(label)}.`)
      decided()
      return load()
    }
    const form = labelForm({ item: one.item, categories, act: 'Decide', say, given })
    const who = one.judgements.map(({ annotator, label, flag }) => `${annotator} (${label ?? flagName(flag ?? '')})`)
    return element(
      'article',
      { class: 'card' },
      element('blockquote', { class: 'post small', dir: 'auto' }, withVisibleDirections(one.text)),
      element('p', { class: 'quiet' }, `Said by ${who.join(', ')}; from ${dateInWords(one.date)}.`),
      ...notes(one.judgements),
      form,
      one.flag === 'personal' ? deletion(one.post) : null,
    )
  }
  const notedCard = (one: ShownLabel): HTMLElement =>
    element(
      'article',
      { class: 'card' },
      element('blockquote', { class: 'post small', dir: 'auto' }, withVisibleDirections(one.text)),
      element('p', { class: 'quiet' }, `${decisionName(one.label)}${one.adjudicated ? ', decided by the owner' : ''}.`),
      ...notes(one.judgements),
      labelForm({
        item: one.item,
        label: one.label,
        categories,
        act: 'Correct',
        say,
        given: () => (decided(), load()),
      }),
    )
  return { root, load }
}

/** What annotators wrote to the owner. */
export const notes = (judgements: readonly Said[]): Node[] =>
  judgements.flatMap(({ annotator, note }) =>
    note === null
      ? []
      : [
          element(
            'p',
            { class: 'note' },
            `${annotator} writes: `,
            element('q', { dir: 'auto' }, withVisibleDirections(note)),
          ),
        ],
  )

/** The command that deletes a post for good. A link alone gives nobody that right. */
const deletion = (post: string): HTMLElement =>
  element(
    'details',
    {},
    element('summary', {}, 'Delete it everywhere'),
    element('p', { class: 'quiet' }, 'Run this with the rights of the person who deploys the stack:'),
    element('code', {}, deletionOf(post)),
  )
