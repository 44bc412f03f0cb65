import type { SecondOpinions } from '../../shared/second-opinions'
import type { StreamNames } from '../../shared/streams'
import type { SecondPredictorRecord, StretchRecord } from '../../shared/records'
import type { JudgementErrors } from '../../shared/statistics/judgement-errors'
import { wilson } from '../../shared/statistics/wilson'
import type { WindowItem } from './second-predictor'
import { percent } from './words'

/** Reads the opinions about a day of a stream, by all its names; nothing where the predictor was not asked about it. */
export type ReadOpinions = (names: StreamNames, date: string) => Promise<SecondOpinions | undefined>

/** Of the pairs of labels that it takes for each other so many are named. */
const MOST_CONFUSED = 3
/** Fewer posts that two people judged say too little of how far people agree. */
const LEAST_PAIRS = 30

/** Who the second predictor is, what it did that day, and how far people agree with it, by the labelled posts of the window. */
export function secondPredictorOf(
  { predictor, labels: answers, asked }: SecondOpinions,
  window: readonly WindowItem[],
  { source, items: pairs, differing }: Pick<JudgementErrors, 'source' | 'items' | 'differing'>,
  labels: readonly string[],
): Omit<SecondPredictorRecord, 'words'> {
  const answered = window.filter(({ opinion }) => opinion !== undefined)
  const agreeing = answered.filter(({ label, opinion }) => label === opinion).length
  return {
    ...predictor,
    messages: asked?.messages ?? answers.size,
    answered: asked?.answered ?? answers.size,
    abstained: { ...asked?.abstained },
    costUsd: asked?.costUsd ?? 0,
    stopped: asked?.stopped?.why ?? null,
    window: answered.length,
    agreement: agreementOf(agreeing, answered.length),
    people: source === 'pairs' && pairs >= LEAST_PAIRS ? agreementOf(pairs - differing, pairs) : null,
    confused: confusedIn(answered, labels),
  }
}

function agreementOf(agreeing: number, items: number): SecondPredictorRecord['agreement'] {
  if (items === 0) return null
  const share = agreeing / items
  return { items, share, ...wilson(share, items) }
}

function confusedIn(answered: readonly WindowItem[], labels: readonly string[]): SecondPredictorRecord['confused'] {
  const pairs = labels.flatMap((label, truth) => {
    const own = answered.filter((one) => one.label === truth)
    return labels.flatMap((said, place) => {
      const items = own.filter(({ opinion }) => opinion === place).length
      return place === truth || items === 0 ? [] : [{ label, said, items, of: own.length }]
    })
  })
  return pairs.sort((a, b) => b.items - a.items || a.of - b.of).slice(0, MOST_CONFUSED)
}

/** The language model in sentences: who it is, what it answered, how far people agree with it, and what that is worth. */
export function opinionsInWords(
  found: Omit<SecondPredictorRecord, 'words'>,
  { byPosts: { secondPredictor, shares } }: Pick<StretchRecord, 'byPosts'>,
): string {
  const { model, answered, messages, costUsd, agreement, people, confused, stopped } = found
  const sentences = [`${model} answered ${answered} of ${messages} messages for $${costUsd.toFixed(2)}.`]
  if (stopped !== null) sentences.push(`Not all were asked about: ${stopped}.`)
  if (agreement) {
    const said = `Of ${agreement.items} posts that people labelled, it says the same in ${inWords(agreement)}`
    sentences.push(people ? `${said}; two people agree in ${inWords(people)}.` : `${said}.`)
  }
  const [worst] = confused
  if (worst) sentences.push(`Most often it says ${worst.said} where people said ${worst.label} (${worst.items} of ${worst.of}).`) // prettier-ignore
  sentences.push(worthOf(secondPredictor, shares))
  return sentences.join(' ')
}

function worthOf(
  found: StretchRecord['byPosts']['secondPredictor'],
  shares: StretchRecord['byPosts']['shares'],
): string {
  if (!found) return 'There is no headline that its answers could count in.'
  if (!found.without) return 'Its answers do not count: too few labelled posts have one, or they do not help.'
  const first = shares.reduce((most, one) => (one.high - one.low > most.high - most.low ? one : most))
  const before = found.without.shares.find(({ label }) => label === first.label) ?? first
  return `With its answers the 95 % interval of ${first.label} is ${points(first)} points wide, without them ${points(before)}.`
}

const inWords = ({ share, low, high }: { share: number; low: number; high: number }): string =>
  `${percent(share)} in a hundred (95 % interval ${percent(low)} to ${percent(high)})`
const points = ({ low, high }: { low: number; high: number }): string => (100 * (high - low)).toFixed(1)
