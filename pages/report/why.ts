import type { EvidenceInBrief, MessageInBrief } from '../../services/report/overview'
import { ask } from '../api'
import { element } from '../element'
import { count, dateInWords, many, withVisibleDirections } from '../../shared/words'
import { points } from './change'
import { paragraph } from './section'

type Label = EvidenceInBrief['labels'][number]

/** The evidence for a day's shares, which the page requests after it is drawn. Nothing where there is no evidence. */
export function why(
  { hashtag, stream, date }: { hashtag: string; stream: string; date: string },
  topic: string,
): HTMLElement {
  const place = element('section', { class: 'why', 'aria-label': `Why, #${topic}`, hidden: true })
  const query = new URLSearchParams({ hashtag, ...(stream && { stream }), date })
  void ask<EvidenceInBrief | null>('GET', `/report/evidence?${query}`).then((answer) => {
    const found = answer.ok ? answer.body : null
    if (found) place.replaceChildren(...evidence(found))
    place.hidden = !found
    place.dataset.read = 'yes'
  })
  return place
}

function evidence(found: EvidenceInBrief): HTMLElement[] {
  const { counted, from, date, part, shows, labels } = found
  const told = labels.filter(({ words, messages, moves }) => words.length + messages.length + moves.length > 0)
  const heading = element('h4', {}, 'Why')
  const all = counted.labelled + counted.predicted + counted.other
  const note = paragraph(
    `These words set a label apart from the others by 2.6 standard errors or more, in ${many(all, 'message')} from ${dateInWords(from)} to ${dateInWords(date)}${part < 1 ? ', a random part of all' : ''}. Of these, people labelled ${count(counted.labelled)}, only the model labelled ${count(counted.predicted)}${counted.other > 0 ? `, and ${count(counted.other)} have no label` : ''}. Each message counts once; each word is in at least five messages, by five authors.`,
    'small',
  )
  if (told.length === 0) return [heading, paragraph('No word sets a label apart yet: there are too few messages.')]
  return [heading, ...told.map((label) => ofLabel(label, shows !== 'none')), note]
}

function ofLabel({ label, words, messages, moves }: Label, hasPosts: boolean): HTMLElement {
  const more = words.filter(({ z }) => z > 0)
  const less = words.filter(({ z }) => z < 0)
  return element(
    'div',
    { class: 'label-why' },
    element('h5', {}, element('bdi', {}, label)),
    more.length > 0 && wordsLine('Says more often', more),
    less.length > 0 && wordsLine('Says less often', less),
    more.length + less.length === 0 && paragraph('No word sets it apart.', 'small'),
    hasPosts && messages.length > 0
      ? opens(
          'Which posts',
          'The most repeated messages of the day.',
          messages.map((one) => message(one, many(one.posts, 'post'))),
        )
      : null,
    hasPosts && moves.length > 0
      ? opens(
          'What moved it',
          'The messages whose part of all posts changed most against the seven days before. The estimate corrects the model, so they need not add up to its change.',
          moves.map((one) =>
            message(one, `${many(one.posts, 'post')} after ${one.before}: ${points(one.change)} points`),
          ),
        )
      : null,
  )
}

const wordsLine = (what: string, words: Label['words']): HTMLElement =>
  element(
    'p',
    { class: 'words' },
    `${what}: `,
    ...words.flatMap(({ word, messages }, i) => [
      i > 0 ? ', ' : '',
      element('strong', { title: `in ${many(messages, 'message')}` }, element('bdi', {}, word)),
    ]),
    '.',
  )

const opens = (heading: string, about: string, items: HTMLElement[]): HTMLElement =>
  element(
    'details',
    {},
    element('summary', {}, heading),
    paragraph(about, 'small'),
    element('ol', { class: 'messages' }, ...items),
  )

/** A post is untrusted text: it is never markup, and has a direction and a language of its own. */
function message({ text, language, predicted, link }: MessageInBrief, numbers: string): HTMLElement {
  const lang = /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/i.test(language) ? language : undefined
  return element(
    'li',
    {},
    element('p', { class: 'post', dir: 'auto', lang }, withVisibleDirections(text)),
    element(
      'p',
      { class: 'small' },
      `${numbers}; ${predicted ? 'label predicted by the model' : 'labelled by people'}`,
      link === undefined ? null : '; ',
      link === undefined
        ? null
        : element('a', { href: link, rel: 'noreferrer noopener', target: '_blank' }, 'open the post'),
    ),
  )
}
