import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { groupPosts as group, hashtagsOf, type RunPosts, sizeOf } from '../../../../services/labeling/sampling/cascades'
import {
  askedForEvaluation,
  drawEvaluation,
  inclusionProbabilityOf,
  mayBe,
  TRAINING_FROM,
  trainingCandidates,
} from '../../../../services/labeling/sampling/draw'
import type { Post } from '../../../../shared/posts'
import type { CascadeClaim } from '../../../../shared/state/cascade-claims'
import { cascadeId, permanentRandom } from '../../../../shared/text/cascade'
import { textOfSource } from '../../../../shared/text/encoding'
import { postOf } from '../world'

const DAY = '2026-11-21'
/** With the cascades of exact copies. */
const groupPosts = (runs: readonly (Pick<RunPosts, 'hashtag' | 'date'> & { posts: Post[] })[]) =>
  group(
    runs.map((run) => ({
      ...run,
      posts: run.posts.map((post) => ({ ...post, ...textOfSource(post.text, 'html') })),
      cascades: new Map(run.posts.map(({ id, text }) => [id, cascadeId(text)])),
    })),
  )

const strata = ['aws', 'azure'].map((hashtag) => ({ hashtag, date: DAY }))

/** Posts of a number of messages, the first of which are repeated most. */
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
  it('joins what says the same, counts each post once under each hashtag, and shows the original', () => {
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
    ['nothing to read', ' \u0000 '],
    ['more than can be asked about', 'x'.repeat(20_001)],
  ])('leaves out a post with %s', (_, text) => {
    expect(groupPosts([{ hashtag: 'aws', date: DAY, posts: [postOf(1, text)] }]).size).toBe(0)
  })

  it('gives the same in any order of the posts', () => {
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

describe('the draw', () => {
  const cascades = groupPosts([population(100), population(100, 'azure')])
  const draws = drawEvaluation(cascades, strata, 31)

  it('shares the target out among the hashtags of the day', () => {
    expect(draws.map(({ hashtag, target, members }) => [hashtag, target, members.length])).toEqual([
      ['aws', 16, 16],
      ['azure', 15, 15],
    ])
    expect(draws[0]).toMatchObject({ cascades: 100, posts: population(100).posts.length })
  })

  it('gives the share of a hashtag without posts to the others', () => {
    const empty = { hashtag: 'none', date: DAY }

    const shares = drawEvaluation(cascades, [...strata, empty], 31).map(({ hashtag, target }) => [hashtag, target])

    expect(shares).toEqual([
      ['aws', 16],
      ['azure', 15],
      ['none', 0],
    ])
  })

  it('takes giants for certain', () => {
    const giant = cascadeId('message 0 of aws')

    expect(inclusionProbabilityOf(giant, draws)).toBe(1)
    expect(inclusionProbabilityOf('0'.repeat(16), draws)).toBe(0)
  })

  it('is the same whatever the order of cascades and strata', () => {
    const reversed = new Map([...cascades].reverse())

    expect(drawEvaluation(reversed, [...strata].reverse(), 31)).toEqual(draws)
  })

  it('lends the greater probability to a cascade of two hashtags', () => {
    const both = groupPosts([
      { ...population(1), posts: [postOf(1, 'one and the same'), ...population(9).posts] },
      { ...population(1, 'azure'), posts: [postOf(1, 'one and the same'), postOf(2, 'another')] },
    ])
    const drawn = drawEvaluation(both, strata, 22)

    expect(inclusionProbabilityOf(cascadeId('one and the same'), drawn)).toBe(1)
    expect(drawn.map(({ members }) => members.length)).toEqual([10, 2])
  })

  it('never offers a member, or a small random number, for training; the smallest others first', () => {
    const members = new Set(draws.flatMap((draw) => draw.members.map(({ id }) => id)))

    const candidates = trainingCandidates(cascades.keys(), draws)

    const randoms = candidates.map((id) => permanentRandom(id))
    expect(candidates.filter((id) => members.has(id))).toEqual([])
    expect(Math.min(...randoms)).toBeGreaterThanOrEqual(TRAINING_FROM)
    expect(randoms).toEqual([...randoms].sort((a, b) => a - b))
    expect(candidates.length).toBeGreaterThan(100)
  })

  it.each<[string, CascadeClaim | undefined, boolean, boolean]>([
    ['never drawn', undefined, true, true],
    ['for evaluation, without a label', { role: 'evaluation', available: true }, true, false],
    ['for evaluation, with one', { role: 'evaluation', available: false }, false, false],
    ['for training, without a label', { role: 'training', available: true }, false, true],
    ['for training, with one', { role: 'training', available: false }, false, false],
  ])('keeps the role of a cascade that is %s', (_, claim, evaluation, training) => {
    expect([mayBe('evaluation', claim), mayBe('training', claim)]).toEqual([evaluation, training])
  })

  it('asks a member once, and one with a label not at all', () => {
    const [first, second] = draws.flatMap(({ members }) => members.map(({ id }) => id))
    const claims = new Map<string, CascadeClaim>([[first ?? '', { role: 'evaluation', available: false }]])

    const asked = askedForEvaluation([...draws, ...draws], (id) => claims.get(id))

    expect(asked).toHaveLength(30)
    expect(asked).not.toContain(first)
    expect(asked).toContain(second)
  })

  it('cannot find an ordinary member taken for training, whatever the days before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 120 }), fc.integer({ min: 1, max: 10 }), (messages, target) => {
        const today = groupPosts([population(messages)])
        const [draw] = drawEvaluation(today, [{ hashtag: 'aws', date: DAY }], target)
        const trainable = new Set(trainingCandidates(today.keys(), []))

        for (const { id, inclusionProbability } of draw?.members ?? []) {
          if (inclusionProbability < 0.05) expect(trainable.has(id)).toBe(false)
        }
      }),
      { numRuns: 40 },
    )
  })
})
