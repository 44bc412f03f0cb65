import { describe, expect, it } from '@jest/globals'
import { type JudgedModel, sideBySide } from '../../../services/evaluator/engines'
import { cardExample } from '../../shared/card'

const dateOf = (day: number) => new Date(Date.UTC(2026, 9, day)).toISOString().slice(0, 10)

interface Change {
  verdict?: 'promoted' | 'rejected'
  champion?: string | null
  macroF1?: number
  usd?: number | null
  schemaVersion?: number
}

const card = (engine: string, day: number, change: Change = {}): JudgedModel => {
  const { verdict = 'rejected', champion = null, macroF1 = 0.8, usd = 0.01, schemaVersion = 1 } = change
  return {
    job: `${engine}-${day}`,
    verdict,
    champion,
    calibration: cardExample.calibration,
    cost: cardExample.cost,
    dataset: { latestDate: dateOf(day), schemaVersion },
    training: { engine, trainSeconds: 2, costUsd: usd },
    scores: { challenger: { ...cardExample.scores.challenger!, macroF1 } },
  }
}

describe('engines compared on a card', () => {
  it("list the latest model of each, this card's first, with cost and speed", () => {
    const [own, other] = sideBySide(card('linear', 5, { verdict: 'promoted', champion: 'fasttext-4' }), [
      card('fasttext', 3, { verdict: 'promoted' }),
      card('fasttext', 4, { champion: 'fasttext-3', macroF1: 0.7 }),
    ])

    expect(own).toMatchObject({
      engine: 'linear',
      job: 'linear-5',
      isLive: true,
      macroF1: 0.8,
      ece: cardExample.calibration!.ece.scaled,
      eceInterval: cardExample.calibration!.eceInterval,
      trainSeconds: 2,
      postsPerSecond: 15_000,
      millionPosts: { seconds: 67, tokens: 0 },
      lost: null,
    })
    expect(other).toMatchObject({ engine: 'fasttext', job: 'fasttext-4', isLive: false, macroF1: 0.7 })
  })

  it("have as drift the difference to the engine's mean over 14 days of labels", () => {
    const before = [
      card('linear', 1, { macroF1: 0.1 }),
      card('linear', 6, { macroF1: 0.7 }),
      card('linear', 19, { macroF1: 0.8 }),
    ]

    expect(sideBySide(card('linear', 20, { macroF1: 0.9 }), before)[0]!.drift).toBeCloseTo(0.15)
    expect(sideBySide(card('linear', 20), [])[0]!.drift).toBeNull()
  })

  it('say since when, how often and at what cost an engine has lost', () => {
    const days = Array.from({ length: 30 }, (_, i) => i + 1)
    const cards = days.flatMap((day) => [
      card('linear', day, { champion: 'fasttext-1' }),
      card('fasttext', day, day === 1 ? { verdict: 'promoted' } : { champion: 'fasttext-1' }),
    ])

    const [linear] = sideBySide(card('linear', 31, { champion: 'fasttext-1' }), cards)

    expect(linear!.lost).toEqual({ since: dateOf(1), days: 31, isLong: true, trainings: 31, seconds: 62, usd: 0.31 })
  })

  it('end a run of losses at the last day on which a model of the engine was live', () => {
    const cards = [
      card('linear', 1, { verdict: 'promoted' }),
      card('linear', 2, { champion: 'linear-1' }),
      card('fasttext', 3, { verdict: 'promoted', champion: 'linear-1' }),
      card('linear', 4, { champion: 'fasttext-3', usd: null }),
    ]

    const rows = sideBySide(card('fasttext', 4, { champion: 'fasttext-3' }), cards)

    expect(rows.map(({ engine, isLive }) => [engine, isLive])).toEqual([
      ['fasttext', true],
      ['linear', false],
    ])
    expect(rows[1]!.lost).toEqual({ since: dateOf(4), days: 1, isLong: false, trainings: 1, seconds: 2, usd: null })
  })

  it('ignore models of another label version', () => {
    expect(sideBySide(card('linear', 5), [card('fasttext', 4, { schemaVersion: 2 })])).toHaveLength(1)
  })

  it('do not depend on the order of the cards', () => {
    const cards = [
      card('fasttext', 3, { verdict: 'promoted' }),
      card('fasttext', 4, { champion: 'fasttext-3' }),
      card('naive-bayes', 2),
    ]

    expect(sideBySide(card('linear', 5), [...cards].reverse())).toEqual(sideBySide(card('linear', 5), cards))
  })
})
