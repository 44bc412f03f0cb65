import { describe, expect, it } from '@jest/globals'
import { csvOf } from '../../../pages/report/csv'
import { dateInWords, instantInWords, isolated, withVisibleDirections } from '../../../shared/words'
import { clipped, shortDate, withDatesInWords } from '../../../pages/words'
import { percent, quotable } from '../../../shared/share-sentence'
import {
  daysFrom,
  dollarsInWords,
  drawnLabels,
  itemsInWords,
  schedule,
  shortJob,
  withShortJobs,
  wrongInWords,
} from '../../../pages/report/words'

const NBSP = '\u00a0'
const share = (label: string, of: number) => ({ label, share: of, low: of - 0.06, high: of + 0.06 })

type Told = Parameters<typeof quotable>[0]
const said = (answer: Told['answer'], more: Partial<Told> = {}): string | undefined =>
  quotable({ topic: 'aws', date: '2026-11-21', span: 'day', posts: 412, answer, model: null, ...more })?.replaceAll(
    NBSP,
    ' ',
  )

describe('the quotable sentence', () => {
  it('says what, of what, when, how certain and from how many labels, largest share first', () => {
    const answer = {
      state: 'reported' as const,
      labels: 30,
      shares: [share('technical', 0.41), share('marketing', 0.59)],
    }

    expect(said(answer)).toBe(
      'On 21 November 2026 about 59 % (53 to 65 %) of the 412 posts about #aws were marketing and 41 % (35 to 47 %) ' +
        'technical: 95 % intervals, from 30 labels given by people.',
    )
    expect(said(answer, { span: 'week', posts: 2890, model: 'job' })).toBe(
      'In the seven days to 21 November 2026 about 59 % (53 to 65 %) of the 2,890 posts about #aws were marketing and ' +
        '41 % (35 to 47 %) technical: 95 % intervals, from 30 labels given by people, with a model kept honest by them.',
    )
    expect(said({ ...answer, modelWeight: 0 }, { model: 'job' })).not.toContain('model')
  })

  it('keeps its word order around a right-to-left label', () => {
    const answer = { state: 'reported' as const, labels: 30, shares: [share('عربي', 0.1), share('technical', 0.9)] }

    expect(said(answer)).toContain('and 10 % (4 to 16 %) \u2068عربي\u2069: 95 %')
  })

  it('names three of many labels, and says that there are others', () => {
    const shares = [0.1, 0.3, 0.15, 0.25, 0.2].map((of, i) => share(`label${i}`, of))

    expect(said({ state: 'reported', labels: 1, shares })).toContain(
      'about 30 % (24 to 36 %) of the 412 posts about #aws were label1, 25 % (19 to 31 %) label3, 20 % (14 to 26 %) label4 ' +
        'and 2 other labels the rest: 95 % intervals, from 1 label given',
    )
  })

  it('states its assumptions, and excludes flagged posts from the share', () => {
    const answer = {
      state: 'reported' as const,
      labels: 28,
      sampled: 30,
      flagged: 2,
      shares: [share('technical', 0.41)],
    }
    const errors = { source: 'assumed' as const, items: 0, differing: 0, rate: 0.05, high: 0.11 }

    expect(said(answer, { errors })).toBe(
      'On 21 November 2026 about 41 % (35 to 47 %) of the 412 posts about #aws that fit a label were technical: 95 % intervals, ' +
        'from 28 labels given by people, assuming that 1 label in 20 is wrong. 2 of 30 drawn messages fit none.',
    )
  })

  it.each(['not-enough-labels', 'no-posts', 'withheld', 'labels-unreliable'] as const)(
    'is missing when the state is %s',
    (state) => {
      expect(said({ state, labels: 4, shares: [] })).toBeUndefined()
    },
  )
})

describe('how often labels are wrong', () => {
  it.each([
    [
      'pairs',
      '6 % of single judgements are wrong, at most 9 %, by 120 posts that two people judged; a misunderstanding',
    ],
    ['gold', '6 % of single judgements are wrong, at most 9 %, by 120 hidden checks; a misunderstanding'],
    ['assumed', '6 % of single judgements are wrong: assumed, since too few posts were judged twice to tell'],
  ] as const)('is stated with its source: %s', (source, expected) => {
    const errors = { source, items: 120, differing: 13, rate: 0.06, high: 0.09 }

    expect(wrongInWords(errors)?.replaceAll(NBSP, ' ')).toContain(expected)
  })
})

describe('numbers and days', () => {
  it.each([
    [0, '0'],
    [0.004, '0.4'],
    [0.414, '41'],
    [0.995, '99.5'],
    [1, '100'],
  ])('writes a share of %p as %s per cent', (of, said) => {
    expect(percent(of)).toBe(said)
  })

  it.each([
    [0, '$0'],
    [0.00119, '$0.001'],
    [4.5, '$4.50'],
  ])('writes %p dollars as %s', (usd, said) => {
    expect(dollarsInWords(usd)).toBe(said)
  })

  it('writes days in words, whatever the time zone', () => {
    expect([dateInWords('2026-01-31'), shortDate('2026-12-01')]).toEqual(['31 January 2026', '1 Dec'])
  })

  it('writes the days of a sentence in words, and leaves the names of batches unchanged', () => {
    expect(withDatesInWords('from 2026-11-16 to 2026-11-22, batch 2026-11-22-1')).toBe(
      'from 16 November 2026 to 22 November 2026, batch 2026-11-22-1',
    )
  })

  it('lists every day from one to another, across the end of a month', () => {
    expect(daysFrom('2026-02-27', '2026-03-02')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'])
  })

  it('writes a daily schedule in words, and any other unchanged', () => {
    expect(schedule('cron(10 0 * * ? *)')).toBe('every day at 00:10 UTC')
    expect(schedule('cron(10 0/2 * * ? *)')).toBe('cron(10 0/2 * * ? *)')
  })

  it('shortens the name of a job to its distinguishing part', () => {
    expect(shortJob('bellwether-dev-3f9c2a7d0b1e4c55-1')).toBe('3f9c2a7d-1')
    expect(withShortJobs('below champion bellwether-dev-3f9c2a7d0b1e4c55-1, by 0.05 of macro-F1')).toBe(
      'below champion 3f9c2a7d-1, by 0.05 of macro-F1',
    )
  })
})

describe('the items of batches', () => {
  it.each<[string, Parameters<typeof itemsInWords>[0], string]>([
    [
      'two batches',
      [
        { items: 1200, labelled: 1180, failed: { disputed: 11, flagged: 3 } },
        { items: 60, labelled: 58, failed: { unanswered: 2 } },
      ],
      'Of 1,260 items in the newest 2 batches, 1,238 have a label, 16 have none and 6 were hidden checks, whose label was known.',
    ],
    [
      'a batch without checks',
      [{ items: 60, labelled: 58, failed: { unanswered: 2 } }],
      'Of 60 items in the newest batch, 58 have a label and 2 have none.',
    ],
    [
      'one of each',
      [{ items: 3, labelled: 1, failed: { unanswered: 1 } }],
      'Of 3 items in the newest batch, 1 has a label, 1 has none and 1 was a hidden check, whose label was known.',
    ],
  ])('add up in the sentence about %s', (_, batches, expected) => {
    expect(itemsInWords(batches)).toContain(expected)
  })
})

describe('the labels that a plot draws', () => {
  it('are the first of two, with the other as the rest, or all of three', () => {
    expect(drawnLabels(['technical', 'marketing'])).toEqual({
      drawn: ['technical'],
      rest: 'The rest to 100 % is marketing.',
    })
    expect(drawnLabels(['a', 'b', 'c'])).toEqual({ drawn: ['a', 'b', 'c'], rest: undefined })
  })
})

describe('a download', () => {
  it('follows RFC 4180, with plain numbers and empty cells for missing ones', () => {
    const columns = [{ heading: 'label' }, { heading: 'share', numeric: true }]

    expect(
      csvOf(columns, [
        ['say "hi", twice', 0.414],
        ['a', null],
      ]),
    ).toBe('label,share\r\n"say ""hi"", twice",0.414\r\na,\r\n')
  })

  it('contains no formula', () => {
    expect(csvOf([{ heading: 'label' }], [['=1+1'], ['＠x']])).toBe("label\r\n'=1+1\r\n'＠x\r\n")
  })
})

describe('names among other words', () => {
  it.each([
    ['technical', 'technical'],
    ['عربي', '\u2068عربي\u2069'],
    ['𞤀𞤁', '\u2068𞤀𞤁\u2069'],
    ['\u202Eevil', '⟨RLO⟩evil'],
    ['עב\u2069\u2067evil', '\u2068עב⟨PDI⟩⟨RLI⟩evil\u2069'],
  ])('isolate %j', (name, said) => {
    expect(isolated(name)).toBe(said)
  })

  it('are cut between characters', () => {
    expect([clipped('abcdef', 4), clipped('abcd', 4), clipped('ab👍👍👍', 4)]).toEqual(['abc…', 'abcd', 'ab👍…'])
  })
})

it.each([
  ['overrides', 'a\u202Ab\u202Bc\u202Cd\u202De\u202E', 'a⟨LRE⟩b⟨RLE⟩c⟨PDF⟩d⟨LRO⟩e⟨RLO⟩'],
  ['isolates', 'pay \u2067evil\u2069 now \u2066\u2068', 'pay ⟨RLI⟩evil⟨PDI⟩ now ⟨LRI⟩⟨FSI⟩'],
  ['marks', 'a\u200Eb\u200Fc\u061C', 'a⟨LRM⟩b⟨RLM⟩c⟨ALM⟩'],
])('shows %s of text direction by name', (_, text, shown) => {
  expect(withVisibleDirections(text)).toBe(shown)
})

it('writes an instant with its date, like all pages', () => {
  expect(instantInWords('2026-11-21T09:05:00.000Z')).toBe('21 November 2026, 09:05 UTC')
})
