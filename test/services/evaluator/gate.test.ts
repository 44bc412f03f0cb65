import { describe, expect, it } from '@jest/globals'
import { type Contender, judge } from '../../../services/evaluator/gate'
import type { ScoresRecord } from '../../../shared/records'

const GATE = { minimumEvaluation: 20, tolerance: 0 }

const scores = (macroF1: number, counts: [number, number] = [15, 15]): ScoresRecord => ({
  items: counts[0] + counts[1],
  accuracy: macroF1,
  macroF1,
  logLoss: 0.5,
  classes: ['marketing', 'technical'].map((label, i) => ({
    label,
    items: counts[i]!,
    answered: i === 1 ? counts[0] + counts[1] : 0,
    precision: null,
    recall: null,
    f1: null,
  })),
  confusion: [],
  accuracyInterval: null,
  macroF1Interval: null,
  hashtags: [],
})

const contender = (job: string, macroF1: number, dataset: Partial<Contender['dataset']> = {}): Contender => ({
  job,
  labels: ['marketing', 'technical'],
  scores: scores(macroF1),
  dataset: {
    datasetId: `data-of-${job}`,
    latestDate: '2026-11-21',
    schemaVersion: 1,
    rows: { train: 100, validation: 20, evaluation: 30 },
    labels: ['marketing', 'technical'],
    ...dataset,
  },
})
const majority = scores(0.33)
const rows = { train: 200, validation: 20, evaluation: 30 }

describe('judge', () => {
  it.each<[string, number, number | undefined, number, boolean]>([
    ['a first model above the majority', 0.34, undefined, 0, true],
    ['a first model at the majority', 0.33, undefined, 0, false],
    ['a better model', 0.81, 0.8, 0, true],
    ['an equal model of the same labels', 0.8, 0.8, 0, false],
    ['an equal model of the same labels, some of which may be lost', 0.8, 0.8, 0.02, true],
    ['a worse model', 0.79, 0.8, 0, false],
    ['a worse model within the tolerance', 0.79, 0.8, 0.02, true],
    ['a worse model beyond the tolerance', 0.77, 0.8, 0.02, false],
  ])('on %s', (_, challenger, champion, tolerance, promote) => {
    const verdict = judge(
      {
        challenger: contender('new', challenger),
        champion: champion === undefined ? undefined : contender('old', champion),
        majority,
      },
      { ...GATE, tolerance },
    )

    expect(verdict.promote).toBe(promote)
    expect(verdict.reasons).toEqual([expect.stringContaining(`macro-F1 ${challenger.toFixed(3)}`)])
  })

  it('promotes an equal model of later labels, for it knows more', () => {
    const challenger = contender('new', 0.8, { latestDate: '2026-11-22' })

    expect(judge({ challenger, champion: contender('old', 0.8), majority }, GATE).promote).toBe(true)
  })

  it.each<[string, Partial<Contender['dataset']>]>([
    ['a later day', { latestDate: '2026-11-22' }],
    ['more rows of the same day', { rows }],
    ['a later version of the labels', { schemaVersion: 2, latestDate: '2026-11-01' }],
  ])('keeps a champion of %s, however good the late challenger', (_, dataset) => {
    const contest = { challenger: contender('late', 1), champion: contender('live', 0.4, dataset), majority }

    expect(judge(contest, GATE)).toEqual({
      promote: false,
      reasons: [expect.stringContaining('champion live is of later labels')],
    })
  })

  it('gives every reason at once', () => {
    const challenger = { ...contender('new', 0.2), labels: ['marketing', 'spam'] }

    const { reasons } = judge({ challenger, champion: contender('old', 0.8), majority: scores(0.3, [3, 0]) }, GATE)

    expect(reasons).toEqual([
      'the model answers "spam", which dataset data-of-new does not have',
      '3 evaluation items are too few: 20 are needed',
      'every evaluation item is "marketing": nothing to tell apart',
      'macro-F1 0.200 is below the 0.800 of champion old',
    ])
  })

  it('says of an unreadable challenger that alone', () => {
    const challenger = { ...contender('new', 0), labels: [], scores: null, unreadable: 'found nothing' }

    expect(judge({ challenger, champion: contender('old', 0.8), majority }, GATE).reasons).toEqual(['found nothing'])
  })
})
