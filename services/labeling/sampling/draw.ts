import type { Role } from '../../../shared/records'
import type { CascadeClaim } from '../../../shared/state/cascade-claims'
import {
  evaluationRandom,
  greatest,
  isOpenToTraining,
  joint,
  type Member,
  type Parts,
  rateOf,
  trainingRandom,
} from '../../../shared/statistics/design'
import { drawBottomK, inclusionProbabilities } from '../../../shared/statistics/sampling'
import { type Cascade, type Stratum, stratumKey } from './cascades'
import { sum } from '../../../shared/statistics/numbers'
import { streamNameOf } from '../../../shared/streams'
import { zip } from '../../../shared/zip'

/** The draws of a stream's day. The samples of both are in the plan, and a share rests on them. */
export interface Draw extends Stratum {
  /** Of the evaluation draw. */
  target: number
  cascades: number
  posts: number
  training: { target: number; measure: number }
  /** What the evaluation draw and the training draw took, each in its order; then what has had its role before. */
  members: Member[]
  /** The probabilities of every cascade of the stream's day. */
  parts: ReadonlyMap<string, Parts>
}

/** A stream's day after the evaluation draw. */
interface EvaluationDraw extends Stratum {
  target: number
  /** Its cascades by id, with their posts on the day. */
  sizes: ReadonlyMap<string, number>
  /** In the order of the draw. */
  drawn: string[]
}

/**
 * Draw the evaluation sample of each stratum: size-proportional bottom-k by permanent random numbers. The target is
 * divided evenly among the strata that have posts; the first ones get one more where it does not divide.
 */
export function drawEvaluation(
  cascades: ReadonlyMap<string, Cascade>,
  strata: readonly Stratum[],
  target: number,
  salt = '',
): EvaluationDraw[] {
  const populations = [...strata]
    .sort((a, b) => (stratumKey(a) < stratumKey(b) ? -1 : 1))
    .map((stratum) => {
      const sizes = new Map<string, number>()
      for (const { id, posts } of cascades.values()) {
        const here = posts.get(stratumKey(stratum))
        if (here) sizes.set(id, here.size)
      }
      return { ...stratum, sizes }
    })
  const targets = sharedOut(
    target,
    populations.map(({ sizes }) => (sizes.size > 0 ? Number.POSITIVE_INFINITY : 0)),
  )
  return zip(populations, targets).map(([population, own]) => ({
    ...population,
    target: own,
    drawn: drawBottomK(unitsOf(population.sizes), own, (id) => evaluationRandom(id, salt)).map(({ id }) => id),
  }))
}

/** The inputs of the training draw. */
export interface TrainingTerms {
  /** Places for cascades that have no label yet. */
  places: number
  /** What the table says of every cascade of the strata that it knows. */
  claims: ReadonlyMap<string, CascadeClaim>
  /** How much a post of the cascade counts, in (0, 1]. */
  doubt: (id: string) => number
  /** Whether the cascade's label was drawn with known probabilities. */
  isDesigned: (id: string) => boolean
  salt?: string
}

/**
 * Draw the training sample of each stratum beside its evaluation sample: bottom-k by another permanent random number,
 * in proportion to size times uncertainty. Eligible are cascades that no evaluation draw took, now or before, with a
 * permanent random number from TRAINING_FROM on. A cascade that already has a training label, or is being asked for
 * one, stays in the order but takes no place. The target is the smallest that fills the places of the stratum. Places
 * are divided evenly; what one stratum cannot fill goes to the others.
 */
export function drawTraining(evaluation: readonly EvaluationDraw[], terms: TrainingTerms): Draw[] {
  const { places, claims, doubt, isDesigned, salt = '' } = terms
  const taken = new Set(evaluation.flatMap(({ drawn }) => drawn))
  const isOpen = (id: string) => !taken.has(id) && isOpenToTraining(id, salt) && claims.get(id)?.role !== 'evaluation'
  const strata = evaluation.map((draw) => {
    const measures = new Map([...draw.sizes].map(([id, size]) => [id, size * doubt(id)]))
    const open = new Map([...measures].filter(([id]) => isOpen(id)))
    const free = [...open.keys()].filter((id) => mayBe('training', claims.get(id))).length
    return { draw, measures, open, free }
  })
  const quotas = sharedOut(
    places,
    strata.map(({ free }) => free),
  )
  const trained = zip(strata, quotas).map(([{ open, free }, quota]) =>
    inOrder(open, { quota, free, salt, isFree: (id) => mayBe('training', claims.get(id)) }),
  )
  const asked = new Set([...taken, ...trained.flat()])
  return zip(strata, trained).map(([{ draw, measures, open }, order]) => {
    const { sizes, drawn, target, date } = draw
    const measure = sum(open.values())
    const parts = partsOf(draw, measures, order, measure)
    const own = new Set([...drawn, ...order])
    const isBefore = (id: string) => !own.has(id) && (asked.has(id) || (claims.has(id) && isDesigned(id)))
    const memberOf = (by: Member['drawn']) => (item: string) => {
      const [size, own, of] = [sizes.get(item), measures.get(item), parts.get(item)]
      if (size === undefined || own === undefined || of === undefined) {
        throw new Error(`cascade ${item}: it was drawn, but it is not among the cascades of the stratum`)
      }
      return { item, size, inclusionProbability: joint(of), measure: own, ...of, drawn: by }
    }
    return {
      ...streamNameOf(draw),
      date,
      target,
      cascades: sizes.size,
      posts: sum(sizes.values()),
      training: { target: order.length, measure },
      members: [
        ...drawn.map(memberOf('evaluation')),
        ...order.map(memberOf('training')),
        ...[...sizes.keys()].filter(isBefore).sort().map(memberOf('before')),
      ],
      parts,
    }
  })
}

/** The cascades that the training draw takes, in its order. */
function inOrder(
  open: ReadonlyMap<string, number>,
  { quota, free, salt, isFree }: { quota: number; free: number; salt: string; isFree: (id: string) => boolean },
): string[] {
  const units = unitsOf(open)
  const randoms = new Map(units.map(({ id }) => [id, trainingRandom(id, salt)]))
  // oxlint-disable-next-line typescript/no-non-null-assertion -- drawBottomK asks for the ids of its units alone
  const take = (target: number) => drawBottomK(units, target, (id) => randoms.get(id)!).map(({ id }) => id)
  if (quota >= free) return take(units.length)
  let [enough, tooFew] = [units.length, 0]
  if (quota === 0) return []
  while (enough - tooFew > 1) {
    const middle = (enough + tooFew) >> 1
    if (take(middle).filter(isFree).length >= quota) enough = middle
    else tooFew = middle
  }
  return take(enough)
}

/** Of every cascade of a stratum; the training part as if the cascade were eligible for it. */
function partsOf(
  { sizes, target }: EvaluationDraw,
  measures: ReadonlyMap<string, number>,
  trained: readonly string[],
  measure: number,
): Map<string, Parts> {
  const probabilities = inclusionProbabilities([...sizes.values()], target)
  const rate = rateOf(
    // oxlint-disable-next-line typescript/no-non-null-assertion -- `trained` was drawn from `measures`
    trained.map((id) => measures.get(id)!),
    measure,
    trained.length,
  )
  // `measures` was made from `sizes`, in the same order.
  return new Map(
    zip([...measures], probabilities).map(([[id, own], evaluation]) => [
      id,
      { evaluation, training: Math.min(1, rate * own) },
    ]),
  )
}

/** The probabilities of a cascade over all strata of the batch. */
export const partsOver = (id: string, draws: readonly Pick<Draw, 'parts'>[]): Parts =>
  greatest(draws.flatMap(({ parts }) => parts.get(id) ?? []))

/** Divide places evenly among takers of limited capacity. The first ones get one more where it does not divide. */
export function sharedOut(places: number, most: readonly number[]): number[] {
  const takers = most.map((capacity) => ({ capacity, share: 0 }))
  for (let left = places; left > 0;) {
    const open = takers.filter(({ capacity, share }) => share < capacity)
    if (open.length === 0) break
    const each = Math.max(1, Math.floor(left / open.length))
    for (const taker of open) {
      const more = Math.min(each, taker.capacity - taker.share, left)
      taker.share += more
      left -= more
    }
  }
  return takers.map(({ share }) => share)
}

/**
 * Where each asked item is in the order of its draw, from 0 to 1, so that items of several draws are interleaved: what
 * is answered by the deadline is then a smaller sample of the same design.
 */
export function placesInOrder(draws: readonly Draw[], isAsked: (id: string) => boolean): Map<string, number> {
  const places = new Map<string, number>()
  for (const { members } of draws) {
    for (const role of ['evaluation', 'training'] as const) {
      const own = members.flatMap(({ item, drawn }) => (drawn === role && isAsked(item) ? [item] : []))
      for (const [i, item] of own.entries()) {
        places.set(item, Math.min(places.get(item) ?? 1, (i + 0.5) / own.length))
      }
    }
  }
  return places
}

/** Whether the cascade may be asked in this role: it has no other role, and no label that exists or is being given. */
export const mayBe = (role: Role, claim: CascadeClaim | undefined): boolean =>
  claim === undefined || (claim.role === role && claim.available)

const unitsOf = (sizes: ReadonlyMap<string, number>) => Array.from(sizes, ([id, size]) => ({ id, size }))
