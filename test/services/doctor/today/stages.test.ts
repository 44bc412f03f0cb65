import { describe, expect, it } from '@jest/globals'
import { type TodayFacts, reportName, type TrainingToday } from '../../../../services/doctor/today/facts'
import { isWell, type Stage, stagesOf } from '../../../../services/doctor/today/stages'
import { wordsOf } from '../../../../services/doctor/today/words'

const at = (time: string): number => Date.parse(`2026-11-22T${time}:00Z`)
const run = { posts: 812, refusedRows: 0, covered: 1, complete: true, stoppedBy: null, at: at('00:12') }
const cursor = { through: at('00:00'), running: false, leaseUntil: at('00:15') }
const aws = { hashtag: 'aws', topic: 'aws', cursor, runs: [run] }
const batch = {
  batch: '2026-11-21',
  date: '2026-11-21',
  claimedAt: at('01:00'),
  started: true,
  deadline: at('21:00'),
  progress: { items: 60, complete: 12 },
}
const settled = {
  batch: '2026-11-21',
  date: '2026-11-21',
  labelled: 58,
  judgements: 91,
  status: 'ok',
  reasons: ['measured'],
  at: at('09:00'),
}
const job = {
  job: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
  engine: undefined,
  state: 'ended' as const,
  startedAt: at('09:01'),
  trainedAt: at('09:10'),
  card: { verdict: 'promoted' as const, reasons: ['the first model'] },
}

/** A day on which everything is done. */
const GOOD: TodayFacts = {
  now: at('12:00'),
  day: '2026-11-21',
  due: { collect: at('00:10'), label: at('01:00') },
  collections: { known: [aws] },
  planned: { known: 60 },
  open: { known: [] },
  settled: { known: [settled] },
  training: { known: { dataset: '3f9c2a7d0b1e4c55', jobs: [job] } },
  reported: { known: new Set([reportName({ hashtag: 'aws' }, '2026-11-21')]) },
  champion: { known: { job: job.job, promotedAt: at('09:11'), macroF1: 0.84 } },
  spent: { known: { collect: 4, label: 0, train: 0.1 } },
  deadLetters: { known: { collector: 0, analyzer: 0 } },
}
const NOTHING: Partial<TodayFacts> = {
  collections: { known: [{ hashtag: 'aws', topic: 'aws', cursor: undefined, runs: [] }] },
  planned: { known: undefined },
  settled: { known: [] },
  training: { known: undefined },
  reported: { known: new Set() },
  champion: { known: undefined },
}
const stageOf = (changes: Partial<TodayFacts>, stage: Stage['stage']) =>
  stagesOf({ ...GOOD, ...changes }, 'dev').find((one) => one.stage === stage)
const wellWith = (changes: Partial<TodayFacts>) => {
  const facts = { ...GOOD, ...changes }
  return isWell(stagesOf(facts, 'dev'), facts)
}
const waits = { open: { known: [batch] }, settled: { known: [] }, training: { known: undefined } }

it('reports every stage of a good day as done', () => {
  expect(stagesOf(GOOD, 'dev').map(({ stage, state }) => `${stage}: ${state}`)).toEqual([
    'collected: done',
    'planned: done',
    'labelled: done',
    'trained: done',
    'judged: done',
    'reported: done',
    'live model: done',
    'spent: done',
    'dead letters: done',
  ])
  expect(wellWith({})).toBe(true)
})

it('reports nothing as due in a newly deployed stack, and says how to begin', () => {
  const stages = stagesOf({ ...GOOD, ...NOTHING }, 'dev')

  expect(stages.map(({ state }) => state)).toEqual([
    'not due',
    'not due',
    'not due',
    'not due',
    'not due',
    'not due',
    'not due',
    'done',
    'done',
  ])
  expect(stages[0]?.help).toBe(`npx sls invoke -f collector --stage dev --data '{"hashtag":"aws"}'`)
  expect(wellWith(NOTHING)).toBe(true)
})

describe('the stages of a day', () => {
  const late = { now: at('03:00'), collections: { known: [{ ...aws, runs: [] }] } }

  it.each<[string, Stage['stage'], Partial<TodayFacts>, object]>([
    [
      'the first posts are in and the batch waits for the other hashtag',
      'planned',
      {
        ...NOTHING,
        now: at('00:30'),
        collections: { known: [aws, { hashtag: 'azure', topic: 'azure', cursor: undefined, runs: [] }] },
      },
      { state: 'not due', found: 'waits for #azure' },
    ],
    [
      'the cap on posts was reached',
      'collected',
      {
        collections: {
          known: [{ ...aws, runs: [{ ...run, covered: 0.614, complete: false, stoppedBy: 'caps.posts.perDay' }] }],
        },
      },
      {
        state: 'done',
        found: '812 posts, 61 % of the day: caps.posts.perDay',
        help: expect.stringContaining('runbook'),
      },
    ],
    [
      'a run is under way',
      'collected',
      { collections: { known: [{ ...aws, runs: [], cursor: { ...cursor, running: true, leaseUntil: at('12:05') } }] } },
      { state: 'under way' },
    ],
    [
      'a run was left half-way, and its lease is stuck',
      'collected',
      { collections: { known: [{ ...aws, runs: [], cursor: { ...cursor, running: true } }] } },
      {
        state: 'late',
        found: expect.stringContaining('lease has run out'),
        help: expect.stringContaining('-f collector'),
      },
    ],
    ['the collection did not run', 'collected', late, { state: 'late', help: expect.stringContaining('-f collector') }],
    ['the collection has been due for an hour', 'collected', { ...late, now: at('01:10') }, { state: 'not due' }],
    [
      'rows were refused',
      'collected',
      { collections: { known: [{ ...aws, runs: [{ ...run, refusedRows: 3 }] }] } },
      { state: 'done', found: '812 posts, 3 rows refused' },
    ],
    [
      'the batch waits for annotators',
      'labelled',
      waits,
      {
        state: 'waits for people',
        found: expect.stringContaining('12 of 60 items answered'),
        help: expect.stringContaining('desk-invite'),
      },
    ],
    [
      'a batch is past its deadline',
      'labelled',
      { ...waits, now: at('23:30') },
      { state: 'late', help: expect.stringContaining('"settle":"2026-11-21"') },
    ],
    ['the deadline has just passed', 'labelled', { ...waits, now: at('21:10') }, { state: 'under way' }],
    [
      'the labels are unreliable',
      'labelled',
      { settled: { known: [{ ...settled, status: 'unreliable', reasons: ['people disagree'] }] } },
      { state: 'done', found: expect.stringContaining('people disagree') },
    ],
    [
      'no batch was made of the runs',
      'planned',
      { ...NOTHING, collections: { known: [aws] } },
      { state: 'late', help: expect.stringContaining('"start":"scheduled"') },
    ],
    [
      'a batch was claimed and never started',
      'planned',
      { open: { known: [{ ...batch, started: false }] } },
      { state: 'late' },
    ],
    [
      'the caps left no room for a batch',
      'planned',
      { ...NOTHING, collections: { known: [aws] }, planned: { known: 0 } },
      { state: 'skipped' },
    ],
    [
      'there were no posts',
      'planned',
      { ...NOTHING, collections: { known: [{ ...aws, runs: [{ ...run, posts: 0 }] }] } },
      { state: 'skipped' },
    ],
    [
      'training failed',
      'trained',
      { training: { known: { dataset: 'd', jobs: [{ ...job, trainedAt: undefined, card: undefined }] } } },
      { state: 'failed', help: expect.stringContaining('training-failed') },
    ],
    [
      'training waits for a quota',
      'trained',
      { training: { known: { dataset: 'd', jobs: [{ ...job, state: 'parked', trainedAt: undefined }] } } },
      { state: 'waits for people' },
    ],
    [
      'training takes too long',
      'trained',
      {
        now: at('14:00'),
        training: { known: { dataset: 'd', jobs: [{ ...job, state: 'running', trainedAt: undefined }] } },
      },
      { state: 'late', help: expect.stringContaining('"finish"') },
    ],
    [
      'no job was recorded for the dataset',
      'trained',
      { training: { known: { dataset: 'd', jobs: [] } } },
      { state: 'late' },
    ],
    [
      'the trainer decided not to train',
      'trained',
      { training: { known: undefined } },
      { state: 'skipped', help: expect.stringContaining('"latest"') },
    ],
    [
      'the gate refused the model',
      'judged',
      {
        training: {
          known: {
            dataset: 'd',
            jobs: [{ ...job, card: { verdict: 'rejected', reasons: ['macro-F1 0.81 is below'] } }],
          },
        },
      },
      { state: 'done', found: 'refused by the gate: macro-F1 0.81 is below' },
    ],
    [
      'the model was not evaluated',
      'judged',
      { training: { known: { dataset: 'd', jobs: [{ ...job, card: undefined }] } } },
      { state: 'late', help: expect.stringContaining('-f evaluator') },
    ],
    [
      'the report is missing',
      'reported',
      { reported: { known: new Set<string>() } },
      { state: 'late', help: `npx sls invoke -f analyzer --stage dev --data '{"hashtag":"aws","date":"2026-11-21"}'` },
    ],
    [
      'the runs have just arrived',
      'reported',
      { reported: { known: new Set<string>() }, now: at('00:30') },
      { state: 'under way' },
    ],
    [
      'there are dead letters',
      'dead letters',
      { deadLetters: { known: { collector: 0, analyzer: 2 } } },
      { state: 'failed', found: 'analyzer 2', help: expect.stringContaining('dead-letters') },
    ],
  ])('show that %s (stage: %s)', (_, stage, changes, expected) => {
    const found = stageOf(changes, stage)

    expect(found).toMatchObject(expected)
    expect(['late', 'failed'].includes(found?.state ?? '') && wellWith(changes)).toBe(false)
  })

  it.each<Exclude<keyof TodayFacts, 'now' | 'day' | 'due'>>([
    'collections',
    'open',
    'settled',
    'training',
    'reported',
    'champion',
    'spent',
    'deadLetters',
  ])('never report ready when %s could not be checked', (part) => {
    const changes = { [part]: { unknown: 'AccessDeniedException: no' } }

    expect(wellWith(changes)).toBe(null)
    expect(stagesOf({ ...GOOD, ...changes }, 'dev')).toContainEqual(
      expect.objectContaining({ state: 'could not be checked', found: 'AccessDeniedException: no' }),
    )
  })

  it('never report ready when the plan could not be checked', () => {
    expect(wellWith({ planned: { unknown: 'AccessDeniedException: no' } })).toBe(null)
  })

  it('report not ready when one stage is late and another could not be checked', () => {
    expect(wellWith({ open: { unknown: 'no' }, deadLetters: { known: { analyzer: 1 } } })).toBe(false)
  })
})

describe('a day of two engines', () => {
  const linear = { ...job, job: 'bellwether-dev-3f9c2a7d0b1e4c55-linear-1', engine: 'linear' }
  const parked = { ...job, engine: 'fasttext', state: 'parked' as const, trainedAt: undefined, card: undefined }
  const training = (...jobs: TrainingToday[]) => ({ training: { known: { dataset: 'd', jobs } } })
  const wordsWith = (changes: Partial<TodayFacts>) =>
    wordsOf({ day: GOOD.day, ready: true, stages: stagesOf({ ...GOOD, ...changes }, 'dev') })

  it("shows each engine's job and the gate's verdict on its model", () => {
    const words = wordsWith(training(parked, linear)).filter((line) => /trained|judged/.test(line))

    expect(words).toEqual([
      `  you   trained fasttext  waits for people: ${job.job} waits for a quota since 2026-11-22 09:01 UTC`,
      `  ok    trained linear    ${linear.job}`,
      '  --    judged fasttext   not due: no model of today',
      '  ok    judged linear     promoted: the first model',
    ])
    expect(wellWith(training(parked, linear))).toBe(true)
  })

  it('is not well when the job of one engine failed, although the other engine has a model', () => {
    const failed = { ...parked, state: 'ended' as const }

    expect(wellWith(training(failed, linear))).toBe(false)
  })
})

it('prints one line per stage, with the remedy below', () => {
  const stages = stagesOf({ ...GOOD, deadLetters: { known: { analyzer: 2 } } }, 'dev')

  expect(wordsOf({ day: GOOD.day, ready: false, stages })).toEqual([
    'Posts of 2026-11-21: something is late or failed',
    '  ok    collected #aws  812 posts',
    '  ok    planned         batch 2026-11-21',
    '  ok    labelled        batch 2026-11-21: 58 labels of 91 judgements, ok',
    '  ok    trained         bellwether-dev-3f9c2a7d0b1e4c55-1',
    '  ok    judged          promoted: the first model',
    '  ok    reported #aws   the report of 2026-11-21 is there',
    '  ok    live model      bellwether-dev-3f9c2a7d0b1e4c55-1, promoted 0 days ago, macro-F1 0.84',
    '  ok    spent           this month: posts $4.00, labels $0.00, training jobs $0.1',
    '  FAIL  dead letters    failed: analyzer 2',
    '                        > npx sls logs -f analyzer --stage dev; docs/runbook.md#dead-letters',
  ])
})
