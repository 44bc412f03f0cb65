import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { groupPosts as group, hashtagsOf, type RunPosts, sizeOf } from '../../../../services/labeling/sampling/cascades'
import {
  type Draw,
  drawEvaluation,
  drawTraining,
  mayBe,
  partsOver,
  placesInOrder,
  sharedOut,
  type TrainingTerms,
} from '../../../../services/labeling/sampling/draw'
import type { Cascade } from '../../../../services/labeling/sampling/cascades'
import type { Post } from '../../../../shared/posts'
import type { CascadeClaim } from '../../../../shared/state/cascade-claims'
import { answeredParts, greatest, joint, type Parts, TRAINING_FROM } from '../../../../shared/statistics/design'
import { cascadeId, permanentRandom } from '../../../../shared/text/cascade'
import { textOfSource } from '../../../../shared/text/encoding'
import { postOf } from '../world'

const DAY = '2026-11-21'
/** Groups exact copies into cascades. */
const groupPosts = (runs: readonly (Pick<RunPosts, 'hashtag' | 'date'> & { posts: Post[] })[]) =>
  group(
    runs.map((run) => ({
      ...run,
      posts: run.posts.map((post) => ({ ...post, ...textOfSource(post.text, 'html') })),
      cascades: new Map(run.posts.map(({ id, text }) => [id, cascadeId(text)])),
    })),
  )

const strata = ['aws', 'azure'].map((hashtag) => ({ hashtag, date: DAY }))

/** Posts of a number of messages; the first ones have the most copies. */
const population = (messages: number, hashtag = 'aws') => ({
  hashtag,
  date: DAY,
  posts: Array.from({ length: messages }, (_, i) =>
    Array.from({ length: 1 + Math.floor(20 / (i + 1)) }, (__, copy) =>
      postOf(`${hashtag}-${i}-${copy}`, `${copy > 0 ? 'RT @someone: ' : ''}message ${i} of ${hashtag}`, {
        createdAt: `2026-11-21T10:${String(copy).padStart(2, '0')}:00Z`,
        retweetOf: copy > 0 ? `${hashtag}-${i}-0` : '',
      }),
    ),
  ).flat(),
})

describe('groupPosts', () => {
  it('joins copies of a message, counts each post once per hashtag, and shows the original', () => {
    const text = 'Faster cold starts #aws #azure'
    const retweet = postOf(2, `RT @ana: ${text}`, { createdAt: '2026-11-21T09:00:00Z', retweetOf: '1' })
    const original = postOf(1, text, { createdAt: '2026-11-21T10:00:00Z' })

    const cascades = groupPosts([
      { hashtag: 'aws', date: DAY, posts: [retweet, original, original] },
      { hashtag: 'azure', date: DAY, posts: [original] },
    ])

    const [cascade] = cascades.values()
    if (!cascade) throw new Error('no cascade')
    expect(cascades.size).toBe(1)
    expect(cascade.shown.id).toBe('1')
    expect(hashtagsOf(cascade)).toEqual(['aws', 'azure'])
    expect(sizeOf(cascade)).toBe(2)
    expect([...cascade.posts].map(([stratum, ids]) => [stratum, ids.size])).toEqual([
      [`${DAY} aws`, 2],
      [`${DAY} azure`, 1],
    ])
  })

  it.each([
    ['only white space', ' \u0000 '],
    ['more text than the desk can show', 'x'.repeat(20_001)],
  ])('leaves out a post with %s', (_, text) => {
    expect(groupPosts([{ hashtag: 'aws', date: DAY, posts: [postOf(1, text)] }]).size).toBe(0)
  })

  it('does not depend on the order of the posts', () => {
    const { posts } = population(12)
    fc.assert(
      fc.property(fc.shuffledSubarray(posts, { minLength: posts.length }), (shuffled) => {
        const sorted = (given: typeof posts) =>
          [...groupPosts([{ hashtag: 'aws', date: DAY, posts: given }])]
            .map(([id, { shown, posts: under }]) => [id, shown.id, [...(under.get(`${DAY} aws`) ?? [])].sort()])
            .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))

        expect(sorted(shuffled)).toEqual(sorted(posts))
      }),
      { numRuns: 30 },
    )
  })
})

const terms = (more: Partial<TrainingTerms> = {}): TrainingTerms => ({
  places: 20,
  claims: new Map(),
  doubt: () => 1,
  isDesigned: () => true,
  ...more,
})
const drawnBy = (by: 'evaluation' | 'training' | 'before', draws: readonly Draw[]): string[] =>
  draws.flatMap(({ members }) => members.flatMap(({ item, drawn }) => (drawn === by ? [item] : [])))
const claimed = (ids: readonly string[], role: CascadeClaim['role'], available: boolean) =>
  new Map(ids.map((id): [string, CascadeClaim] => [id, { role, available }]))

describe('the evaluation draw', () => {
  const cascades = groupPosts([population(100), population(100, 'azure')])
  const draws = drawEvaluation(cascades, strata, 31)

  it('divides its target among the hashtags of the day', () => {
    expect(draws.map(({ hashtag, target, drawn }) => [hashtag, target, drawn.length])).toEqual([
      ['aws', 16, 16],
      ['azure', 15, 15],
    ])
    const [first] = drawTraining(draws, terms())
    expect(first).toMatchObject({ cascades: 100, posts: population(100).posts.length })
  })

  it('gives the part of a hashtag without posts to the others', () => {
    const empty = { hashtag: 'none', date: DAY }

    const shares = drawEvaluation(cascades, [...strata, empty], 31).map(({ hashtag, target }) => [hashtag, target])

    expect(shares).toEqual([
      ['aws', 16],
      ['azure', 15],
      ['none', 0],
    ])
  })

  it('draws giants with certainty', () => {
    const giant = cascadeId('message 0 of aws')

    expect(partsOver(giant, drawTraining(draws, terms())).evaluation).toBe(1)
    expect(partsOver('0'.repeat(16), drawTraining(draws, terms()))).toEqual({ evaluation: 0, training: 0 })
  })

  it('does not depend on the order of cascades and strata', () => {
    const reversed = new Map([...cascades].reverse())

    const again = drawEvaluation(reversed, [...strata].reverse(), 31)

    expect(again.map(({ drawn }) => drawn)).toEqual(draws.map(({ drawn }) => drawn))
    const both = [again, draws].map((one) => drawTraining(one, terms()).map(({ members }) => members))
    expect(both[0]!.flat().map(({ item, drawn }) => [item, drawn])).toEqual(
      both[1]!.flat().map(({ item, drawn }) => [item, drawn]),
    )
  })

  it('gives a cascade of two hashtags the larger probability', () => {
    const both = groupPosts([
      { ...population(1), posts: [postOf(1, 'one and the same'), ...population(9).posts] },
      { ...population(1, 'azure'), posts: [postOf(1, 'one and the same'), postOf(2, 'another')] },
    ])
    const drawn = drawEvaluation(both, strata, 22)

    expect(partsOver(cascadeId('one and the same'), drawTraining(drawn, terms())).evaluation).toBe(1)
    expect(drawn.map((draw) => draw.drawn.length)).toEqual([10, 2])
  })

  it('depends on the salt', () => {
    const salted = drawEvaluation(cascades, strata, 31, '7')

    expect(salted.map(({ drawn }) => drawn)).not.toEqual(draws.map(({ drawn }) => drawn))
    expect(drawEvaluation(cascades, strata, 31, '')).toEqual(draws)
  })
})

describe('the training draw', () => {
  const cascades = groupPosts([population(100), population(100, 'azure')])
  const first = drawEvaluation(cascades, strata, 31)

  it('fills its places evenly among the hashtags, with nothing that evaluation draws or may draw', () => {
    const draws = drawTraining(first, terms({ places: 25 }))

    const trained = drawnBy('training', draws)
    expect(draws.map(({ training }) => training.target)).toEqual([13, 12])
    expect(Math.min(...trained.map((id) => permanentRandom(id)))).toBeGreaterThanOrEqual(TRAINING_FROM)
    expect(trained.filter((id) => drawnBy('evaluation', draws).includes(id))).toEqual([])
  })

  it('never draws a cascade of the evaluation role, but counts its label as part of the sample', () => {
    const trained = drawnBy('training', drawTraining(first, terms()))

    const draws = drawTraining(first, terms({ claims: claimed(trained.slice(0, 5), 'evaluation', false) }))

    expect(drawnBy('training', draws)).toHaveLength(20)
    expect(drawnBy('training', draws).filter((id) => trained.slice(0, 5).includes(id))).toEqual([])
    expect(drawnBy('before', draws).sort()).toEqual(trained.slice(0, 5).sort())
  })

  it('keeps labelled cascades in the order, without giving them a place', () => {
    const trained = drawnBy('training', drawTraining(first, terms()))
    const labelled = trained.filter((_, i) => i % 2 === 0)

    const draws = drawTraining(first, terms({ claims: claimed(labelled, 'training', false) }))

    const again = drawnBy('training', draws)
    expect(again.filter((id) => !labelled.includes(id))).toHaveLength(20)
    expect(again).toEqual(expect.arrayContaining(trained))
    expect(draws.map(({ training }) => training.target).reduce((sum, target) => sum + target)).toBe(again.length)
  })

  it('ignores a label of unknown probability unless it is drawn now', () => {
    const candidates = [...cascades.keys()].filter(
      (id) => !drawnBy('evaluation', drawTraining(first, terms())).includes(id),
    )
    const claims = claimed(candidates, 'training', false)
    const draws = drawTraining(first, terms({ claims, isDesigned: () => false }))

    expect(drawnBy('before', draws)).toEqual([])
  })

  it('takes the rest with certainty when places are many', () => {
    const draws = drawTraining(first, terms({ places: 1000 }))

    for (const { members, training } of draws) {
      const own = members.filter(({ drawn }) => drawn === 'training')
      expect(own.length).toBe(training.target)
      expect(new Set(own.map((member) => member.training))).toEqual(new Set([1]))
    }
  })

  it('gives places that a small hashtag cannot fill to the others', () => {
    const small = groupPosts([population(100), population(4, 'azure')])

    const draws = drawTraining(drawEvaluation(small, strata, 2), terms({ places: 30 }))

    expect(drawnBy('training', draws)).toHaveLength(30)
  })

  it('draws more of what the model doubts', () => {
    const doubted = (id: string) => permanentRandom(id, 'doubt') < 0.3
    const share = (ids: readonly string[]) => ids.filter(doubted).length / ids.length
    const drawn = Array.from({ length: 40 }, (_, salt) =>
      drawnBy(
        'training',
        drawTraining(
          drawEvaluation(cascades, strata, 31, `${salt}`),
          terms({ doubt: (id) => (doubted(id) ? 1 : 0.15), salt: `${salt}` }),
        ),
      ),
    ).flat()

    expect(share(drawn)).toBeGreaterThan(share([...cascades.keys()]) + 0.2)
    expect(share(drawn)).toBeLessThan(1)
  })

  it('gives its members the same probabilities that the reader of the plan computes', () => {
    const draws = drawTraining(first, terms({ doubt: (id) => 0.15 + 0.85 * permanentRandom(id, 'doubt') }))

    for (const { parts, ...draw } of draws) {
      const expected = answeredParts(draw, () => true)
      for (const { item, evaluation, training, inclusionProbability } of draw.members) {
        expect(evaluation).toBeCloseTo(expected.get(item)!.evaluation, 9)
        expect(training).toBeCloseTo(expected.get(item)!.training, 9)
        expect(inclusionProbability).toBeCloseTo(joint(parts.get(item)!), 12)
      }
    }
  })
})

describe.each([
  ['unique messages', () => 1],
  ['messages with copies', (i: number) => 1 + Math.floor(12 / (i + 1))],
  ['messages with one giant', (i: number) => (i === 0 ? 90 : 1 + (i % 2))],
])('a sample of %s', (_, sizeOfMessage) => {
  const MESSAGES = 60
  const REPLICATIONS = 1500
  const ids = Array.from({ length: MESSAGES }, (__, i) => cascadeId(`message number ${i} of many`))
  const stratum = { hashtag: 'aws', date: DAY }
  const cascadesOf = (some: readonly string[], sizes: (i: number) => number) =>
    new Map(
      some.map((id): [string, Cascade] => [
        id,
        {
          id,
          shown: { ...postOf(id), ...textOfSource(id, 'html'), text: textOfSource(id, 'html').shown },
          posts: new Map([
            [`${DAY} aws`, new Set(Array.from({ length: sizes(ids.indexOf(id)) }, (___, copy) => `${id} ${copy}`))],
          ]),
        },
      ]),
    )
  const doubt = (id: string) => (ids.indexOf(id) % 3 === 0 ? 1 : 0.2)
  /** 4.5 standard errors, because each cell makes about 60 comparisons. */
  const within = (probability: number) =>
    4.5 * Math.sqrt(Math.max(0, probability * (1 - probability)) / REPLICATIONS) + 0.01

  it('includes each message with its stated probability', () => {
    const cascades = cascadesOf(ids, sizeOfMessage)
    const taken = ids.map(() => 0)
    const stated = ids.map(() => 0)
    let [estimate, messages] = [0, 0]
    for (let salt = 0; salt < REPLICATIONS; salt++) {
      const first = drawEvaluation(cascades, [stratum], 10, `${salt}`)
      const [draw] = drawTraining(first, terms({ places: 10, doubt, salt: `${salt}` }))
      for (const [i, id] of ids.entries()) stated[i]! += joint(draw!.parts.get(id)!) / REPLICATIONS
      for (const { item, inclusionProbability } of draw!.members) {
        taken[ids.indexOf(item)]! += 1 / REPLICATIONS
        estimate += Number(ids.indexOf(item) % 3 === 0) / inclusionProbability / REPLICATIONS
        messages += 1 / inclusionProbability / REPLICATIONS
      }
    }

    for (const [i, share] of taken.entries()) expect(Math.abs(share - stated[i]!)).toBeLessThan(within(stated[i]!))
    expect(messages / MESSAGES).toBeCloseTo(1, 1)
    expect(Math.abs(estimate / messages - 1 / 3)).toBeLessThan(0.015)
  })

  it('includes each message with its greatest probability after a second, overlapping day', () => {
    const days = [ids.slice(0, 50), ids.slice(10)].map((some) => cascadesOf(some, sizeOfMessage))
    const taken = ids.map(() => 0)
    const stated = ids.map(() => 0)
    for (let salt = 0; salt < REPLICATIONS; salt++) {
      const claims = new Map<string, CascadeClaim>()
      const parts: Draw['parts'][] = []
      for (const cascades of days) {
        const first = drawEvaluation(cascades, [stratum], 10, `${salt}`)
        const [draw] = drawTraining(first, terms({ places: 10, doubt, salt: `${salt}`, claims: new Map(claims) }))
        parts.push(draw!.parts)
        for (const { item, drawn } of draw!.members) {
          if (drawn !== 'before' && !claims.has(item)) claims.set(item, { role: drawn!, available: false })
        }
      }
      for (const item of claims.keys()) taken[ids.indexOf(item)]! += 1 / REPLICATIONS
      for (const [i, id] of ids.entries())
        stated[i]! += joint(greatest(parts.flatMap((one) => one.get(id) ?? []))) / REPLICATIONS
    }

    for (const [i, share] of taken.entries()) expect(Math.abs(share - stated[i]!)).toBeLessThan(within(stated[i]!))
  })

  // A plan has no probability for a message that it did not draw: only the draws from its first on count.
  it('represents all messages of the last of three days by the plans that drew them', () => {
    const sizesOn = (day: number) => (i: number) => sizeOfMessage((i + 7 * day) % MESSAGES)
    const days = [ids.slice(0, 50), ids.slice(5, 55), ids.slice(10)].map((some, day) => cascadesOf(some, sizesOn(day)))
    let [estimate, messages, posts] = [0, 0, 0]
    for (let salt = 0; salt < REPLICATIONS; salt++) {
      const claims = new Map<string, CascadeClaim>()
      const parts = new Map<string, Parts[]>()
      for (const cascades of days) {
        const first = drawEvaluation(cascades, [stratum], 10, `${salt}`)
        const [draw] = drawTraining(first, terms({ places: 10, doubt, salt: `${salt}`, claims: new Map(claims) }))
        for (const { item, drawn, evaluation, training } of draw!.members) {
          parts.set(item, [...(parts.get(item) ?? []), { evaluation: evaluation!, training: training! }])
          if (drawn !== 'before' && !claims.has(item)) claims.set(item, { role: drawn!, available: false })
        }
      }
      for (const [item, draws] of parts) {
        const i = ids.indexOf(item)
        if (i < 10) continue
        const weight = 1 / joint(greatest(draws)) / REPLICATIONS
        messages += weight
        posts += sizesOn(2)(i) * weight
        estimate += Number(i % 3 === 0) * weight
      }
    }

    const there = ids.map((_, i) => i).slice(10)
    const all = there.reduce((sum, i) => sum + sizesOn(2)(i), 0)
    expect(Math.abs(messages / there.length - 1)).toBeLessThan(0.05)
    expect(Math.abs(posts / all - 1)).toBeLessThan(0.02)
    expect(Math.abs(estimate / messages - there.filter((i) => i % 3 === 0).length / there.length)).toBeLessThan(0.01)
  })
})

describe('places in a batch', () => {
  it.each<[string, number, number[], number[]]>([
    ['evenly', 9, [10, 10, 10], [3, 3, 3]],
    ['one more for the first', 10, [10, 10, 10], [4, 3, 3]],
    ['what one cannot fill goes to the others', 10, [1, 10, 10], [1, 5, 4]],
    ['no more than all can fill', 10, [1, 2, 0], [1, 2, 0]],
    ['none', 0, [3], [0]],
  ])('are divided: %s', (_, places, most, expected) => {
    expect(sharedOut(places, most)).toEqual(expected)
  })

  it('interleave both draws, each in its order', () => {
    const [draw] = drawTraining(
      drawEvaluation(groupPosts([population(80)]), strata.slice(0, 1), 5),
      terms({ places: 10 }),
    )

    const places = placesInOrder([draw!], () => true)

    const sorted = [...places].sort(([, a], [, b]) => a - b).map(([item]) => item)
    for (const by of ['evaluation', 'training'] as const) {
      const own = drawnBy(by, [draw!])
      expect(sorted.filter((item) => own.includes(item))).toEqual(own)
    }
    expect(sorted.slice(0, 6).filter((item) => drawnBy('evaluation', [draw!]).includes(item))).toHaveLength(2)
  })

  it.each<[string, CascadeClaim | undefined, boolean, boolean]>([
    ['never drawn', undefined, true, true],
    ['drawn for evaluation and has no label', { role: 'evaluation', available: true }, true, false],
    ['drawn for evaluation and has a label', { role: 'evaluation', available: false }, false, false],
    ['drawn for training and has no label', { role: 'training', available: true }, false, true],
    ['drawn for training and has a label', { role: 'training', available: false }, false, false],
  ])('follow the role of a cascade that was %s', (_, claim, evaluation, training) => {
    expect([mayBe('evaluation', claim), mayBe('training', claim)]).toEqual([evaluation, training])
  })
})
