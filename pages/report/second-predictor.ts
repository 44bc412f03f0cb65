import type { ReportOverview } from '../../services/report/overview'
import type { AgreementRecord, CardRecord, ConfusionRecord, SecondPredictorRecord } from '../../shared/records'
import { type Child, element } from '../element'
import { count, isolated, many } from '../../shared/words'
import { knownFacts, section } from './section'
import { percent } from '../../shared/share-sentence'
import { dollarsInWords } from './words'

/** What a language model adds to an answer, and how far people agree with it. Nothing where there is none. */
export function secondPredictor({ secondPredictor: found, day }: ReportOverview['latest'][number]): HTMLElement | null {
  if (!found) return null
  const { model, answered, messages, costUsd, stopped } = found
  const asked = `${count(answered)} of ${many(messages, 'message')}, for ${dollarsInWords(costUsd)}`
  return element(
    'details',
    { class: 'second-predictor' },
    element('summary', {}, 'What the language model adds'),
    knownFacts([
      ['Model', model],
      ['Answered', `${asked}${abstainedIn(found)}${stopped === null ? '' : `. Not all were asked about: ${stopped}`}`],
      ['Interval', widths(day.byPosts)],
      ...agreements(found),
    ]),
  )
}

/** The language model of the configuration, on the labels that a model is judged by. Nothing where there is none. */
export function secondPredictorOfCard({ secondPredictor: found }: CardRecord): Child {
  if (!found) return null
  const { model, items, answered, widthRatio, cost } = found
  const paid = `${dollarsInWords(cost.usd)} for ${many(cost.messages, 'message')} on the days of these labels`
  return section(
    'language-model',
    'The language model beside it',
    knownFacts([
      ['Model', model],
      ['Answered', `${count(answered)} of ${many(items, 'evaluation label')}`],
      [
        'Interval',
        widthRatio === null
          ? 'its answers do not count: too few labelled posts have one, or they do not help'
          : `about ${percent(widthRatio)} % as wide with its answers beside this model as without them`,
      ],
      ...agreements(found),
      ['Cost', cost.millionUsd === null ? '' : `${paid}; ${dollarsInWords(cost.millionUsd)} a million`],
    ]),
  )
}

/** How far people agree with it and with each other, and what it confuses. */
function agreements({
  agreement,
  people,
  confused,
}: {
  agreement: AgreementRecord | null
  people: AgreementRecord | null
  confused: readonly ConfusionRecord[]
}): [string, string][] {
  return [
    [
      'Agrees with people',
      agreement ? `${inWords(agreement)}, on ${many(agreement.items, 'labelled post')}` : 'not measured yet',
    ],
    ['People with each other', people ? `${inWords(people)}, on ${many(people.items, 'post')} that two judged` : ''],
    [
      'Confuses',
      confused
        .map(({ label, said, items, of }) => `${isolated(label)} with ${isolated(said)} (${items} of ${of})`)
        .join(', '),
    ],
  ]
}

function abstainedIn({ abstained }: SecondPredictorRecord): string {
  const reasons = Object.entries(abstained).map(([reason, items]) => `${reason} ${count(items)}`)
  return reasons.length > 0 ? `; no answer: ${reasons.join(', ')}` : ''
}

/** How wide the intervals are with its answers and without them. */
function widths({ secondPredictor: found, shares }: ReportOverview['latest'][number]['day']['byPosts']): string {
  if (!found) return ''
  const { without, weight } = found
  if (!without) return 'its answers do not count: too few labelled posts have one, or they do not help'
  const pairs = shares.flatMap((share) => {
    const before = without.shares.find(({ label }) => label === share.label)
    return before ? [`${isolated(share.label)} ${points(share)} points wide, without it ${points(before)}`] : []
  })
  return `${pairs.join('; ')}. Its answers count with a weight of ${percent(weight)} %`
}

const inWords = ({ share, low, high }: { share: number; low: number; high: number }): string =>
  `in ${percent(share)} of a hundred (${percent(low)} to ${percent(high)})`
const points = ({ low, high }: { low: number; high: number }): string => (100 * (high - low)).toFixed(1)
