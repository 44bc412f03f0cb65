import type { Classifier, Scores } from '../../../shared/engines/classifier'
import { type ShownText, textOfShown } from '../../../shared/text'
import { permanentRandom } from '../../../shared/text/cascade'
import { jaccard, type Shingles, shinglesOfShown } from '../../../shared/text/shingles'

/** A cascade that may be bought for training, and the text that would be shown. */
export interface Candidate {
  id: string
  text: ShownText
}

/** Two items of a batch that have so many of their words and pairs of words in common teach one thing. */
const TOO_ALIKE = 0.5
/** Texts are classified so many at a time. */
const AT_ONCE = 1000

/**
 * What the model is least sure of comes first: by the difference of its two greatest probabilities, and among equals by
 * permanent random number (margin sampling; Scheffer 2001). With two classes least confidence and entropy order alike.
 */
export async function byMargin(
  candidates: readonly Candidate[],
  classifier: Pick<Classifier, 'classify'>,
): Promise<Candidate[]> {
  const margins: number[] = []
  for (let from = 0; from < candidates.length; from += AT_ONCE) {
    const texts = candidates.slice(from, from + AT_ONCE).map(({ text }) => textOfShown(text))
    for (const scores of await classifier.classify(texts)) margins.push(marginOf(scores))
  }
  return candidates
    .map((candidate, i) => ({ candidate, margin: margins[i]!, random: permanentRandom(candidate.id) }))
    .sort((a, b) => a.margin - b.margin || a.random - b.random || (a.candidate.id < b.candidate.id ? -1 : 1))
    .map(({ candidate }) => candidate)
}

/** A text without a known word has margin 0. */
function marginOf({ probabilities, basis }: Scores): number {
  if (basis === 'prior') return 0
  const [first = 0, second = 0] = [...probabilities].sort((a, b) => b - a)
  return first - second
}

/** A filter that accepts a text if it is unlike every text that it accepted before. */
export function diversityFilter(): (text: ShownText) => boolean {
  const taken: Shingles[] = []
  return (text) => {
    const shingles = shinglesOfShown(text)
    // Texts of a few words have no shingles to compare.
    if (!shingles) return true
    if (taken.some((other) => jaccard(shingles, other) >= TOO_ALIKE)) return false
    taken.push(shingles)
    return true
  }
}
