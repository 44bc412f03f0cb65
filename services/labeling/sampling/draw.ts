import type { Role } from '../../../shared/records'
import type { CascadeClaim } from '../../../shared/state/cascade-claims'
import { type Drawn, drawBottomK } from '../../../shared/statistics/sampling'
import { permanentRandom } from '../../../shared/text/cascade'
import { type Cascade, type Stratum, stratumKey } from './cascades'

/** Cascades below it are never bought for training, so that an ordinary evaluation draw finds none taken. */
export const TRAINING_FROM = 0.3

/** The evaluation sample of a hashtag's day: those asked now, and those whose label is there or on its way. */
export interface EvaluationDraw extends Stratum {
  target: number
  cascades: number
  posts: number
  members: Drawn[]
}

/**
 * Draw the evaluation sample of each stratum: size-proportional bottom-k by permanent random numbers. The target is
 * shared out evenly among those that have posts, the first of them getting one more where it does not divide.
 */
export function drawEvaluation(
  cascades: ReadonlyMap<string, Cascade>,
  strata: readonly Stratum[],
  target: number,
): EvaluationDraw[] {
  const sorted = [...strata].sort((a, b) => (stratumKey(a) < stratumKey(b) ? -1 : 1))
  const populations = sorted.map((stratum) => ({
    ...stratum,
    units: [...cascades.values()].flatMap(({ id, posts }) => {
      const here = posts.get(stratumKey(stratum))
      return here ? [{ id, size: here.size }] : []
    }),
  }))
  const nonEmpty = populations.filter(({ units }) => units.length > 0)
  return populations.map(({ units, ...stratum }) => {
    const place = nonEmpty.findIndex((other) => stratumKey(other) === stratumKey(stratum))
    const share = place === -1 ? 0 : Math.floor(target / nonEmpty.length) + (place < target % nonEmpty.length ? 1 : 0)
    return {
      ...stratum,
      target: share,
      cascades: units.length,
      posts: units.reduce((sum, { size }) => sum + size, 0),
      members: drawBottomK(units, share),
    }
  })
}

/**
 * The probability with which a cascade was drawn in any of the samples. Each compares the same random number with its
 * own probability, so the union has the greatest of them.
 */
export function inclusionProbabilityOf(id: string, draws: readonly EvaluationDraw[]): number {
  return Math.max(0, ...draws.flatMap(({ members }) => members.filter((member) => member.id === id)).map(probability))
}

const probability = ({ inclusionProbability }: Drawn): number => inclusionProbability

/** Members to be asked: drawn for the first time, or for evaluation before and still without a label. */
export function askedForEvaluation(
  draws: readonly EvaluationDraw[],
  claim: (id: string) => CascadeClaim | undefined,
): string[] {
  const ids = new Set(draws.flatMap(({ members }) => members.map(({ id }) => id)))
  return [...ids].filter((id) => mayBe('evaluation', claim(id))).sort()
}

/** Training candidates, the first to be bought first: by permanent random number, and never a drawn member. */
export function trainingCandidates(ids: Iterable<string>, draws: readonly EvaluationDraw[]): string[] {
  const members = new Set(draws.flatMap((draw) => draw.members.map(({ id }) => id)))
  return [...new Set(ids)]
    .filter((id) => !members.has(id))
    .map((id) => ({ id, random: permanentRandom(id) }))
    .filter(({ random }) => random >= TRAINING_FROM)
    .sort((a, b) => a.random - b.random || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id)
}

/** May the cascade be asked in this role: it has no other, and no label that is there or on its way. */
export const mayBe = (role: Role, claim: CascadeClaim | undefined): boolean =>
  claim === undefined || (claim.role === role && claim.available)
