import { describe, expect, it } from '@jest/globals'
import { type Contender, type Contest, judge } from '../../../services/evaluator/gate'
import { measured } from '../../../services/evaluator/measuring/measure'
import type { EvaluationLine } from '../../../shared/records'
import { settings } from '../../../shared/settings'
import { item } from './contest'

const GATE = settings.shape.gate.parse(undefined)
const LABELS = ['marketing', 'technical']

const itemsOf = (marketing: number, technical: number): EvaluationLine[] => [
  ...Array.from({ length: marketing }, (_, n) => item('marketing', n)),
  ...Array.from({ length: technical }, (_, n) => item('technical', n)),
]

/** The probabilities of a fairly confident model. */
const sure = (answer: string) => ({
  probabilities: LABELS.map((label) => (label === answer ? 0.9 : 0.1)),
  basis: 'text' as const,
})

/** A model with this many errors per class; `from` shifts which items are wrong. */
function contender(
  job: string,
  items: readonly EvaluationLine[],
  wrong: Record<string, number>,
  dataset: Partial<Contender['dataset']> = {},
  from = 0,
): Contender {
  const seen: Record<string, number> = {}
  const answers = items.map(({ label }) => {
    const place = (seen[label] = (seen[label] ?? 0) + 1) - 1 - from
    const isWrong = place >= 0 && place < (wrong[label] ?? 0)
    return isWrong ? LABELS.find((other) => other !== label)! : label
  })
  return {
    job,
    engine: 'fasttext',
    labels: LABELS,
    measured: measured({ labels: LABELS, said: answers.map(sure) }, items, LABELS),
    dataset: {
      datasetId: `data-of-${job}`,
      latestDate: job === 'new' ? '2026-11-22' : '2026-11-21',
      schemaVersion: 1,
      textVersion: '2',
      rows: { train: 100, validation: 20, evaluation: items.length },
      labels: LABELS,
      classes: {
        marketing: { train: 40, validation: 10, evaluation: 0 },
        technical: { train: 60, validation: 10, evaluation: 0 },
      },
      ...dataset,
    },
  }
}

const hundred = itemsOf(50, 50)

function contest(challenger: Contender, champion: Contender | undefined, items = hundred, leaked = 0): Contest {
  const most = items.filter(({ label }) => label === 'marketing').length * 2 >= items.length ? 'marketing' : 'technical'
  const majority = measured({ labels: LABELS, said: items.map(() => sure(most)) }, items, LABELS).scores
  return {
    challenger,
    champion,
    best: null,
    daysAhead: 0,
    daysSinceSwitch: null,
    isOutgrown: false,
    majority,
    window: { items: items.length, leaked },
    relabelled: { shared: 0, changed: 0 },
  }
}

/** The names of the rules that a challenger fails. */
const failed = (given: Contest): string[] =>
  judge(given, GATE).gate.flatMap(({ name, passed }) => (passed ? [] : [name]))

describe('the gate without a champion', () => {
  const sixty = itemsOf(30, 30)

  it('promotes a model provisionally from 60 items on when it clearly beats the majority', () => {
    const verdict = judge(contest(contender('new', sixty, { marketing: 5, technical: 5 }), undefined, sixty), GATE)

    expect(verdict).toMatchObject({ promote: true, provisional: true, comparison: null })
    expect(verdict.reasons).toEqual([expect.stringMatching(/^macro-F1 0\.833, at least 0\.7\d\d, beats the 0\.333/)])
  })

  it.each([
    ['59 items', itemsOf(29, 30), { marketing: 2 }, ['enough-items']],
    ['a score that may beat the majority by chance', sixty, { marketing: 26, technical: 2 }, ['beats-majority']],
    ['only one class', itemsOf(0, 60), {}, ['two-classes', 'beats-majority']],
    ['no items', [], {}, ['enough-items', 'beats-majority']],
  ])('rejects a model with %s', (_, items, wrong, rules) => {
    expect(failed(contest(contender('new', items, wrong), undefined, items))).toEqual(rules)
  })

  it('ignores a champion of another label version', () => {
    const champion = contender('old', sixty, {})
    const challenger = contender('new', sixty, { marketing: 5 }, { schemaVersion: 2 })

    const verdict = judge(contest(challenger, champion, sixty), GATE)

    expect(verdict).toMatchObject({ promote: true, provisional: true, comparison: null })
    expect(verdict.reasons).toEqual([expect.stringContaining('champion old answers by version 1 of the labels')])
  })
})

describe('the gate against a champion on 100 items', () => {
  it.each<[string, Record<string, number>, string[]]>([
    ['is better', { marketing: 4, technical: 4 }, []],
    ['has the same answers and later labels', { marketing: 5, technical: 5 }, []],
    ['has one item fewer right and none more', { marketing: 6, technical: 5 }, ['not-surely-worse']],
    ['is lower by more than a standard error', { marketing: 8, technical: 7 }, ['not-surely-worse', 'near-the-best']],
    ['loses a class', { marketing: 20, technical: 0 }, ['not-surely-worse', 'near-the-best', 'keeps-recall']],
  ])('applies its rules to a challenger that %s', (_, wrong, rules) => {
    const champion = contender('old', hundred, { marketing: 5, technical: 5 })

    const given = contest(contender('new', hundred, wrong), champion)

    expect(failed(given)).toEqual(rules)
    expect(judge(given, GATE)).toMatchObject({ promote: rules.length === 0, provisional: false })
  })

  it('promotes a challenger that is lower by less than a standard error, and says by how much', () => {
    const champion = contender('old', hundred, { marketing: 20, technical: 20 })
    const challenger = contender('new', hundred, { marketing: 21, technical: 20 }, {}, 25)

    const verdict = judge(contest(challenger, champion), GATE)

    expect(verdict.promote).toBe(true)
    expect(verdict.comparison).toMatchObject({ mcnemar: { lost: 41, gained: 40 } })
    expect(verdict.comparison?.difference).toBeCloseTo(-0.01, 4)
    expect(verdict.comparison?.standardError).toBeCloseTo(0.09, 2)
    expect(verdict.reasons).toEqual([
      'macro-F1 0.590 is below the 0.600 of champion old by 1.0 points, which is within 1 standard error, 9.1',
    ])
  })

  describe('when a class loses recall', () => {
    // The champion answers mostly "technical" and has 10 of the 50 marketing posts right.
    const champion = contender('old', hundred, { marketing: 40 })

    it('promotes a challenger that is clearly better over all classes', () => {
      const challenger = contender('new', hundred, { marketing: 10, technical: 8 })

      const { promote, gate } = judge(contest(challenger, champion), GATE)

      expect(promote).toBe(true)
      expect(gate).toContainEqual({
        name: 'keeps-recall',
        passed: true,
        words: 'recall of "technical" falls from 100.0 % to 84.0 %, ± 5.2 points, but macro-F1 is clearly better',
      })
    })

    it.each([
      [2, []],
      [7, ['keeps-recall']],
    ])(
      'allows %i lost items of 50 within the error, or rejects a challenger that may be no better',
      (technical, rules) => {
        expect(failed(contest(contender('new', hundred, { marketing: 34, technical }), champion))).toEqual(rules)
      },
    )
  })

  it.each([
    ['0.019 above', 0.919, []],
    ['0.021 above', 0.921, ['near-the-best']],
  ])('compares with a recently live model: the best one scores %s', (_, macroF1, rules) => {
    const given = contest(
      contender('new', hundred, { marketing: 5, technical: 5 }),
      contender('old', hundred, { marketing: 6, technical: 5 }),
    )

    expect(failed({ ...given, best: { job: 'former', macroF1 } })).toEqual(rules)
  })

  describe('a challenger of another engine', () => {
    const champion = contender('old', hundred, { marketing: 10, technical: 10 })
    const of = (wrong: Record<string, number>, more: Partial<Contest> = {}) => ({
      ...contest({ ...contender('new', hundred, wrong), engine: 'linear' }, champion),
      ...more,
    })

    it.each<[string, Contest, string[]]>([
      ['a standard error better', of({ marketing: 9, technical: 8 }), []],
      ['better by less than a standard error', of({ marketing: 0, technical: 19 }), ['other-engine']],
      ['equally good', of({ marketing: 10, technical: 10 }, { daysAhead: 9 }), ['other-engine']],
      ['as good as an engine for few labels', of({ marketing: 10, technical: 10 }, { isOutgrown: true }), []],
      ['ahead for the second day', of({ marketing: 0, technical: 19 }, { daysAhead: 1 }), ['other-engine']],
      ['ahead for the third day', of({ marketing: 0, technical: 19 }, { daysAhead: 2 }), []],
      [
        'not clearly better soon after a switch',
        of({ marketing: 8, technical: 9 }, { daysAhead: 9, daysSinceSwitch: 13 }),
        ['other-engine'],
      ],
      ['better two weeks after a switch', of({ marketing: 8, technical: 8 }, { daysSinceSwitch: 14 }), []],
      ['clearly better today, soon after a switch', of({}, { daysAhead: 1, daysSinceSwitch: 1 }), ['other-engine']],
      ['clearly better for days, soon after a switch', of({}, { daysAhead: 2, daysSinceSwitch: 1 }), []],
    ])('is judged when it is %s', (_, given, rules) => {
      expect(failed(given).filter((name) => name !== 'keeps-recall')).toEqual(rules)
    })
  })

  it('promotes a model with the same answers and labels over one of an earlier text version', () => {
    const same = { latestDate: '2026-11-21' }
    const given = contest(
      contender('new', hundred, { marketing: 5 }, same),
      contender('old', hundred, { marketing: 5 }, { textVersion: '1' }),
    )

    expect(failed(given)).toEqual([])
  })

  it('rejects a challenger with the same answers and no later labels', () => {
    const same = { latestDate: '2026-11-21' }
    const given = contest(
      contender('new', hundred, { marketing: 5 }, same),
      contender('old', hundred, { marketing: 5 }),
    )

    expect(failed(given)).toEqual(['not-surely-worse'])
  })

  it.each<[string, Partial<Contender['dataset']>]>([
    ['a later day', { latestDate: '2026-11-23' }],
    ['more rows of the same day', { latestDate: '2026-11-22', rows: { train: 120, validation: 20, evaluation: 100 } }],
    ['a later label version', { schemaVersion: 2, latestDate: '2026-11-01' }],
  ])('rejects a late challenger, however good, when the champion is of %s', (_, dataset) => {
    const champion = contender('old', hundred, { marketing: 20 }, dataset)

    expect(failed(contest(contender('new', hundred, {}), champion))).toEqual(['latest-labels'])
  })

  it.each<[string, Partial<Contender['dataset']>, string[]]>([
    [
      'less than half the size',
      { rows: { train: 49, validation: 20, evaluation: 100 } },
      ['training-size', 'training-classes'],
    ],
    [
      'a class half again as frequent',
      {
        classes: {
          marketing: { train: 61, validation: 0, evaluation: 0 },
          technical: { train: 39, validation: 0, evaluation: 0 },
        },
      },
      ['training-classes'],
    ],
    ['a missing class', { classes: { technical: { train: 100, validation: 0, evaluation: 0 } } }, ['training-classes']],
    [
      'twice the size',
      {
        rows: { train: 200, validation: 20, evaluation: 100 },
        classes: {
          marketing: { train: 80, validation: 10, evaluation: 0 },
          technical: { train: 120, validation: 10, evaluation: 0 },
        },
      },
      [],
    ],
  ])('checks the training set: %s', (_, dataset, rules) => {
    const given = contest(contender('new', hundred, {}, dataset), contender('old', hundred, { marketing: 5 }))

    expect(failed(given).filter((name) => name !== 'training-classes' || rules.includes(name))).toEqual(rules)
  })

  it('rejects a challenger when training and evaluation items have mixed', () => {
    const better = contender('new', hundred, {})
    const champion = contender('old', hundred, { marketing: 5 })

    expect(judge(contest(better, champion, hundred, 2), GATE).promote).toBe(true)
    expect(failed(contest(better, champion, hundred, 6))).toEqual(['separate-roles'])
  })

  it('rejects a challenger when more than a tenth of the shared training texts changed their label', () => {
    const given = contest(contender('new', hundred, {}), contender('old', hundred, { marketing: 5 }))

    expect(failed({ ...given, relabelled: { shared: 100, changed: 10 } })).toEqual([])
    expect(failed({ ...given, relabelled: { shared: 100, changed: 11 } })).toEqual(['training-labels'])
  })

  it("promotes any valid challenger when the champion's artefact no longer loads", () => {
    const champion: Contender = { ...contender('old', hundred, {}), measured: null, unreadable: 'found nothing' }

    const verdict = judge(contest(contender('new', hundred, { marketing: 10 }), champion), GATE)

    expect(verdict).toMatchObject({ promote: true, provisional: true })
    expect(verdict.reasons).toEqual([expect.stringContaining('the champion cannot be compared: found nothing')])
  })
})

describe('the gate against a champion on 60 to 99 items', () => {
  const eighty = itemsOf(40, 40)
  const champion = contender('old', eighty, { marketing: 5, technical: 5 })

  it('keeps the champion, and the reason says until when', () => {
    const { promote, reasons } = judge(contest(contender('new', eighty, {}), champion, eighty), GATE)

    expect({ promote, reasons }).toEqual({
      promote: false,
      reasons: [
        '80 evaluation items are too few to replace champion old: 100 are needed, or 60 once its labels are 14 days older than the new ones',
      ],
    })
  })

  it.each([
    ['2026-12-05', { marketing: 4 }, ['enough-items']],
    ['2026-12-06', { marketing: 4, technical: 5 }, []],
    ['2026-12-06', { marketing: 6, technical: 5 }, ['not-surely-worse']],
  ])('replaces a stale champion by labels of %s unless these are clearly worse: %j', (latestDate, wrong, rules) => {
    const given = contest(contender('new', eighty, wrong, { latestDate }), champion, eighty)

    expect(failed(given)).toEqual(rules)
    expect(judge(given, GATE).provisional).toBe(rules.length === 0)
  })
})

it('lists every failed rule at once', () => {
  const few = itemsOf(3, 0)
  const challenger = { ...contender('new', few, { marketing: 1 }), labels: ['marketing', 'spam'] }

  const { reasons } = judge(contest(challenger, contender('old', few, {}), few), GATE)

  expect(reasons.map((reason) => reason.slice(0, 40))).toEqual([
    'the model answers "spam", which dataset ',
    '3 evaluation items are too few: 60 are n',
    'every evaluation item is "marketing": no',
    'macro-F1 0.800, where old, the best live',
  ])
})

it('lists only the load error for an unreadable challenger', () => {
  const challenger = { ...contender('new', hundred, {}), labels: [], measured: null, unreadable: 'found nothing' }

  expect(judge(contest(challenger, contender('old', hundred, {})), GATE).reasons).toEqual(['found nothing'])
})
