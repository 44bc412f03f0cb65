import { describe, expect, it } from '@jest/globals'
import { type CountedDay, countedDay, factsBytes, joined } from '../../../services/analyzer/facts'
import { addPost, emptyTally, inOrder, messageIn } from '../../../services/analyzer/tally'
import type { StandingLabel } from '../../../shared/labels'
import { factsRecord } from '../../../shared/records'
import { keys } from '../../../shared/keys'

const LABELS = ['technical', 'marketing']
const DAY = { hashtag: 'aws', date: '2026-11-21' }
/** Spread over all ids, as hashes are. */
const hashed = (i: number) => ((i * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0') + '00000000'

function dayOf(posts: number, most = 1000, isAsked = (_id: string) => false): CountedDay {
  const runs = ['one', 'two'].map((run) => {
    const tally = emptyTally(2)
    for (let i = 0; i < posts; i++)
      addPost(tally, hashed(i >> 1), [0.1 + (i % 7) / 10, 0.9 - (i % 7) / 10], { most, isAsked })
    const instants = { from: '2026-11-21T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z' }
    return {
      run,
      window: instants,
      covered: instants,
      gap: null,
      complete: true,
      stoppedBy: null,
      posts,
      existing: null,
      otherLanguages: 0,
      refusedRows: 0,
      predictions: '"etag"',
      cascades: true,
      tally: inOrder(tally),
    }
  })
  return { ...DAY, model: 'model-a', textVersion: '2', labels: LABELS, runs }
}

const readBack = (day: CountedDay) => countedDay(factsRecord.parse(JSON.parse(factsBytes(day))))

describe('facts of a day', () => {
  it.each([
    ['without posts', dayOf(0)],
    ['whose messages are all kept', dayOf(100)],
    ['of which a sample is kept, with a message that is asked about', dayOf(1000, 50, (id) => id === hashed(7))],
  ])('%s are read back as they were, to the last digit', (_, day) => {
    expect(readBack(day)).toEqual(day)
    expect(factsBytes(readBack(day))).toBe(factsBytes(day))
  })

  it('keep a message apart that is asked about and lies beyond those that are kept', () => {
    const [run] = readBack(dayOf(1000, 50, (id) => id === hashed(7))).runs

    expect(run!.tally.below).toBeLessThan(1)
    expect(messageIn([run!.tally], hashed(7))).toMatchObject({ posts: 2 })
  })
})

describe('facts joined with labels', () => {
  const label = (item: string, role: 'evaluation' | 'training'): [string, StandingLabel] => [
    item,
    {
      item,
      post: 'p',
      text: 'text',
      label: 'marketing',
      role,
      hashtags: ['aws'],
      date: DAY.date,
      size: 1,
      inclusionProbability: null,
      batch: DAY.date,
      at: '2026-11-22T09:00:00.000Z',
      confidence: 1,
      adjudicated: false,
      judgements: [],
      schemaVersion: 1,
      humanAnnotated: 'yes',
      job: 'j',
    },
  ]
  const known = {
    labels: LABELS,
    given: new Map([label(hashed(1), 'evaluation'), label(hashed(2), 'training')]),
    model: { job: 'model-a', textVersion: '2' },
    unlearnt: (item: string) => (item === hashed(2) ? [0, 1] : undefined),
    scoresOfText: () => [0.5, 0.5],
  }
  const draw = {
    runs: new Set([keys.run({ ...DAY, run: 'one' })]),
    members: [
      { item: hashed(1), size: 2, inclusionProbability: 0.5 },
      { item: 'ffffffffffffffff', size: 1, inclusionProbability: 0.25 },
    ],
  }

  it('have the sample with its scores, and beside it what was labelled for training, with the score it would get unseen', () => {
    const day = joined(known, dayOf(20), [draw])

    expect(day).toMatchObject({ date: DAY.date, isOfModel: true, collected: 1, tally: { posts: 40 } })
    expect(day!.drawn).toHaveLength(1)
    expect(day!.drawn[0]).toMatchObject({
      tally: { posts: 20 },
      sample: [
        { item: hashed(1), size: 2, inclusionProbability: 0.5, label: 1 },
        { item: 'ffffffffffffffff', label: undefined, scores: [0.5, 0.5] },
      ],
      known: [{ item: hashed(2), size: 2, inclusionProbability: 1, label: 1, scores: [0, 1] }],
    })
  })

  it.each<[string, Partial<CountedDay>, boolean | undefined]>([
    ['by an earlier model of the same text version', { model: 'model-0' }, false],
    ['by an earlier model of another text version', { model: 'model-0', textVersion: '1' }, undefined],
    ['by a model whose text version nobody knows', { model: 'model-0', textVersion: null }, undefined],
    ['by none', { model: null, textVersion: null }, undefined],
  ])('that are classified %s count so', (_, over, isOfModel) => {
    expect(joined(known, { ...dayOf(20), ...over }, [draw])?.isOfModel).toBe(isOfModel)
  })

  it('without a model have no scores', () => {
    const day = joined({ ...known, model: undefined }, dayOf(20), [draw])

    expect(day?.tally).toMatchObject({ posts: 40, scores: [0, 0], answers: [0, 0] })
    expect(day?.drawn[0]!.sample[0]!.scores).toEqual([0, 0])
  })
})
