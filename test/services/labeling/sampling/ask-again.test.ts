import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { itemsToAskAgain } from '../../../../services/labeling/sampling/ask-again'
import { doubtfulLabels } from '../../../../services/labeling/sampling/doubtful'
import { termsOf } from '../../../../shared/labellers'
import { standingOf } from '../../../../shared/labels/standing'
import type { SettledLine } from '../../../../shared/records'
import { shownText } from '../../../../shared/text'
import { cascadeId } from '../../../../shared/text/cascade'
import { aSettledLine, CATEGORIES } from '../../../given'
import { settingsWith, wordsOf } from '../world'

const open = { batch: '2026-06-10', date: '2026-06-10' }
const settings = settingsWith({ goldShare: 0.05, repeatShare: 0.1, relabelShare: 0.05 })
/** Two kinds of posts that a model can separate. */
const textOf = (i: number) =>
  `${i % 2 ? 'join our free webinar today and save' : 'debugging the error log of a timeout'} ${wordsOf(`${i}`).slice(0, 26)}`

interface Given {
  label?: string
  annotators?: string[]
  adjudicated?: boolean
  role?: SettledLine['role']
  confidence?: number
  on?: string
}

function lineOf(
  i: number,
  {
    label = CATEGORIES[i % 2]!,
    annotators = ['ana'],
    adjudicated,
    role,
    confidence = 0,
    on = '2026-06-08',
  }: Given = {},
) {
  return aSettledLine(cascadeId(textOf(i)), label, {
    source: textOf(i),
    'post-id': `p${i}`,
    date: '2026-06-01',
    size: 1,
    ...(role ? { role } : {}),
    metadata: {
      confidence,
      'creation-date': `${on}T10:00:00`,
      judgements: annotators.map((annotator) => ({ annotator, label })),
      ...(adjudicated ? { adjudicated } : {}),
    },
  })
}

type Lines = [batch: string, line: SettledLine][]
const given = (lines: Lines) => new Map(lines.map(([batch, line]) => [line.item, standingOf(line, batch)]))
const range = (count: number) => Array.from({ length: count }, (_, i) => i)
const askAgain = (lines: Lines, items = 60, places = 30, labelling = settings.labelling, askedBefore?: Set<string>) =>
  itemsToAskAgain(
    given(lines),
    open,
    { ...settings, labelling, asked: termsOf(labelling.labeller).judgementsAsked(labelling) },
    items,
    places,
    askedBefore,
  )
const counts = ({ again }: Awaited<ReturnType<typeof askAgain>>) =>
  ['gold', 'repeat', 'relabel'].map((purpose) => again.filter((one) => one.purpose === purpose).length)

describe('asking items again', () => {
  it('asks nothing again while nothing is labelled', async () => {
    expect(await askAgain([])).toEqual({ again: [], taken: 0 })
  })

  it('repeats a tenth of a batch when one annotator gave all labels', async () => {
    const outcome = await askAgain(range(50).map((i) => ['2026-06-02', lineOf(i)]))

    expect(counts(outcome)).toEqual([0, 6, 0])
    expect(outcome.taken).toBe(6)
    expect(outcome.again.every(({ judgements }) => judgements === 1)).toBe(true)
  })

  it.each<[string, Lines]>([
    [
      'several annotators gave the labels',
      range(50).map((i) => ['2026-06-02', lineOf(i, { annotators: [i % 2 ? 'ana' : 'ben'] })]),
    ],
    ['the labels are of the same day', range(50).map((i) => ['2026-06-10-2', lineOf(i)])],
    ['the labels were imported', range(50).map((i) => ['import-0123456789abcdef', lineOf(i)])],
  ])('repeats nothing when %s', async (_, lines) => {
    expect(counts(await askAgain(lines))).toEqual([0, 0, 0])
  })

  it('hides gold items at the configured rate, among labels that the owner decided', async () => {
    const decided = range(10).map((i): Lines[number] => ['correction-1', lineOf(i, { adjudicated: true })])
    const others = range(20).map((i): Lines[number] => ['2026-06-02', lineOf(100 + i, { annotators: [`a${i}`] })])

    const outcome = await askAgain([...decided, ...others])

    expect(counts(outcome)).toEqual([3, 0, 0])
    expect(outcome.again.every(({ label }) => label.adjudicated)).toBe(true)
  })

  it('never takes more than half of the training places', async () => {
    const decided = range(30).map((i): Lines[number] => ['correction-1', lineOf(i, { adjudicated: true })])
    const single = range(50).map((i): Lines[number] => ['2026-06-02', lineOf(100 + i)])

    expect((await askAgain([...decided, ...single], 60, 5)).taken).toBeLessThanOrEqual(2)
  })

  it('does not depend on the order of the labels', async () => {
    const lines = range(40).map((i): Lines[number] => [
      i % 4 ? '2026-06-02' : 'correction-1',
      lineOf(i, i % 4 ? {} : { adjudicated: true }),
    ])

    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(lines, { minLength: lines.length }), async (shuffled) => {
        expect(await askAgain(shuffled)).toEqual(await askAgain(lines))
      }),
      { numRuns: 20 },
    )
  })
})

describe('a label that its judges leave in doubt', () => {
  const PAIR = ['ana', 'ben']
  const doubted = (i: number, more: Given = {}): Lines[number] => [
    '2026-06-02',
    lineOf(i, { annotators: PAIR, confidence: 0.6, ...more }),
  ]
  const sure = (i: number, more: Given = {}) => doubted(i, { confidence: 0.97, annotators: ['ben', 'cyd'], ...more })
  const others = range(20).map((i) => sure(100 + i))
  const confirmed = async (lines: Lines, askedBefore?: Set<string>) => {
    const { again } = await askAgain(lines, 60, 30, settings.labelling, askedBefore)
    return again.filter(({ purpose }) => purpose === 'confirm')
  }

  it('is asked once more in both roles, the least certain first, within the share', async () => {
    const lines = [
      doubted(1, { confidence: 0.69 }),
      doubted(2, { confidence: 0.51, role: 'evaluation' }),
      doubted(3, { confidence: 0.65 }),
      doubted(4, { confidence: 0.6, role: 'evaluation' }),
    ]

    const back = await confirmed([...lines, ...others])

    expect(back.map(({ label, judgements }) => [label.post, label.role, judgements])).toEqual([
      ['p2', 'evaluation', 1],
      ['p4', 'evaluation', 1],
      ['p3', 'training', 1],
    ])
  })

  it.each<[string, Lines[number]]>([
    [
      'one annotator alone gave it, where confidence 0 means nothing',
      doubted(1, { annotators: ['ana'], confidence: 0 }),
    ],
    ['it is probable enough', doubted(1, { confidence: 0.7 })],
    ['the owner decided it', doubted(1, { adjudicated: true })],
    ['every active annotator judged it', doubted(1, { annotators: ['ana', 'ben', 'cyd'] })],
    ['it was imported', ['import-0123456789abcdef', doubted(1)[1]]],
  ])('is not asked again when %s', async (_, line) => {
    expect((await confirmed([doubted(2), ...others])).map(({ label: { item } }) => item)).toEqual([doubted(2)[1].item])
    expect(await confirmed([line, ...others])).toEqual([])
  })

  it('does not wait for an annotator who left', async () => {
    const left = others.map(([batch], i): Lines[number] => [
      batch,
      lineOf(100 + i, { annotators: ['cyd'], on: '2026-06-02' }),
    ])

    expect(await confirmed([doubted(1), ...left])).toEqual([])
  })

  it('is never asked a second time for confirmation', async () => {
    expect(await confirmed([doubted(1), doubted(2), ...others], new Set([doubted(1)[1].item]))).toHaveLength(1)
  })

  it('takes precedence over labels that a model doubts, within one share', async () => {
    const wrong = range(240).map((i): Lines[number] => [
      '2026-06-02',
      lineOf(i, { annotators: [`a${i % 3}`], label: CATEGORIES[(i + (i % 20 === 1 ? 1 : 0)) % 2]! }),
    ])
    const labelling = { ...settings.labelling, relabelShare: 0.1 }
    const purposes = async (lines: Lines) => {
      const { again } = await askAgain(lines, 60, 30, labelling)
      return again.map(({ purpose }) => purpose)
    }

    expect(await purposes(wrong)).toEqual(['relabel', 'relabel'])
    expect(await purposes([...wrong, doubted(300), doubted(301), doubted(302)])).toEqual([
      'confirm',
      'confirm',
      'confirm',
      'relabel',
    ])
  })
})

describe('labels that a model doubts', () => {
  const wrong = [20, 41, 62, 83]
  const labels = range(240).map((i) => ({
    item: cascadeId(textOf(i)),
    text: shownText(textOf(i)),
    label: CATEGORIES[(i + (wrong.includes(i) ? 1 : 0)) % 2]!,
  }))

  it('are the wrong ones', async () => {
    const doubtful = await doubtfulLabels(labels, CATEGORIES)

    expect(new Set(doubtful.slice(0, 4))).toEqual(new Set(wrong.map((i) => labels[i]!.item)))
  })

  it('do not depend on the order, and are none below 200 labels', async () => {
    expect(await doubtfulLabels([...labels].reverse(), CATEGORIES)).toEqual(await doubtfulLabels(labels, CATEGORIES))
    expect(await doubtfulLabels(labels.slice(0, 199), CATEGORIES)).toEqual([])
  })

  it('cost two judgements and a possible third, for at most a tenth of the batch, never in the evaluation role', async () => {
    const lines = range(240).map((i): Lines[number] => {
      const annotators = [`a${i % 3}`]
      const label = CATEGORIES[(i + (wrong.includes(i) ? 1 : 0)) % 2]!
      return ['2026-06-02', lineOf(i, { label, annotators, role: i === 20 ? 'evaluation' : 'training' })]
    })

    const { again, taken } = await askAgain(lines, 60, 30, { ...settings.labelling, relabelShare: 0.1 })

    const places = again.map(({ label }) => Number(label.post.slice(1)))
    expect(again.map(({ purpose, judgements }) => [purpose, judgements])).toEqual([
      ['relabel', 2],
      ['relabel', 2],
    ])
    expect(taken).toBe(6)
    expect(places.every((i) => [41, 62, 83].includes(i))).toBe(true)
  })
})
