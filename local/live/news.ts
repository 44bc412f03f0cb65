import {
  budgetReached,
  labelingStarted,
  labelsMeasured,
  labelsUnreliable,
  modelPromoted,
  modelRejected,
  postsCollected,
  shareReported,
  trainingFailed,
  type DetailOf,
  type PublishedEvent,
} from '../../events'
import { streamInWords } from '../../shared/streams'
import { counted } from '../check/words'
import type { BusEvent } from '../../packages/embedded-aws/src/service'

type Sentence = (event: BusEvent) => string | undefined

/** An event's meaning for the person at the terminal. */
const sentence =
  <E extends PublishedEvent>(definition: E, words: (detail: DetailOf<E>) => string | undefined): Sentence =>
  ({ 'detail-type': name, detail }) => {
    const parsed = name === definition.name ? definition.detail.safeParse(detail) : undefined
    // The schema is that of E, which the compiler cannot see through the generic.
    return parsed?.success ? words(parsed.data as DetailOf<E>) : undefined
  }

const SENTENCES: readonly Sentence[] = [
  sentence(
    postsCollected,
    ({ hashtag, stream, date, posts, complete }) =>
      `${streamInWords({ hashtag, stream })}, ${date}: ${counted(posts, 'post')} collected${complete ? '' : '; a part of the day is missing'}.`,
  ),
  sentence(
    labelingStarted,
    ({ batch, items }) => `${counted(items, 'post')} of ${batch} ${items === 1 ? 'waits' : 'wait'} at the desk.`,
  ),
  sentence(
    labelsMeasured,
    ({ batch, labelled }) => `${counted(labelled, 'label')} of ${batch} ${verb(labelled)} counted.`,
  ),
  sentence(shareReported, ({ hashtag, stream, date, state, words }) =>
    state === 'reported' ? `${streamInWords({ hashtag, stream })}, ${date}: ${words}` : undefined,
  ),
  sentence(
    modelPromoted,
    ({ macroF1 }) => `A model went live${macroF1 === null ? '' : `: macro-F1 ${macroF1.toFixed(2)}`}.`,
  ),
  sentence(modelRejected, ({ reasons }) => `A model was trained and not promoted: ${reasons.join('; ')}.`),
  sentence(trainingFailed, ({ engine, reason, remedy }) => `Training of ${engine} failed: ${reason}; ${remedy}.`),
  sentence(labelsUnreliable, ({ reasons }) => `The labels are unreliable: ${reasons.join('; ')}.`),
  sentence(
    budgetReached,
    ({ cap, limit, period }) => `${cap} is reached: ${limit} in ${period}. Raise it in bellwether.yml, or wait.`,
  ),
]

const verb = (n: number): string => (n === 1 ? 'is' : 'are')

/** Sentences that are remembered. */
const REMEMBERED = 200

/** Events in sentences, each once: an event may arrive twice. */
export function makeNews(): Sentence {
  const said = new Set<string>()
  return (event) => {
    const words = SENTENCES.map((one) => one(event)).find((found) => found !== undefined)
    if (words === undefined || said.has(words)) return undefined
    said.add(words)
    for (const oldest of said) {
      if (said.size <= REMEMBERED) break
      said.delete(oldest)
    }
    return words
  }
}
