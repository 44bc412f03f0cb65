import { describe, expect, it } from '@jest/globals'
import { collectionOf } from '../../../services/analyzer/facts/collection'
import {
  answerOverStretch,
  type DayFacts,
  disagreementIn,
  type Evidence,
  stretchOver,
} from '../../../services/analyzer/reports/shares'
import {
  addPost,
  countedShares,
  covarianceOf,
  emptyTally,
  orderedById,
  meansOf,
  mergedTallies,
  messageIn,
  messagesOf,
} from '../../../services/analyzer/facts/tally'
import type { RunRecord } from '../../../shared/records'
import type { Sampled } from '../../../shared/statistics/difference'
import { judgementErrors, noErrors } from '../../../shared/statistics/judgement-errors'
import { noCounts } from '../../../shared/statistics/pair-counts'

const LABELS = ['technical', 'marketing']
const DATES = Array.from({ length: 7 }, (_, i) => `2026-11-${15 + i}`)
const TODAY = { from: '2026-11-21', to: '2026-11-21' }
const idOf = (day: number, i: number) => `${day}${String(i).padStart(15, '0')}`
/** A deterministic id, spread evenly like a hash. */
const hashed = (i: number) => ((i * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0') + '00000000'

/** A day of 100 messages: 60 are technical, every other one has two posts, and the first `labelled` are drawn and labelled. */
function day(
  place: number,
  labelled: number,
  over: { collected?: number; missed?: number; scored?: boolean } = {},
): DayFacts {
  const tally = emptyTally(2)
  const sample: Sampled[] = []
  const sampled = new Set<string>()
  for (let i = 0; i < 100; i++) {
    const isTechnical = i % 5 < 3
    const reads = isTechnical && i % 10 >= (over.missed ?? 0)
    const scores = reads ? [0.9 - (i % 3) / 20, 0.1 + (i % 3) / 20] : [0.2 + (i % 4) / 20, 0.8 - (i % 4) / 20]
    const size = 1 + (i % 2)
    const kept = over.scored === false ? undefined : scores
    for (let copy = 0; copy < size; copy++) addPost(tally, idOf(place, i), kept)
    if (i >= 40) continue
    sampled.add(idOf(place, i))
    if (i >= labelled) continue
    sample.push({
      item: idOf(place, i),
      size,
      inclusionProbability: (labelled * size) / 150,
      label: Number(!isTechnical),
      judged: 'owner',
      scores: kept ?? [0.5, 0.5],
    })
  }
  const drawn = [{ sample, sampled, flagged: new Set<string>(), tally }]
  return { date: DATES[place]!, tally, drawn, collected: over.collected ?? 1 }
}

const window = Array.from({ length: 100 }, (_, i) => ({
  item: `w${i}`,
  label: i % 2,
  scores: i % 2 ? [0.25 + (i % 5) / 25, 0.75 - (i % 5) / 25] : [0.85 - (i % 5) / 25, 0.15 + (i % 5) / 25],
}))
const evidence: Evidence = { hashtag: 'aws', labels: LABELS, window, errors: noErrors(2), status: 'ok' }
const answer = (one: DayFacts, basis: 'posts' | 'messages' = 'posts', of = evidence, week: DayFacts[] = [one]) =>
  answerOverStretch(stretchOver([one], 2), week, { ...TODAY, basis }, of)

describe('the share of a day', () => {
  it.each(['posts', 'messages'] as const)('has an interval for each label by %s, and says it in words', (basis) => {
    const found = answer(day(6, 40), basis)

    expect(found).toMatchObject({
      state: 'reported',
      labels: 40,
      sampled: 40,
      pacc: { state: 'reported', items: 100 },
    })
    const [technical, marketing] = found.shares
    expect(technical!.label).toBe('technical')
    expect(technical!.share + marketing!.share).toBeCloseTo(1)
    expect(technical!.low).toBeLessThan(0.6)
    expect(technical!.high).toBeGreaterThan(0.6)
    expect(found.words).toMatch(
      new RegExp(
        `^\\d+ % of the ${basis === 'posts' ? 'posts' : 'distinct messages'} about #aws on 2026-11-21 are technical \\(95 % interval \\d+ to \\d+ %\\), \\d+ % marketing`,
      ),
    )
    expect(found.method).toContain('corrected by the 40 labels')
    expect(found.modelWeight).toBeGreaterThan(0.5)
  })

  it('rests on the labels alone without a model, and says so', () => {
    const found = answer(day(6, 40, { scored: false }))

    expect(found).toMatchObject({ state: 'reported', modelWeight: 0, counting: [], pacc: { state: 'no-model' } })
    expect(found.method).toContain('No model was live when these posts were first seen.')
    expect(found.shares[0]!.low).toBeLessThan(0.6)
  })

  it('says how much the model adds to the labels', () => {
    const [alone, helped] = [answer(day(6, 40, { scored: false })), answer(day(6, 40))]

    expect(helped.effective).toBeGreaterThan(alone.effective! + 10)
    expect(helped.method).toContain(`40 labels count like ${Math.round(helped.effective!)} drawn plainly at random`)
  })

  it('compares the scores of a day with the window as scored by the same model', () => {
    const blurred = window.map((one) => ({ ...one, scores: [0.5, 0.5] }))
    const windows = new Map([[DATES[6]!, window]])
    const of = { ...evidence, window: blurred, windows }

    expect(answer(day(6, 40), 'posts', of)).toEqual(answer(day(6, 40)))
    expect(answer(day(6, 40), 'messages', of)).toEqual(answer(day(6, 40), 'messages'))
    // A day without a window in its plan falls back to the kept scores.
    const kept = { ...of, windows: new Map([[DATES[5]!, window]]) }
    expect(answer(day(6, 40), 'posts', kept)).toMatchObject({ modelWeight: 0, pacc: { state: 'not-estimable' } })
  })

  it("uses each day's own window by posts, and the kept scores by messages, over seven days", () => {
    const days = DATES.map((_, place) => day(place, 40))
    const week = { from: DATES[0]!, to: DATES[6]! }
    const blurred = window.map((one) => ({ ...one, scores: [0.5, 0.5] }))
    const of = { ...evidence, window: blurred, windows: new Map(DATES.map((date) => [date, window])) }
    const over = (basis: 'posts' | 'messages', known: Evidence) =>
      answerOverStretch(stretchOver(days, 2), days, { ...week, basis }, known)

    expect(over('posts', of).shares).toEqual(over('posts', evidence).shares)
    expect(over('messages', of).modelWeight).toBe(0)
    expect(over('messages', evidence).modelWeight).toBeGreaterThan(0.5)
  })

  it('names the assumed error rate, and is wider for it, when no error rate was measured', () => {
    const assumed = judgementErrors(noCounts(2))
    const judged = (one: DayFacts): DayFacts => ({
      ...one,
      drawn: one.drawn.map((drawn) => ({ ...drawn, sample: drawn.sample.map((it) => ({ ...it, judged: 'one' })) })),
    })
    const widthOf = ({ shares: [one] }: { shares: { low: number; high: number }[] }) => one!.high - one!.low

    const found = answer(judged(day(6, 40)), 'posts', { ...evidence, errors: assumed, status: 'unmeasured' })

    expect(found.words).toContain(' %, assuming that 1 label in 20 is wrong), ')
    expect(widthOf(found)).toBeGreaterThan(1.1 * widthOf(answer(day(6, 40))))
    expect(found.pacc).toMatchObject({ state: 'not-estimable', words: expect.stringContaining('unmeasured') })
    expect(found.tight).toMatchObject({ state: 'not-estimable', z7: null })
  })

  it('counts flagged messages separately, and says that the share is of the others', () => {
    const one = day(6, 30)
    const flagged = new Set([idOf(6, 38), idOf(6, 39)])

    const found = answer({ ...one, drawn: one.drawn.map((drawn) => ({ ...drawn, flagged })) })

    expect(found).toMatchObject({ sampled: 40, labels: 30, flagged: 2 })
    expect(found.words).toMatch(/^\d+ % of the posts about #aws on 2026-11-21 that fit a label are technical/)
    expect(found.words).toContain('Of 40 drawn messages 2 were flagged as fitting none, and are not counted.')
  })

  it.each<[string, number, RegExp]>([
    [
      'measured by pairs',
      120,
      /^Two people disagree about 38 % of the messages that both judged, so no share can be told/,
    ],
    ['not measured', 0, /^People disagree too often, so no share can be told/],
  ])(
    "is withheld when the labels are unreliable (%s), because they are one annotator's opinion",
    (_, items, expected) => {
      const counts = {
        ...noCounts(2),
        pairs: [
          [37, 46],
          [0, 37],
        ].map((row) => row.map((n) => (items > 0 ? n : 0))),
      }
      const errors = judgementErrors(counts)

      const found = answer(day(6, 40), 'posts', { ...evidence, errors, status: 'unreliable' })

      expect(found).toMatchObject({ state: 'labels-unreliable', shares: [], raw: [], counting: [], effective: null })
      expect(found).toMatchObject({ pacc: { shares: [] }, tight: { shares: [], z7: null } })
      const [said] = found.judgements!.shares
      expect(said!.low).toBeLessThan(said!.share)
      expect(said!.high).toBeGreaterThan(said!.share)
      expect(found.judgements!.disagree).toBe(items > 0 ? 46 / 120 : null)
      expect(found.words).toMatch(expected)
      expect(found.words).toContain('Of what one person says of them, ')
    },
  )

  it.each([
    ['of one class', window.filter(({ label }) => label === 0)],
    ['too small', window.slice(0, 10)],
    ['empty', []],
  ])('ignores the model when the window is %s', (_, short) => {
    const found = answer(day(6, 40), 'posts', { ...evidence, window: short })

    expect(found).toMatchObject({ state: 'reported', modelWeight: 0, pacc: { state: 'not-estimable', shares: [] } })
    expect(found.pacc.words).toContain('cannot be estimated')
    expect(found.method).toContain('The model stays out')
  })

  it('is no number with too few labels, but says how many more are needed', () => {
    const found = answer(day(6, 4))

    expect(found).toMatchObject({ state: 'not-enough-labels', labels: 4, shares: [], raw: [] })
    expect(found.more).toBeGreaterThan(30)
    expect(found.words).toContain(`about ${found.more} more would give ±10 points`)
  })

  it('says with a wide interval how many more labels would give ±10 points', () => {
    const found = answer(day(6, 12, { scored: false }))

    expect(found.state).toBe('reported')
    expect(found.more).toBeGreaterThan(10)
  })

  it('is undefined for a day without posts', () => {
    const empty: DayFacts = { date: '2026-11-21', tally: emptyTally(2), drawn: [], collected: 1 }

    expect(answer(empty)).toMatchObject({ state: 'no-posts', shares: [], counting: [], more: null })
    expect(answer(empty).words).toBe('No posts about #aws were collected on 2026-11-21.')
  })

  it('allows for every missing post of a capped day', () => {
    const whole = answer(day(6, 40)).shares[0]!
    const most = answer(day(6, 40, { collected: 0.8 }))

    expect(most.shares[0]!.low).toBeCloseTo(0.8 * whole.low)
    expect(most.shares[0]!.high).toBeCloseTo(0.8 * whole.high + 0.2)
    expect(most.words).toContain('Of 20 % of the posts nothing is known')
  })

  it('is withheld when too much is missing', () => {
    const found = answer(day(6, 40, { collected: 0.6 }))

    expect(found).toMatchObject({ state: 'withheld', shares: [], pacc: { shares: [] }, tight: { shares: [] } })
    expect(found.words).toContain('only 60 % of the posts were collected')
  })

  it('allows for posts without a sample', () => {
    const one = day(6, 40)
    const more = emptyTally(2)
    for (let i = 0; i < 50; i++) addPost(more, idOf(9, i), [0.5, 0.5])
    const found = answer({ ...one, tally: mergedTallies([one.tally, more], 2) })

    expect(found.shares[0]!.high).toBeCloseTo(answer(one).shares[0]!.high * 0.75 + 0.25)
  })
})

describe('the tight estimate', () => {
  const week = (missed = 0) => DATES.map((_, i) => day(i, 40, { missed }))

  it('is shown while it agrees with the headline over the week, and is narrower', () => {
    const days = week()
    const found = answer(days[6]!, 'posts', evidence, days)

    expect(found.tight).toMatchObject({ state: 'shown', z7: expect.any(Number) })
    const widthOf = ({ low, high }: { low: number; high: number }) => high - low
    expect(widthOf(found.tight.shares[0]!)).toBeLessThan(widthOf(found.shares[0]!))
    expect(disagreementIn(found)).toBeUndefined()
  })

  it('is withheld when the model misses a kind of posts, and names the label that disagrees', () => {
    const days = week(7)
    const found = answer(days[6]!, 'posts', evidence, days)

    expect(found.tight).toMatchObject({ state: 'withheld', shares: [] })
    expect(Math.abs(found.tight.z7 ?? 0)).toBeGreaterThanOrEqual(2)
    // With two labels both differ equally, and the first one is named.
    expect(disagreementIn(found)).toMatchObject({ label: 'technical' })
    expect(found.state).toBe('reported')
  })

  it('waits for days with labels', () => {
    const days = week().slice(4)

    expect(answer(days[2]!, 'posts', evidence, days).tight).toMatchObject({ state: 'not-estimable', z7: null })
  })
})

it('pools seven days into a narrower interval, and counts a message that lasts for days once', () => {
  const days = DATES.map((_, i) => day(i, 40))
  const again = { ...days[6]!, date: DATES[5]! }
  const about = { from: DATES[0]!, to: DATES[6]! }
  const widthOf = ({ shares: [one] }: { shares: { low: number; high: number }[] }) => one!.high - one!.low

  const week = answerOverStretch(stretchOver(days, 2), days, { ...about, basis: 'posts' }, evidence)

  expect(widthOf(week)).toBeLessThan(widthOf(answer(days[6]!)))
  expect(week.labels).toBe(280)
  expect(
    answerOverStretch(stretchOver([again, days[6]!], 2), days, { ...about, basis: 'messages' }, evidence).labels,
  ).toBe(40)
  expect(messagesOf(mergedTallies([again.tally, days[6]!.tally], 2))).toBe(100)
})

describe.each(['posts', 'messages'] as const)('by %s a message that is drawn on two days', (basis) => {
  const twice = (labelled: number) => {
    const one = day(6, labelled)
    const days = [{ ...one, date: DATES[5]! }, one]
    return answerOverStretch(stretchOver(days, 2), days, { from: DATES[5]!, to: DATES[6]!, basis }, evidence)
  }

  it('counts as one label of one sampled message', () => {
    const found = twice(30)

    expect(found).toMatchObject({ state: 'reported', labels: 30, sampled: 40 })
    expect(found.method).toContain('the 30 labels of')
  })

  it('does not make up for too few labels', () => {
    const found = twice(6)

    expect(found).toMatchObject({ state: 'not-enough-labels', labels: 6 })
    expect(found.words).toContain('6 of the sample have one')
  })
})

describe('a tally', () => {
  it('keeps a random sample when there are too many messages, with means close to the full ones', () => {
    const [all, some] = [emptyTally(2), emptyTally(2)]
    for (let i = 0; i < 20_000; i++) {
      const scores = i % 4 === 0 ? [0.9, 0.1] : [0.3, 0.7]
      for (let copy = 0; copy <= i % 2; copy++) {
        addPost(all, hashed(i), scores)
        addPost(some, hashed(i), scores, { most: 2000 })
      }
    }

    expect(some.kept.size).toBeLessThanOrEqual(2000)
    expect(meansOf(some, 'posts')).toEqual(meansOf(all, 'posts'))
    expect(meansOf(some, 'messages')[0]).toBeCloseTo(meansOf(all, 'messages')[0]!, 1)
    expect(messagesOf(some) / messagesOf(all)).toBeCloseTo(1, 1)
    expect(countedShares(some, 'messages')[0]).toBeCloseTo(0.25, 1)
    expect(covarianceOf(some, 'posts')[0]![0]! / covarianceOf(all, 'posts')[0]![0]!).toBeCloseTo(1, 0)
    expect(mergedTallies([some, some], 2, 1000).kept.size).toBeLessThanOrEqual(1000)
  })
})

it('gives identical digits for any order of its messages', () => {
  const scores = (i: number) => [0.1 + (i % 7) / 10, 0.9 - (i % 7) / 10]
  const [up, down] = [emptyTally(2), emptyTally(2)]
  for (let i = 0; i < 50; i++) addPost(up, hashed(i), scores(i))
  for (let i = 49; i >= 0; i--) addPost(down, hashed(i), scores(i))
  const [one, other] = [orderedById(up), orderedById(down)]

  expect([...one.kept]).toEqual([...other.kept])
  expect(meansOf(one, 'messages')).toEqual(meansOf(other, 'messages'))
  expect(meansOf(mergedTallies([one, other], 2), 'messages')).toEqual(
    meansOf(mergedTallies([other, one], 2), 'messages'),
  )
})

it('keeps an asked message even when there are too many to keep each', () => {
  const tally = emptyTally(2)
  for (let i = 0; i < 500; i++) addPost(tally, hashed(i), [1, 0], { most: 50, isAsked: (id) => id === hashed(7) })

  expect(tally.below).toBeLessThan(0.2)
  expect(messageIn([tally], hashed(7))).toMatchObject({ posts: 1 })
  expect(tally.kept.size + tally.aside.size).toBeLessThanOrEqual(51)
})

describe('the collected part of a day', () => {
  const run = (over: Partial<RunRecord>): RunRecord => ({
    hashtag: 'aws',
    date: '2026-11-21',
    run: 'r',
    source: 'x',
    textEncoding: 'html',
    window: { from: '2026-11-21T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z' },
    covered: { from: '2026-11-21T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z' },
    gap: null,
    complete: true,
    stoppedBy: null,
    pages: 1,
    posts: 100,
    existing: null,
    otherLanguages: 0,
    refusedRows: 0,
    costUsd: 0,
    objects: [],
    ...over,
  })
  const capped = { complete: false, stoppedBy: 'caps.posts.perDay' }
  const half = { from: '2026-11-21T12:00:00.000Z', to: '2026-11-22T00:00:00.000Z' }
  const gap = { from: '2026-11-21T00:00:00.000Z', to: '2026-11-21T06:00:00.000Z' }

  it.each<[string, Partial<RunRecord>, number, string]>([
    ['all of it', {}, 1, 'All of the day'],
    ['all, at the count of the source', { existing: 90 }, 1, 'All of the day'],
    [
      "by the source's count, including other languages",
      { ...capped, existing: 400, otherLanguages: 60 },
      0.4,
      'caps.posts.perDay',
    ],
    ['by the covered time', { ...capped, covered: half }, 0.5, 'About 50 %'],
    ['zero', { ...capped, covered: null }, 0, 'About 0 %'],
    [
      'the covered rest beside a gap',
      { complete: false, gap, covered: { from: gap.to, to: half.to } },
      0.75,
      'nothing from 2026-11-21T00:00',
    ],
    ["by the network's estimate", { ...capped, existing: 400, existingIsEstimate: true }, 0.25, 'counts about 400'],
    [
      "by the source's count, including posts that the settings exclude",
      { ...capped, existing: 400, leftOut: { 'not indexable': 100 } },
      0.5,
      'Left out: 100 not indexable.',
    ],
    ['the rest beside a gap, by count', { complete: false, gap, existing: 200 }, 0.375, 'About 38 %'],
  ])('is computed as: %s', (_, over, collected, words) => {
    const found = collectionOf([run(over)])

    expect(found.collected).toBeCloseTo(collected)
    expect(found.words).toContain(words)
  })
})

describe('a share of three labels', () => {
  const NAMES = ['technical', 'marketing', 'jobs']
  /** A hundred messages, forty of them labelled, with this many of each class in ten. */
  const threeOf = (inTen: readonly number[]): DayFacts => {
    const tally = emptyTally(3)
    const sample: Sampled[] = []
    for (let i = 0; i < 100; i++) {
      addPost(tally, idOf(6, i), undefined)
      if (i >= 40) continue
      const [first, second] = [inTen[0]!, inTen[0]! + inTen[1]!]
      const label = i % 10 < first ? 0 : i % 10 < second ? 1 : 2
      const scores = [1 / 3, 1 / 3, 1 / 3]
      sample.push({ item: idOf(6, i), size: 1, inclusionProbability: 0.4, label, judged: 'owner', scores })
    }
    const sampled = new Set(sample.map(({ item }) => item))
    return { date: TODAY.to, tally, drawn: [{ sample, sampled, flagged: new Set(), tally }], collected: 1 }
  }
  const ofThree: Evidence = { hashtag: 'aws', labels: NAMES, window: [], errors: noErrors(3), status: 'ok' }

  it('has wider bounds for all labels jointly than for each alone', () => {
    for (const { low, high, jointLow, jointHigh } of answer(threeOf([5, 3, 2]), 'posts', ofThree).shares) {
      expect(jointLow).toBeLessThan(low)
      expect(jointHigh).toBeGreaterThan(high)
    }
  })

  it.each<[string, number[], string]>([
    ['all the others', [8, 1, 1], ' More are technical than each of the others.'],
    ['one of the others', [5, 4, 1], ' More are technical than jobs.'],
    ['none of the others', [4, 3, 3], ' Which label is the largest cannot be told.'],
  ])('calls the largest larger than %s only when the joint bounds allow it', (_, inTen, expected) => {
    expect(answer(threeOf(inTen), 'posts', ofThree).words).toContain(expected)
  })
})
