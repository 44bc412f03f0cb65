import type { Annotator, OwnerOverview } from '../../services/owner/shown'
import { count, many } from '../../shared/words'
import { element, listen } from '../element'
import { api, type InvitedRole } from './api'
import { confirm } from './confirm'
import { timeInWords, reliability } from './words'

interface Surroundings {
  say: (text: string) => void
  changed: () => void
}

/** The annotators, with how much and how reliably they answer; and the others who have a link. */
export function people(overview: OwnerOverview, surroundings: Surroundings): Node[] {
  return [...annotators(overview, surroundings), ...others(overview, surroundings)]
}

/** The consequence of ending a link, for the confirmation. */
const ENDING: Record<InvitedRole, string> = {
  annotator: 'The link and the open desk stop working at once. Answers that were given stay.',
  reader: 'The link and the open report stop working at once.',
  owner: '',
}

function endButton(role: InvitedRole, name: string, until: string, { say, changed }: Surroundings): HTMLElement {
  const made = element(
    'button',
    { type: 'button', class: 'plain', id: `end-${role}-${name}`, title: `Valid until ${timeInWords(until)}` },
    'End link',
    element('span', { class: 'aside' }, ` of ${name}`),
  )
  const question = { title: `End the link of ${name}?`, text: ENDING[role], keep: 'Keep it', act: 'End it' }
  listen(made, 'click', () =>
    confirm(question, async () => {
      made.disabled = true
      const answer = await api.endLink(role, name)
      const closed = answer.ok && answer.body.closing.length > 0
      const also = closed ? ' Nobody who is left can answer more of the open batch, so it is being settled.' : ''
      say(answer.ok ? `The link of ${name} has ended.${also}` : answer.problem.message)
      changed()
    }),
  )
  return made
}

/** Readers and owners. */
function others({ people: all }: OwnerOverview, surroundings: Surroundings): Node[] {
  const rows = all.flatMap(({ name, role, until }) =>
    role === 'annotator'
      ? []
      : [
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, name),
            element('td', {}, role === 'reader' ? 'reader of the report' : 'owner'),
            element('td', {}, timeInWords(until)),
            element('td', {}, role === 'reader' ? endButton(role, name, until, surroundings) : ''),
          ),
        ],
  )
  if (rows.length === 0) return []
  return [table('Readers and owners', ['Name', 'Role', 'Until', 'Link'], rows)]
}

function table(caption: string, columns: readonly string[], rows: readonly Node[]): HTMLElement {
  return element(
    'table',
    {},
    element('caption', { class: 'aside' }, caption),
    element('thead', {}, element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, ...rows),
  )
}

function annotators({ annotators: all }: OwnerOverview, surroundings: Surroundings): Node[] {
  if (all.length === 0) {
    return [
      element('p', { class: 'lead' }, 'Nobody is invited.'),
      element('p', { class: 'quiet' }, 'Make a link for each person who labels. You may be the only one.'),
    ]
  }
  const rows = all.map((one) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, one.name),
      element('td', {}, count(one.judgements + one.open)),
      element('td', {}, reliability(one)),
      element(
        'td',
        {},
        one.invitedUntil === null ? 'no link' : endButton('annotator', one.name, one.invitedUntil, surroundings),
      ),
    ),
  )
  return [
    table('Annotators', ['Name', 'Answers', 'Reliable', 'Link'], rows),
    element(
      'p',
      { class: 'quiet' },
      'Reliable: how often the annotator finds the label that the others gave, as a mean over the labels, on posts that others judged too; ' +
        'with a 95 % interval, put together from Wilson’s of each label.',
    ),
    element('ul', { class: 'quiet checks' }, ...all.flatMap(checks).map((check) => element('li', {}, check))),
  ]
}

/** An annotator's results on hidden checks. */
const checks = ({ name, gold, repeats }: Annotator): string[] => [
  ...(gold.items > 0 ? [`${name} had ${gold.right} of ${many(gold.items, 'hidden check')} right.`] : []),
  ...(repeats.items > 0 ? [`${name} said the same again of ${repeats.same} of ${many(repeats.items, 'post')}.`] : []),
]

const ROLES: readonly [[InvitedRole, string, string], ...[InvitedRole, string, string][]] = [
  ['annotator', 'who labels', 'answers as'],
  ['reader', 'who reads the report', 'reads as'],
  ['owner', 'another owner', 'is owner as'],
]

/** A form that makes a link for one person. */
export function invitationForm({ say, changed }: Surroundings): HTMLElement {
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
  const role = element(
    'select',
    { id: 'invite-role', 'aria-label': 'What the link is for' },
    ...ROLES.map(([value, words]) => element('option', { value }, words)),
  )
  const made = element('div', { class: 'link' })
  const form = element(
    'form',
    {},
    element('label', { for: 'invite-name' }, 'Make a link for'),
    element('div', { class: 'field' }, name, role, element('button', {}, 'Make link')),
    element(
      'p',
      { class: 'quiet', id: 'invite-hint' },
      'A name has only letters from a to z, digits and -. The link holds for two weeks.',
    ),
    made,
  )
  listen(form, 'submit', async (event) => {
    event.preventDefault()
    const [chosen, , does] = ROLES.find(([value]) => value === role.value) ?? ROLES[0]
    const answer = await api.invite(chosen, name.value)
    if (!answer.ok) return say(answer.problem.message)
    const link = element('input', { readonly: true, value: answer.body.url, 'aria-label': `Link for ${name.value}` })
    const copy = element('button', { type: 'button' }, 'Copy')
    listen(copy, 'click', async () => {
      await navigator.clipboard.writeText(link.value)
      say('Copied.')
    })
    made.replaceChildren(element('div', { class: 'field' }, link, copy))
    link.focus()
    link.select()
    say(
      `A link for ${name.value}, valid until ${timeInWords(answer.body.expires)}. Whoever has it ${does} ${name.value}. Earlier links of ${name.value} stay valid until they expire or are ended.`,
    )
    changed()
  })
  return form
}
