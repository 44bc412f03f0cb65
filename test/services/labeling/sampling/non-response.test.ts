import { describe, expect, it } from '@jest/globals'
import type { Cascade } from '../../../../services/labeling/sampling/cascades'
import { drawEvaluation, drawTraining, placesInOrder } from '../../../../services/labeling/sampling/draw'
import { assistanceOf } from '../../../../shared/statistics/assistance'
import { answeredParts, doubtOf, joint } from '../../../../shared/statistics/design'
import { type Basis, differencePart, estimateOf } from '../../../../shared/statistics/difference'
import { mulberry32 } from '../../../../shared/statistics/random'
import { shownText } from '../../../../shared/text'

const DAYS = 1000
const MESSAGES = 150
const EVALUATION = 20
const TRAINING = 20
const stratum = { hashtag: 'aws', date: '2026-11-21' }

interface Simulated {
  size: number
  scores: [number, number]
  label: 0 | 1
}

/** A day of messages, some with copies, with scores that are good but biased. */
function simulateDay(day: number): Map<string, Simulated> {
  const random = mulberry32(day + 1)
  return new Map(
    Array.from({ length: MESSAGES }, (_, i) => {
      const probability = random() < 0.4 ? 0.05 + 0.2 * random() : random() < 0.5 ? random() : 0.8 + 0.2 * random()
      const size = Math.min(12, Math.floor((1 - random()) ** -0.6))
      return [
        `day ${day} message ${i}`,
        { size, scores: [1 - probability, probability], label: random() < probability ** 1.4 ? 1 : 0 },
      ] as const
    }),
  )
}

/** Labelled messages of earlier days, from which the estimate learns how much to rely on the model. */
const WINDOW = [...simulateDay(DAYS), ...simulateDay(DAYS + 1)].map(([, { label, scores }]) => ({ label, scores }))

const cascadesOf = (messages: ReadonlyMap<string, Simulated>): Map<string, Cascade> =>
  new Map(
    [...messages].map(([id, { size }]) => [
      id,
      {
        id,
        shown: { id, createdAt: '', retweetOf: '', text: shownText(id) },
        posts: new Map([[`${stratum.date} aws`, new Set(Array.from({ length: size }, (_, i) => `${id} ${i}`))]]),
      },
    ]),
  )

/** A day and its draw, in the order in which it is handed out. */
const days = Array.from({ length: DAYS }, (_, day) => {
  const messages = simulateDay(day)
  const [draw] = drawTraining(drawEvaluation(cascadesOf(messages), [stratum], EVALUATION), {
    places: TRAINING,
    claims: new Map(),
    doubt: (id) => doubtOf(messages.get(id)!.scores),
    isDesigned: () => true,
  })
  const order = [...placesInOrder([draw!], () => true)].sort(([, a], [, b]) => a - b).map(([item]) => item)
  return { messages, draw: draw!, order }
})

/** The share of the second class that a day reports when an annotator answers only the first part of the batch. */
function reported({ messages, draw, order }: (typeof days)[number], answeredShare: number, basis: Basis) {
  const answered = new Set(order.slice(0, Math.round(answeredShare * order.length)))
  const parts = answeredParts(draw, (item) => answered.has(item))
  const sample = [...answered].map((item) => {
    const { size, scores, label } = messages.get(item)!
    return { item, size, scores, label, judged: 'owner' as const, inclusionProbability: joint(parts.get(item)!) }
  })
  const all = [...messages.values()]
  const weights = all.map(({ size }) => (basis === 'posts' ? size : 1))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const mean = (of: (message: Simulated) => number) =>
    all.reduce((sum, message, i) => sum + weights[i]! * of(message), 0) / total
  const population = { total, means: [mean(({ scores }) => scores[0]), mean(({ scores }) => scores[1])] }
  const assistance = assistanceOf(WINDOW, population.means)
  const { low, high, estimate } = estimateOf([differencePart(sample, population, basis, assistance)]).classes[1]!
  return { low, high, estimate, truth: mean(({ label }) => label) }
}

describe.each<Basis>(['messages', 'posts'])('a share by %s', (basis) => {
  it.each([
    ['an annotator stops halfway', 0.5],
    ['an annotator stops after a third', 1 / 3],
    ['everything is answered', 1],
  ])('is unbiased and its interval covers the truth on days on which %s', (_, answeredShare) => {
    const shares = days.map((day) => reported(day, answeredShare, basis))

    const errors = shares.map(({ estimate, truth }) => estimate - truth)
    const bias = errors.reduce((sum, error) => sum + error, 0) / DAYS
    const spread = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / DAYS)
    const covered = shares.filter(({ low, high, truth }) => low <= truth && truth <= high).length / DAYS
    // Three standard errors of a mean over the days.
    expect(Math.abs(bias)).toBeLessThan((3 * spread) / Math.sqrt(DAYS) + 0.002)
    expect(covered).toBeGreaterThan(0.935)
    expect(covered).toBeLessThan(0.98)
  })
})
