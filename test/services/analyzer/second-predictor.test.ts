import { describe, expect, it } from '@jest/globals'
import { opinionsInWords, secondPredictorOf } from '../../../services/analyzer/reports/opinions'
import {
  answeredShare,
  scoringOf,
  type SecondEvidence,
  type WindowItem,
} from '../../../services/analyzer/reports/second-predictor'
import { answerOverStretch, type DayFacts, type Evidence, stretchOver } from '../../../services/analyzer/reports/shares'
import { addPost, emptyTally, meansOf, meansWith, withoutMessages } from '../../../services/analyzer/facts/tally'
import type { Sampled } from '../../../shared/statistics/difference'
import { noErrors } from '../../../shared/statistics/judgement-errors'
import { mulberry32 } from '../../../shared/statistics/random'

const LABELS = ['technical', 'marketing']
const ABOUT = { from: '2026-11-21', to: '2026-11-21', basis: 'posts' as const }
const idOf = (i: number) => String(i).padStart(16, '0')

const random = mulberry32(11)
const fuzzy = (label: number) => {
  const second = 0.35 + 0.3 * label + 0.6 * (random() - 0.5)
  return [1 - second, second]
}
const answerTo = (label: number) => (random() < 0.9 ? label : 1 - label)
const TRUTHS = Array.from({ length: 200 }, () => Number(random() < 0.4))
const SCORES = TRUTHS.map(fuzzy)
const ANSWERS = new Map(TRUTHS.map((truth, i) => [idOf(i), answerTo(truth)]))
const WINDOW: WindowItem[] = Array.from({ length: 300 }, (_, i) => {
  const label = Number(random() < 0.4)
  return { item: `w${i}`, label, scores: fuzzy(label), opinion: answerTo(label) }
})

/** A day of 200 messages with one post each; every fifth is drawn and labelled. */
function dayOf({ scored = true, flipped }: { scored?: boolean; flipped?: number } = {}): DayFacts {
  const tally = emptyTally(2)
  const sample: Sampled[] = []
  for (const [i, truth] of TRUTHS.entries()) {
    const scores = scored ? SCORES[i] : undefined
    addPost(tally, idOf(i), scores)
    if (i % 5 !== 0) continue
    const label = i === flipped ? 1 - truth : truth
    sample.push({
      item: idOf(i),
      size: 1,
      inclusionProbability: 0.2,
      label,
      judged: 'owner',
      scores: scores ?? [0.5, 0.5],
    })
  }
  const drawn = [{ sample, sampled: new Set(sample.map(({ item }) => item)), flagged: new Set<string>(), tally }]
  return { date: '2026-11-21', tally, drawn, collected: 1 }
}

const second: SecondEvidence = { answers: ANSWERS, window: WINDOW }
const evidence: Evidence = {
  hashtag: 'aws',
  labels: LABELS,
  window: WINDOW.flatMap(({ scores, ...one }) => (scores ? [{ ...one, scores }] : [])),
  errors: noErrors(2),
  status: 'ok',
  second,
}
const without = (): Evidence => ({ ...evidence, second: undefined })
const answer = (of: Evidence, day = dayOf()) => answerOverStretch(stretchOver([day], 2), [day], ABOUT, of)
const widthOf = ({ shares: [one] }: { shares: readonly { low: number; high: number }[] }) => one!.high - one!.low
const scoring = (day: DayFacts, of: Evidence = evidence) => scoringOf(day.drawn[0]!, 'posts', of)

describe('a share with a second predictor', () => {
  it('has a narrower interval, next to the one without it', () => {
    const [alone, both] = [answer(without()), answer(evidence)]

    expect(widthOf(both)).toBeLessThan(0.85 * widthOf(alone))
    expect(both.effective).toBeGreaterThan(alone.effective!)
    expect(both.secondPredictor!.weight).toBeGreaterThan(0.5)
    expect(both.secondPredictor).toMatchObject({
      answered: 1,
      without: { shares: alone.shares, effective: alone.effective },
    })
    expect(both.method).toContain('the scores of the model and the answers of a language model for all 200 posts')
    expect(alone).not.toHaveProperty('secondPredictor')
  })

  it.each<[string, Partial<SecondEvidence>]>([
    [
      'answered too little of the window',
      { window: WINDOW.map((one, i) => (i < 99 ? one : { ...one, opinion: undefined })) },
    ],
    ['always gives the same label', { window: WINDOW.map((one) => ({ ...one, opinion: 0 })) }],
    ['answers at random', { window: WINDOW.map((one, i) => ({ ...one, opinion: i % 2 })) }],
  ])('is the same as without it when it %s', (_, over) => {
    const found = answer({ ...evidence, second: { ...second, ...over } })

    expect(found.secondPredictor).toMatchObject({ weight: 0, without: null })
    expect(found.shares).toEqual(answer(without()).shares)
  })

  it('uses its predictions alone when no model was live', () => {
    const day = dayOf({ scored: false })
    const window = WINDOW.map((one) => ({ ...one, scores: undefined }))
    const bare = { ...evidence, window: [] }
    const found = answer({ ...bare, second: { ...second, window } }, day)

    expect(found.method).toContain('the answers of a language model for all 200 posts')
    expect(widthOf(found)).toBeLessThan(0.9 * widthOf(answer({ ...bare, second: undefined }, day)))
    expect(found.pacc.state).toBe('no-model')
  })
})

describe('the combined scores of a share', () => {
  it('do not depend on the labels of the drawn messages', () => {
    const [before, after] = [scoring(dayOf()), scoring(dayOf({ flipped: 5 }))]

    expect(after.means).toEqual(before.means)
    expect(after.sample.map(({ scores }) => scores)).toEqual(before.sample.map(({ scores }) => scores))
    expect(after.window).toEqual(before.window)
  })

  it('do not depend on which messages are drawn', () => {
    const day = dayOf()
    const fewer = { ...day.drawn[0]!, sample: day.drawn[0]!.sample.slice(0, 20) }
    const [before, after] = [scoring(day), scoringOf(fewer, 'posts', evidence)]

    expect(after.means).toEqual(before.means)
    expect(after.sample).toEqual(before.sample.slice(0, 20))
  })

  it("are fitted without the sample's own labels, even when the window contains them", () => {
    const day = dayOf()
    const own = day.drawn[0]!.sample.map(({ item, scores }) => ({ item, label: 1, scores, opinion: 0 }))

    expect(scoring(day, { ...evidence, second: { ...second, window: [...WINDOW, ...own] } })).toEqual(scoring(day))
  })

  it("are the champion's for a message without a prediction", () => {
    const some = new Map([...ANSWERS].filter((_, i) => i % 2 === 0))
    const { sample } = scoring(dayOf(), { ...evidence, second: { ...second, answers: some } })

    for (const { item, scores } of sample) {
      const kept = SCORES[Number(item)]!
      if (some.has(item)) expect(scores).not.toEqual(kept)
      else expect(scores).toEqual(kept)
    }
    expect(answeredShare(dayOf().tally, 'posts', some)).toBe(0.5)
  })

  it("have the mean of the messages' scores, by posts and by messages", () => {
    const day = dayOf()
    const everything = { ...day.drawn[0]!, sample: [] }
    const all = TRUTHS.map((_, i) => ({ ...day.drawn[0]!.sample[0]!, item: idOf(i), scores: SCORES[i]! }))
    const { means } = scoringOf(everything, 'posts', evidence)
    const { sample } = scoringOf({ ...everything, sample: all }, 'posts', evidence)

    const mean = sample.reduce((sum, { scores }) => sum + scores[1]!, 0) / sample.length
    expect(means.posts[1]).toBeCloseTo(mean, 9)
    expect(means.messages[1]).toBeCloseTo(mean, 9)
  })
})

describe('a tally of messages', () => {
  it('adjusts the means by the sampled messages when it has too many to keep each', () => {
    const tally = emptyTally(2)
    for (let i = 0; i < 4000; i++) addPost(tally, ((i * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0').padEnd(16, '0'), [0.5, 0.5], { most: 500 }) // prettier-ignore
    const change = () => ({ before: [0.5, 0.5], after: [1, 0] })

    expect(tally.below).toBeLessThan(0.2)
    expect(meansWith(tally, 'messages', change)[0]).toBeCloseTo(0.5 + 0.5 * tally.below, 1)
    expect(meansWith(tally, 'posts', change)[0]).toBeCloseTo(0.5 + (0.5 * tally.kept.size) / 4000, 9)
  })

  it('has the posts and sums of the other messages when some are removed', () => {
    const [all, some] = [emptyTally(2), emptyTally(2)]
    for (const [i, scores] of SCORES.entries()) {
      for (let copy = 0; copy <= i % 3; copy++) {
        addPost(all, idOf(i), scores)
        if (i !== 4) addPost(some, idOf(i), scores)
      }
    }
    const rest = withoutMessages(all, new Set([idOf(4), 'f'.repeat(16)]))

    expect(rest).toMatchObject({ posts: some.posts, scored: some.scored, answers: some.answers })
    expect([...rest.kept]).toEqual([...some.kept])
    for (const k of [0, 1]) expect(meansOf(rest, 'posts')[k]).toBeCloseTo(meansOf(some, 'posts')[k]!, 9)
    expect(withoutMessages(all, new Set(['f'.repeat(16)]))).toBe(all)
  })
})

describe('the summary of a second predictor', () => {
  const opinions = {
    predictor: { provider: 'bedrock', model: 'some.model-v1:0', prompt: '0123456789abcdef' },
    labels: ANSWERS,
    excluded: new Set<string>(),
    asked: {
      hashtag: 'aws',
      date: '2026-11-21',
      predictor: { provider: 'bedrock', model: 'some.model-v1:0', prompt: '0123456789abcdef' },
      runs: [],
      messages: 210,
      asked: 210,
      answered: 200,
      abstained: { refusal: 10 },
      excluded: [],
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0.034,
      stopped: null,
    },
    version: '',
  }
  const window: WindowItem[] = Array.from({ length: 200 }, (_, i) => ({
    item: `w${i}`,
    label: i % 2,
    scores: undefined,
    opinion: i < 30 ? 0 : i % 2,
  }))

  it('gives its agreement with annotators next to theirs with each other, and what it confuses', () => {
    const found = secondPredictorOf(opinions, window, { source: 'pairs', items: 60, differing: 6 }, LABELS)

    expect(found).toMatchObject({
      model: 'some.model-v1:0',
      messages: 210,
      answered: 200,
      abstained: { refusal: 10 },
      window: 200,
      agreement: { items: 200, share: 0.925 },
      people: { items: 60, share: 0.9 },
      confused: [{ label: 'marketing', said: 'technical', items: 15, of: 100 }],
    })
    expect(found.agreement!.low).toBeCloseTo(0.88, 2)
    const words = opinionsInWords(found, { byPosts: answer(evidence) })
    expect(words).toContain(
      'some.model-v1:0 answered 200 of 210 messages for $0.03. Of 200 posts that people labelled, it says the same in 93 in a hundred (95 % interval 88 to 95); two people agree in 90 in a hundred (95 % interval 80 to 95). Most often it says technical where people said marketing (15 of 100).',
    )
    expect(words).toMatch(/With its answers the 95 % interval of \w+ is \d+\.\d points wide, without them \d+\.\d\.$/)
  })

  it('says that its predictions do not count, and why a day was skipped', () => {
    const { asked } = opinions
    const stopped = {
      ...opinions,
      asked: { ...asked, stopped: { by: 'cap' as const, why: 'llm.caps.usd.perDay is reached' } },
    }
    const found = secondPredictorOf(stopped, [], { source: 'assumed', items: 0, differing: 0 }, LABELS)

    expect(found).toMatchObject({
      agreement: null,
      people: null,
      confused: [],
      stopped: 'llm.caps.usd.perDay is reached',
    })
    const words = opinionsInWords(found, { byPosts: answer({ ...evidence, second: { ...second, window: [] } }) })
    expect(words).toContain('Not all were asked about: llm.caps.usd.perDay is reached.')
    expect(words).toContain('Its answers do not count')
  })
})
