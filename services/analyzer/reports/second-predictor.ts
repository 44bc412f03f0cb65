import type { Scored } from '../../../shared/statistics/classifier-errors'
import type { Basis, Sampled } from '../../../shared/statistics/difference'
import { combinationOf, combinedScores, type Opinions } from '../../../shared/statistics/second-predictor'
import { evenly, meansOf, meansWith, type Message, scoredShare, scoresOf, type Tally } from '../facts/tally'

/** A labelled evaluation post, with the answer of a second predictor about it. */
export interface WindowItem {
  item: string
  label: number
  /** Its kept scores; undefined if no model was live when it was first seen. */
  scores: readonly number[] | undefined
  opinion: number | undefined
}

/** The answers of a second predictor. */
export interface SecondEvidence {
  /** For messages of the reported days: the index of a label, by message. */
  answers: Opinions
  window: readonly WindowItem[]
}

/** Posts with the scores that their share is estimated with. */
export interface ScoredSample {
  sample: readonly Sampled[]
  /** Mean scores of all of them. */
  means: Record<Basis, number[]>
  /** Labelled evaluation posts outside of the sample, with these scores. */
  window: readonly Scored[]
  /** Weight of the second predictor's answers: 0 if they do not help. */
  weight: number
  /** Whether most of them have scores of a model, or answers. */
  isKnown: boolean
}

/** If a smaller fraction of the posts or messages has scores, the model is not used: most were first seen before it existed. */
export const LEAST_SCORED = 0.5

/**
 * The scores that a share rests on. The combination of answers and kept scores is estimated from the window without the sample's own
 * messages, and each message is scored alike whether it was drawn or not. Answers about messages that are not kept individually
 * do not count.
 */
export function scoringOf(
  { sample, tally }: { sample: readonly Sampled[]; tally: Tally },
  basis: Basis,
  { window, second }: { window: readonly (Scored & { item: string })[]; second?: SecondEvidence | undefined },
): ScoredSample {
  const own = new Set(sample.map(({ item }) => item))
  const isOther = ({ item }: { item: string }) => !own.has(item)
  const isScored = scoredShare(tally, basis) >= LEAST_SCORED
  const plain: ScoredSample = {
    sample,
    means: { posts: meansOf(tally, 'posts'), messages: meansOf(tally, 'messages') },
    window: window.filter(isOther),
    weight: 0,
    isKnown: isScored,
  }
  const { classes } = tally
  // If the model is not used, the answers are used alone.
  const championScores = (scores: readonly number[] | undefined) => (isScored ? scores : evenly(classes))
  const learnt =
    second &&
    combinationOf(
      second.window.filter(isOther).flatMap(({ label, scores: kept, opinion }) => {
        const scores = championScores(kept)
        return scores ? [{ label, scores, opinion }] : []
      }),
      classes,
      answeredShare(tally, 'messages', second.answers),
    )
  if (!learnt) return plain
  if (!isScored && answeredShare(tally, basis, second.answers) < LEAST_SCORED) return plain

  const { combination, window: combined } = learnt
  const { answers } = second
  const after = (id: string, before: readonly number[]) => combinedScores(before, answers.get(id), combination)
  const meansBy = (by: Basis) =>
    meansWith(
      tally,
      by,
      (id, message: Message) => {
        if (!answers.has(id)) return undefined
        const before = isScored ? scoresOf(message, classes) : evenly(classes)
        return { before, after: after(id, before) }
      },
      isScored ? undefined : evenly(classes),
    )
  return {
    sample: sample.map((one) => {
      const before = isScored ? one.scores : evenly(classes)
      return { ...one, scores: tally.kept.has(one.item) ? after(one.item, before) : before }
    }),
    means: { posts: meansBy('posts'), messages: meansBy('messages') },
    window: combined,
    weight: combination.weight,
    isKnown: true,
  }
}

/** The fraction of the posts, or of the messages, that a second predictor answered, among those kept individually. */
export function answeredShare({ kept }: Tally, basis: Basis, answers: Opinions): number {
  let [answered, all] = [0, 0]
  for (const [id, { posts }] of kept) {
    const count = basis === 'posts' ? posts : 1
    all += count
    if (answers.has(id)) answered += count
  }
  return answered / Math.max(1, all)
}
