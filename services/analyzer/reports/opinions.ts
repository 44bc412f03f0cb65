import { agreementIn, agreementOfPeople, confusedIn, type SecondOpinions } from '../../../shared/second-opinions'
import type { SecondPredictorRecord, StretchRecord } from '../../../shared/records'
import type { JudgementErrors } from '../../../shared/statistics/judgement-errors'
import type { WindowItem } from './second-predictor'
import { wholePercent } from './words'

/** Who the second predictor is, what it did that day, and how far people agree with it, by the labelled posts of the window. */
export function secondPredictorOf(
  { predictor, labels: answers, asked }: SecondOpinions,
  window: readonly WindowItem[],
  errors: Pick<JudgementErrors, 'source' | 'items' | 'differing'>,
  labels: readonly string[],
): Omit<SecondPredictorRecord, 'words'> {
  return {
    ...predictor,
    messages: asked?.messages ?? answers.size,
    answered: asked?.answered ?? answers.size,
    abstained: { ...asked?.abstained },
    costUsd: asked?.costUsd ?? 0,
    stopped: asked?.stopped?.why ?? null,
    window: window.filter(({ opinion }) => opinion !== undefined).length,
    agreement: agreementIn(window),
    people: agreementOfPeople(errors),
    confused: confusedIn(window, labels),
  }
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
  `${wholePercent(share)} in a hundred (95 % interval ${wholePercent(low)} to ${wholePercent(high)})`
const points = ({ low, high }: { low: number; high: number }): string => (100 * (high - low)).toFixed(1)
