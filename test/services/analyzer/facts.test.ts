import { describe, expect, it } from '@jest/globals'
import { type CountedDay, countedDay, factsBytes, joined } from '../../../services/analyzer/facts/facts'
import { addPost, emptyTally, orderedById, meansOf, messageIn } from '../../../services/analyzer/facts/tally'
import type { StandingLabel } from '../../../shared/labels'
import { factsRecord } from '../../../shared/records'
import { keys } from '../../../shared/keys'

const LABELS = ['technical', 'marketing']
const DAY = { hashtag: 'aws', date: '2026-11-21' }
/** A deterministic id, spread evenly like a hash. */
const hashed = (i: number) => ((i * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0') + '00000000'

/** Every third message was first seen before a model was live. */
const scoresAt = (i: number) => (i % 3 === 0 ? undefined : [0.1 + (i % 7) / 10, 0.9 - (i % 7) / 10])

function dayOf(posts: number, most = 1000, isAsked = (_id: string) => false): CountedDay {
  const runs = ['one', 'two'].map((run) => {
    const tally = emptyTally(2)
    for (let i = 0; i < posts; i++) addPost(tally, hashed(i >> 1), scoresAt(i >> 1), { most, isAsked })
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
      cascades: true,
      tally: orderedById(tally),
    }
  })
  return { ...DAY, labels: LABELS, runs }
}

const readBack = (day: CountedDay) => countedDay(factsRecord.parse(JSON.parse(factsBytes(day))))

describe('the stored facts of a day', () => {
  it.each([
    ['without posts', dayOf(0)],
    ['when all messages are kept', dayOf(100)],
    ['when only a sample is kept, with an asked message', dayOf(1000, 50, (id) => id === hashed(7))],
  ])('read back exactly %s', (_, day) => {
    expect(readBack(day)).toEqual(day)
    expect(factsBytes(readBack(day))).toBe(factsBytes(day))
  })

  it('keep an asked message that lies outside the sample', () => {
    const [run] = readBack(dayOf(1000, 50, (id) => id === hashed(7))).runs

    expect(run!.tally.below).toBeLessThan(1)
    expect(messageIn([run!.tally], hashed(7))).toMatchObject({ posts: 2 })
  })
})

describe('facts joined with draws and labels', () => {
  const label = (item: string, more: Partial<StandingLabel>): [string, StandingLabel] => [
    item,
    {
      item,
      post: 'p',
      text: 'text',
      label: 'marketing',
      role: 'evaluation',
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
      ...more,
    },
  ]
  const stratum = { runs: new Set([keys.run({ ...DAY, run: 'one' })]) }
  const parts = { evaluation: 0.2, training: 0.5 }
  const known = (given: Map<string, StandingLabel>, flagged: string[] = []) => ({
    labels: LABELS,
    given,
    design: new Map([1, 2, 3, 4, 1000].map((i) => [hashed(i), parts])),
    flagged: new Set(flagged),
  })

  it('have the members of both draws, with joint probability, size on the day, and kept scores', () => {
    const planned = (name: string, kind: 'one' | 'consensus') => ({ planned: { label: name, kind, batch: DAY.date } })
    const given = new Map([
      label(hashed(1), planned('technical', 'consensus')),
      label(hashed(2), { ...planned('marketing', 'one'), role: 'training' }),
      label(hashed(3), {}),
    ])

    const day = joined(known(given, [hashed(4)]), dayOf(20), [stratum])

    expect(day).toMatchObject({ date: DAY.date, collected: 1, tally: { posts: 40 } })
    expect(day.drawn).toHaveLength(1)
    const [drawn] = day.drawn
    expect(drawn!.tally.posts).toBe(20)
    expect(drawn!.sample).toEqual([
      expect.objectContaining({ item: hashed(1), size: 2, label: 0, judged: 'consensus', scores: scoresAt(1) }),
      expect.objectContaining({ item: hashed(2), size: 2, label: 1, judged: 'one', scores: scoresAt(2) }),
    ])
    for (const { inclusionProbability } of drawn!.sample) expect(inclusionProbability).toBeCloseTo(0.2 + 0.7 * 0.5)
    expect([...drawn!.sampled]).toEqual([1, 2, 3, 4].map(hashed))
    expect([...drawn!.flagged]).toEqual([hashed(4)])
  })

  it("prefer the label of the draw's own batch to a later one, and the owner's to both", () => {
    const planned = { planned: { label: 'technical', kind: 'one' as const, batch: DAY.date } }
    const given = new Map([label(hashed(1), planned), label(hashed(2), { ...planned, adjudicated: true })])

    const { drawn } = joined(known(given), dayOf(20), [stratum])

    expect(drawn[0]!.sample).toMatchObject([
      { label: 0, judged: 'one' },
      { label: 1, judged: 'owner' },
    ])
  })

  it('count a message without scores as evenly split', () => {
    const given = new Map([label(hashed(3), { adjudicated: true })])

    const { drawn } = joined(known(given), dayOf(20), [stratum])

    expect(drawn[0]!.sample[0]!.scores).toEqual([0.5, 0.5])
    expect(meansOf(drawn[0]!.tally, 'messages').reduce((sum, mean) => sum + mean, 0)).toBeCloseTo(1)
  })
})
