import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  answeredParts,
  answeredTargets,
  doubtOf,
  evaluationRandom,
  greatest,
  isOpenToTraining,
  joint,
  type Member,
  partsAt,
  type PlannedDraw,
  trainingProbability,
  trainingRandom,
} from '../../../shared/statistics/design'
import { drawBottomK, inclusionProbabilities } from '../../../shared/statistics/sampling'
import { permanentRandom } from '../../../shared/text/cascade'

describe('joint', () => {
  it.each([
    ['of a message that only evaluation can draw', { evaluation: 0.2, training: 0 }, 0.2],
    ['of a message that training draws with certainty', { evaluation: 0.2, training: 1 }, 0.9],
    ['of a message that both can draw', { evaluation: 0.2, training: 0.5 }, 0.55],
    ['of a message that evaluation leaves less of than its random number', { evaluation: 0.6, training: 0.5 }, 0.8],
    ['of a giant', { evaluation: 1, training: 1 }, 1],
  ])('is the probability %s', (_, parts, expected) => {
    expect(joint(parts)).toBeCloseTo(expected, 12)
    expect(trainingProbability(parts)).toBeCloseTo(expected - parts.evaluation, 12)
  })

  it('never decreases in either part, and stays a probability', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(probability, probability, probability, probability, (a, b, c, d) => {
        const union = greatest([
          { evaluation: a, training: b },
          { evaluation: c, training: d },
        ])

        expect(joint(union)).toBeLessThanOrEqual(1 + 1e-12)
        expect(joint(union)).toBeGreaterThanOrEqual(joint({ evaluation: a, training: b }) - 1e-12)
      }),
    )
  })

  it('is the frequency with which one of the two draws takes a message over several days', () => {
    const days = [
      { evaluation: 0.25, training: 0.4 },
      { evaluation: 0.35, training: 0.1 },
    ]
    const ids = Array.from({ length: 40_000 }, (_, i) => `m${i}`)

    const taken = ids.filter((id) =>
      days.some(({ evaluation, training }, day) => {
        const before = Math.max(...days.slice(0, day + 1).map((one) => one.evaluation))
        const isOpen = isOpenToTraining(id) && evaluationRandom(id) >= before
        return evaluationRandom(id) < evaluation || (isOpen && trainingRandom(id) < training)
      }),
    ).length

    // Three standard errors of a share of 40,000.
    expect(Math.abs(taken / ids.length - joint(greatest(days)))).toBeLessThan(0.0075)
  })
})

describe('doubtOf', () => {
  it.each([
    ['a coin toss', [0.5, 0.5], 1],
    ['certainty', [1, 0], 0.3],
    ['a margin of one half', [0.25, 0.75], 0.3 + 0.7 * 0.5 ** 1.5],
    ['three equal classes', [1 / 3, 1 / 3, 1 / 3], 1],
  ])('returns the doubt of %s', (_, scores, expected) => {
    expect(doubtOf(scores)).toBeCloseTo(expected, 12)
  })
})

describe('the permanent random numbers', () => {
  it('are unchanged from earlier releases without a salt', () => {
    expect(evaluationRandom('a')).toBe(permanentRandom('a'))
    expect(trainingRandom('a')).not.toBe(permanentRandom('a'))
  })

  it('change with a salt', () => {
    expect(evaluationRandom('a', '7')).not.toBe(evaluationRandom('a'))
    expect(trainingRandom('a', '7')).not.toBe(trainingRandom('a'))
  })
})

/** Both draws of a day, with the members that the plan stores. */
function planned(units: readonly { size: number; measure: number }[], evaluation: number, training: number) {
  const all = units.map((unit, i) => ({ id: `u${i}`, ...unit }))
  const sizes = inclusionProbabilities(
    all.map(({ size }) => size),
    evaluation,
  )
  const first = drawBottomK(all, evaluation).map(({ id }) => id)
  const open = all.filter(({ id }) => isOpenToTraining(id) && !first.includes(id))
  const second = drawBottomK(
    open.map(({ id, measure }) => ({ id, size: measure })),
    training,
    trainingRandom,
  )
  const members = [...first, ...second.map(({ id }) => id)].map((id): Member => {
    const place = all.findIndex((unit) => unit.id === id)
    const { size, measure } = all[place]!
    const inTraining = second.find((unit) => unit.id === id)
    return {
      item: id,
      size,
      measure,
      inclusionProbability: 0.5,
      evaluation: sizes[place]!,
      ...(inTraining && { training: inTraining.inclusionProbability }),
      drawn: inTraining ? 'training' : 'evaluation',
    }
  })
  const draw: PlannedDraw = {
    target: evaluation,
    posts: all.reduce((sum, { size }) => sum + size, 0),
    training: {
      target: Math.min(training, open.length),
      measure: open.reduce((sum, { measure }) => sum + measure, 0),
    },
    members,
  }
  return { draw, all, open }
}

const units = fc.array(
  fc.record({ size: fc.integer({ min: 1, max: 200 }), measure: fc.double({ min: 0.1, max: 200, noNaN: true }) }),
  { minLength: 1, maxLength: 80 },
)
const target = fc.integer({ min: 1, max: 40 })

describe('partsAt', () => {
  it("returns the plan's probabilities at the plan's targets", () => {
    fc.assert(
      fc.property(units, target, target, (given, evaluation, training) => {
        const { draw } = planned(given, evaluation, training)

        const at = partsAt(draw, { evaluation, training: draw.training!.target })

        for (const { size, measure, evaluation: first, training: second } of draw.members) {
          expect(at({ size, measure: measure! }).evaluation).toBeCloseTo(first!, 9)
          if (second !== undefined) expect(at({ size, measure: measure! }).training).toBeCloseTo(second, 9)
        }
      }),
    )
  })

  it('computes the probabilities of a smaller draw from the members of the planned one', () => {
    fc.assert(
      fc.property(units, target, target, target, (given, evaluation, training, fewer) => {
        const { draw, all, open } = planned(given, evaluation, training)
        const targets = {
          evaluation: Math.min(fewer, evaluation),
          training: Math.min(fewer, draw.training!.target),
        }

        const at = partsAt(draw, targets)

        const sizes = inclusionProbabilities(
          all.map(({ size }) => size),
          targets.evaluation,
        )
        const measures = inclusionProbabilities(
          open.map(({ measure }) => measure),
          targets.training,
        )
        for (const [i, unit] of all.entries()) expect(at(unit).evaluation).toBeCloseTo(sizes[i]!, 9)
        for (const [i, unit] of open.entries()) expect(at(unit).training).toBeCloseTo(measures[i]!, 9)
      }),
    )
  })

  it('is certain for a day that both draws take completely', () => {
    const { draw } = planned(
      [
        { size: 1, measure: 0.1 },
        { size: 3, measure: 0.3 },
      ],
      5,
      5,
    )

    expect(partsAt(draw, { evaluation: 5, training: 5 })({ size: 1, measure: 0.1 })).toEqual({
      evaluation: 1,
      training: 1,
    })
  })

  it('draws nothing without a target', () => {
    const { draw } = planned([{ size: 1, measure: 1 }], 1, 1)

    expect(partsAt(draw, { evaluation: 0, training: 0 })({ size: 1, measure: 1 })).toEqual({
      evaluation: 0,
      training: 0,
    })
  })
})

describe('answered items', () => {
  const { draw } = planned(
    Array.from({ length: 60 }, (_, i) => ({ size: 1 + (i % 4), measure: 1 + (i % 3) })),
    10,
    10,
  )
  const [first, second] = (['evaluation', 'training'] as const).map((role) =>
    draw.members.filter(({ drawn }) => drawn === role).map(({ item }) => item),
  )

  it('are counted per draw', () => {
    const answered = new Set([...first!.slice(0, 4), ...second!.slice(0, 7), 'another'])

    expect(answeredTargets(draw, (item) => answered.has(item))).toEqual({ evaluation: 4, training: 7 })
  })

  it('halve the probabilities of small messages when half of the sample is answered', () => {
    const answered = new Set([...first!.slice(0, 5), ...second!.slice(0, 5)])

    const whole = answeredParts(draw, () => true)
    const half = answeredParts(draw, (item) => answered.has(item))

    for (const [item, { evaluation, training }] of half) {
      expect(evaluation).toBeCloseTo(whole.get(item)!.evaluation / 2, 9)
      expect(training).toBeCloseTo(whole.get(item)!.training / 2, 9)
    }
    expect(half.size).toBe(20)
  })

  it('work with a plan of an older release, which has only the evaluation draw', () => {
    const members = [1, 1, 2].map((size, i) => ({ item: `u${i}`, size, inclusionProbability: size / 4 }))
    const old = { target: 3, posts: 12, members }

    expect(answeredParts(old, (item) => item !== 'u2').get('u2')).toEqual({ evaluation: 1 / 3, training: 0 })
    expect(answeredParts(old, () => true).get('u2')).toEqual({ evaluation: 0.5, training: 0 })
  })
})
