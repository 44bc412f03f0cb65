import { describe, expect, it } from '@jest/globals'
import type { DayBook } from '../../../services/analyzer/reports/day-book'
import type { CountedDay } from '../../../services/analyzer/facts/facts'
import { type Predictor, predictorParts, type SecondOpinions } from '../../../shared/second-opinions'
import { whenAsked } from '../../../services/analyzer/opinions-arrived'
import { headlineOf } from '../../../services/analyzer/reports/report'
import { reporter } from '../../../services/analyzer/reports/reporter'
import { addPost, emptyTally } from '../../../services/analyzer/facts/tally'
import { shareReported } from '../../../events'
import { standingOf } from '../../../shared/labels/standing'
import { makeMemory } from '../../../shared/memory'
import { type PlanRecord, settledLine } from '../../../shared/records'
import { streamLabel, type StreamNames } from '../../../shared/streams'
import { aSettings, aSettledLine } from '../../given'
import { testBucket } from '../../shared/bucket'

const DATE = '2026-11-21'
const NAMES: StreamNames = [{ hashtag: 'aws', stream: 'x' }, { hashtag: 'aws' }]
function sourceOf(network: string) {
  const source = { type: 'file', file: 'posts.jsonl', network }
  return source
}
const settings = aSettings({
  hashtags: [{ tag: 'aws', sources: ['x', 'mastodon'] }],
  sources: { x: sourceOf('x'), mastodon: sourceOf('mastodon') },
})
const idOf = (i: number) => String(i).padStart(16, '0')

/** 150 evaluation posts of two days; those of the second day are from another network. */
const givenWith = (kept: { scores?: Record<string, number> }) =>
  new Map(
    Array.from({ length: 150 }, (_, i) => {
      const item = idOf(1000 + i)
      const line = aSettledLine(item, i % 2 ? 'marketing' : 'technical', {
        role: 'evaluation',
        date: i < 80 ? '2026-11-20' : '2026-11-19',
        hashtags: ['aws'],
        ...kept,
      })
      return [item, standingOf(settledLine.parse(line), '2026-11-20')] as const
    }),
  )
const given = givenWith({ scores: { technical: 0.5, marketing: 0.5 } })

const opinionsOf = (labels: [string, number][], more: Partial<SecondOpinions> = {}): SecondOpinions => ({
  predictor: { provider: 'openai', model: 'some-model', prompt: '0123456789abcdef' },
  labels: new Map(labels),
  excluded: new Set(),
  asked: {
    hashtag: 'aws',
    stream: 'x',
    date: DATE,
    predictor: { provider: 'openai', model: 'some-model', prompt: '0123456789abcdef' },
    runs: [],
    messages: 10,
    asked: 10,
    answered: 9,
    abstained: { unsure: 1 },
    excluded: [],
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 0.5,
    stopped: null,
  },
  version: '',
  ...more,
})
const ofWindow = (from: number, to: number): [string, number][] =>
  Array.from({ length: to - from }, (_, i) => [idOf(1000 + from + i), (from + i) % 2])

function reportBy(answers: Record<string, SecondOpinions>, more: { given?: typeof given; plans?: PlanRecord[] } = {}) {
  const tally = emptyTally(2)
  for (let i = 0; i < 10; i++) addPost(tally, idOf(i), [0.5, 0.5])
  const run = { run: 'one', window: { from: `${DATE}T00:00:00.000Z`, to: `${DATE}T23:59:59.000Z` } }
  const collected = { covered: run.window, gap: null, complete: true, stoppedBy: null, posts: 10, existing: null }
  const counted: CountedDay = {
    ...NAMES[0],
    date: DATE,
    labels: ['technical', 'marketing'],
    runs: [{ ...run, ...collected, otherLanguages: 0, refusedRows: 0, cascades: true, tally }],
  }
  const book: DayBook = {
    dates: [DATE],
    nameOn: () => NAMES[0],
    classify: async () => true,
    facts: async (date) => (date === DATE ? counted : undefined),
    stored: async (date) => (date === DATE ? counted : undefined),
    records: async () => [],
    predictionsOf: () => [],
    classified: [],
  }
  const asked: string[] = []
  const report = reporter(
    {
      objects: testBucket(),
      memory: makeMemory(1000),
      settings,
      labels: { id: '0', labels: more.given ?? given, neither: new Map(), batches: [], refused: [] },
      plans: { between: async () => more.plans ?? [] },
      book,
      opinions: async ([name], date) => {
        asked.push(`${streamLabel(name)} ${date}`)
        return answers[`${streamLabel(name)} ${date}`]
      },
    },
    NAMES,
  )(DATE)
  return { report, asked }
}

describe('predictions of a second predictor that arrive', () => {
  const predictor = { provider: 'openai', model: 'some-model', prompt: '0123456789abcdef' }
  const asked = { ...predictorParts(predictor), stream: 'x', hashtag: 'aws', date: DATE }
  const workAfter = async (parts: typeof asked, own: Predictor | undefined, now = '2026-11-22T05:00:00.000Z') => {
    const queue: unknown[] = []
    await whenAsked({ enqueue: async (work) => void queue.push(work) }, own)(parts, { now: new Date(now) })
    return queue
  }

  it('recompute the report of their day', async () => {
    expect(await workAfter(asked, predictor)).toEqual([{ hashtag: 'aws', stream: 'x', days: [DATE] }])
  })

  it('also recompute the newest closed day, whose weights may change', async () => {
    expect(await workAfter(asked, predictor, '2026-11-26T05:00:00.000Z')).toEqual([
      { hashtag: 'aws', stream: 'x', days: [DATE, '2026-11-25'] },
    ])
  })

  it('recompute nothing when they have another prompt or the settings have no predictor', async () => {
    expect(await workAfter({ ...asked, prompt: 'fedcba9876543210' }, predictor)).toEqual([])
    expect(await workAfter(asked, undefined)).toEqual([])
  })
})

describe('the evaluation window of a report', () => {
  const unscored = givenWith({})
  const planWith = (window: PlanRecord['window'], date = DATE): PlanRecord => ({
    batch: date,
    date,
    labeller: 'desk',
    job: 'j',
    schemaVersion: 1,
    categories: ['technical', 'marketing'],
    deadline: `${date}T21:00:00.000Z`,
    runs: [],
    cascades: 10,
    judgements: 0,
    costUsd: 0,
    items: [],
    draws: [{ ...NAMES[0], date, target: 0, cascades: 10, posts: 10, members: [] }],
    model: 'a-model',
    window,
  })
  const scored = Array.from({ length: 60 }, (_, i) => ({ item: idOf(1000 + i), scores: [0.3, 0.7] }))
  const itemsBy = async (plans: PlanRecord[], labels = unscored) =>
    (await reportBy({}, { given: labels, plans }).report).day.byPosts.pacc.items

  it("has the scores that the day's model gave when the day was planned, and kept scores for other posts", async () => {
    expect(await itemsBy([])).toBe(0)
    expect(await itemsBy([planWith(scored)])).toBe(60)
    expect(await itemsBy([planWith(scored)], given)).toBe(150)
  })

  it('ignores scores from the plan of another day', async () => {
    expect(await itemsBy([planWith(scored, '2026-11-20')])).toBe(0)
  })
})

describe('a report with a second predictor', () => {
  const answers = {
    'aws/x 2026-11-21': opinionsOf([[idOf(1), 0]], { excluded: new Set([idOf(2)]) }),
    'aws/x 2026-11-20': opinionsOf(ofWindow(0, 80)),
    'aws/mastodon 2026-11-19': opinionsOf(ofWindow(80, 150)),
  }

  it('uses its predictions for the window, each for its own day and stream', async () => {
    const { report, asked } = reportBy(answers)

    expect((await report).secondPredictor).toMatchObject({
      provider: 'openai',
      model: 'some-model',
      messages: 10,
      answered: 9,
      abstained: { unsure: 1 },
      costUsd: 0.5,
      window: 150,
      agreement: { items: 150, share: 1 },
      words: expect.stringContaining('some-model answered 9 of 10 messages for $0.50.'),
    })
    expect(asked).toHaveLength(new Set(asked).size)
  })

  it('excludes messages that are examples of the prompt', async () => {
    expect((await reportBy(answers).report).day).toMatchObject({ posts: 9, messages: 9 })
    expect((await reportBy({}).report).day).toMatchObject({ posts: 10 })
  })

  it('names it in the event, with its weight', async () => {
    const { secondPredictor } = headlineOf(await reportBy(answers).report)

    expect(secondPredictor).toEqual({ model: 'some-model', weight: 0, answered: 0.9 })
    const detail = { ...shareReported.example, secondPredictor }
    expect(shareReported.detail.parse(detail)).toEqual(detail)
  })

  it('is unchanged when nothing was predicted', async () => {
    const report = await reportBy({}).report

    expect(report).not.toHaveProperty('secondPredictor')
    expect(headlineOf(report)).not.toHaveProperty('secondPredictor')
  })
})
