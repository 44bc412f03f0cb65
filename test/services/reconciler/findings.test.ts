import { describe, expect, it } from '@jest/globals'
import { analyzerRequest } from '../../../services/analyzer/request'
import { collectRequest } from '../../../services/collector/collect'
import { evaluatorRequest } from '../../../services/evaluator/request'
import { labelingRequest } from '../../../services/labeling/request'
import { privacyRequest } from '../../../services/privacy/request'
import { trainerRequest } from '../../../services/trainer/request'
import { findings, GRACE_MS, type State } from '../../../services/reconciler/findings'
import { lastDue } from '../../../shared/schedule'
import { keys } from '../../../shared/keys'

const at = (time: string): number => Date.parse(`${time}Z`)
const NOW = new Date('2026-11-22T12:00:00Z')
const RUN = { hashtag: 'aws', date: '2026-11-21', run: 'r' }
const DATASET = '3f9c2a7d0b1e4c55'
const JOB = `bellwether-dev-${DATASET}-1`

/** A state in which no work is left. */
const healthy: State = {
  settings: { collect: 'cron(10 0 * * ? *)', spot: true },
  runs: [
    {
      hashtag: 'aws',
      date: '2026-11-21',
      key: keys.run(RUN),
      predictionsKey: keys.predictions(RUN),
      modified: at('2026-11-22T00:11'),
    },
  ],
  logged: new Set([keys.run(RUN)]),
  predictions: new Set([keys.predictions(RUN)]),
  champion: { promotedAt: at('2026-11-22T06:00') },
  reported: new Set(['aws 2026-11-21']),
  batches: [],
  manifests: [{ batch: '2026-11-21', modified: at('2026-11-22T05:00') }],
  unreported: [],
  datasets: [{ dataset: DATASET, modified: at('2026-11-22T05:00') }],
  jobs: [
    {
      job: JOB,
      state: 'ended',
      startedAt: at('2026-11-22T05:01'),
      since: at('2026-11-22T03:00'),
      datasetId: DATASET,
      attempt: 1,
      spot: true,
    },
  ],
  today: DATASET,
  trained: [{ job: JOB, modified: at('2026-11-22T05:30') }],
  cards: new Set([JOB]),
  registered: new Set([JOB]),
  deletions: [],
  cursors: [{ hashtag: 'aws', through: at('2026-11-22T00:00'), running: false, leaseUntil: at('2026-11-22T00:15') }],
}

const run = (changes: object) => ({ ...healthy.runs[0]!, ...changes })
const job = (changes: object) => ({ ...healthy.jobs[0]!, ...changes })
const cursor = (changes: object) => ({ ...healthy.cursors[0]!, ...changes })
const batch = (changes: object) => ({
  batch: '2026-11-21',
  claimedAt: at('2026-11-22T01:00'),
  deadline: at('2026-11-22T21:00'),
  started: true,
  ...changes,
})
const evening = new Date('2026-11-22T22:05:00Z')

it('finds nothing when nothing was lost', () => {
  expect(findings(healthy, NOW)).toEqual([])
})

it('finds nothing in an empty stack, even in the evening', () => {
  const empty: State = {
    ...healthy,
    runs: [],
    logged: new Set(),
    predictions: new Set(),
    champion: undefined,
    reported: new Set(),
    manifests: [],
    unreported: [],
    datasets: [],
    jobs: [],
    today: undefined,
    trained: [],
    cards: new Set(),
    registered: new Set(),
    cursors: [],
  }

  expect(findings(empty, NOW)).toEqual([])
  expect(findings(empty, evening)).toEqual([])
})

describe.each<[lost: string, State, at: Date, expected: object[]]>([
  [
    'a run that crashed half-way',
    { ...healthy, cursors: [cursor({ running: true })] },
    NOW,
    [{ to: 'collector', request: { hashtag: 'aws' }, why: expect.stringContaining('half-way') }],
  ],
  [
    'an interrupted deletion',
    { ...healthy, deletions: ['0123456789abcdef'] },
    NOW,
    [{ to: 'privacy', request: {}, why: '1 deletion may go on' }],
  ],
  [
    'a schedule that did not fire',
    { ...healthy, cursors: [cursor({ through: at('2026-11-21T00:00') })] },
    NOW,
    [{ to: 'collector', request: { hashtag: 'aws' }, why: '#aws is collected up to 2026-11-21 only' }],
  ],
  [
    'a run without a log entry of labelling',
    { ...healthy, logged: new Set() },
    NOW,
    [{ to: 'labeling', request: { run: keys.run(RUN) } }],
  ],
  [
    'a batch that was never started',
    { ...healthy, batches: [batch({ started: false })] },
    NOW,
    [{ to: 'labeling', request: { start: 'scheduled' } }],
  ],
  [
    'a deadline that passed',
    { ...healthy, batches: [batch({ deadline: at('2026-11-22T12:00') })] },
    NOW,
    [{ to: 'labeling', request: { settle: '2026-11-21' }, key: 'settle 2026-11-21' }],
  ],
  [
    'a deadline that passed',
    { ...healthy, batches: [batch({ started: false, deadline: at('2026-11-22T12:00') })] },
    NOW,
    [{ to: 'labeling', request: { settle: '2026-11-21' }, key: 'settle 2026-11-21' }],
  ],
  [
    'the deadline of a batch that no labeller started: it is not started any more',
    { ...healthy, batches: [batch({})] },
    NOW,
    [{ to: 'labeling', request: { settle: '2026-11-21' }, key: null }],
  ],
  [
    'answers that may be complete: it only has the batch checked',
    { ...healthy, manifests: [{ batch: '2026-11-22', modified: at('2026-11-22T08:00') }] },
    NOW,
    [{ to: 'formatter', request: {}, once: true }],
  ],
  [
    'labels that no report includes',
    { ...healthy, unreported: [{ batch: '2026-11-21', modified: at('2026-11-22T05:00') }] },
    NOW,
    [{ to: 'analyzer', request: { labels: '2026-11-21' } }],
  ],
  [
    'a day that was not reported before there is a champion',
    { ...healthy, champion: undefined, reported: new Set() },
    NOW,
    [{ to: 'analyzer', request: { hashtag: 'aws', date: '2026-11-21' } }],
  ],
  [
    'an unreported day before the first champion',
    { ...healthy, datasets: [] },
    NOW,
    [{ to: 'formatter', request: {} }],
  ],
  [
    'a dataset that nobody trained on',
    { ...healthy, jobs: [], trained: [], today: undefined },
    NOW,
    [{ to: 'trainer', request: { datasetId: 'latest' }, once: true }],
  ],
  [
    'a dataset without a training',
    { ...healthy, jobs: [job({ state: 'running' })] },
    NOW,
    [{ to: 'trainer', request: { finish: JOB }, key: null }],
  ],
  [
    'a job whose end was never announced: it only has the job checked',
    { ...healthy, jobs: [job({ state: 'parked' })] },
    NOW,
    [
      {
        to: 'trainer',
        request: { datasetId: DATASET, parked: { attempt: 1, spot: true, since: '2026-11-22T03:00:00.000Z' } },
      },
    ],
  ],
  [
    'a parked request of an older release, which recorded only its last attempt',
    { ...healthy, jobs: [job({ state: 'parked', since: undefined })] },
    NOW,
    [{ to: 'trainer', request: { parked: { since: '2026-11-22T05:01:00.000Z' } } }],
  ],
  [
    'a parked request that is to run on demand',
    { ...healthy, jobs: [job({ state: 'parked', attempt: 2, spot: false })] },
    NOW,
    [{ to: 'trainer', request: { parked: { attempt: 2, spot: false } } }],
  ],
  [
    'an evening without a training job on that day: it requests the latest dataset',
    { ...healthy, today: undefined },
    evening,
    [{ to: 'trainer', request: { datasetId: 'latest' }, key: null }],
  ],
  ['a model without a card', { ...healthy, cards: new Set() }, NOW, [{ to: 'evaluator', request: { job: JOB } }]],
  [
    'a judged model that is missing in the registry',
    { ...healthy, registered: new Set() },
    NOW,
    [{ to: 'evaluator', request: { job: JOB }, key: `register ${JOB}` }],
  ],
  [
    'a run without predictions',
    { ...healthy, predictions: new Set(), champion: { promotedAt: at('2026-11-21T06:00') } },
    NOW,
    [{ to: 'analyzer', request: { hashtag: 'aws', date: '2026-11-21' } }],
  ],
  [
    'an unreported day with a live model',
    { ...healthy, reported: new Set() },
    NOW,
    [{ to: 'analyzer', request: { hashtag: 'aws', date: '2026-11-21' } }],
  ],
  [
    'two runs of one day, reported once',
    {
      ...healthy,
      runs: [run({}), run({ key: 'other' })],
      logged: new Set([keys.run(RUN), 'other']),
      reported: new Set(),
    },
    NOW,
    [{ to: 'analyzer' }],
  ],
])("the reconciler's finding about %s", (_, state, now, expected) => {
  it('asks the responsible service', () => {
    expect(findings(state, now)).toMatchObject(expected)
    expect(findings(state, now)).toHaveLength(expected.length)
  })
})

const young = NOW.getTime() - GRACE_MS + 1

it.each<[string, State, Date]>([
  ['a put', { ...healthy, runs: [run({ modified: young })], logged: new Set(), predictions: new Set() }, NOW],
  ['a report', { ...healthy, runs: [run({ modified: young })], reported: new Set() }, NOW],
  ['a claim', { ...healthy, batches: [batch({ claimedAt: young }), batch({ claimedAt: young, started: false })] }, NOW],
  ['a job', { ...healthy, jobs: [job({ state: 'running', startedAt: young })] }, NOW],
  ['a lease', { ...healthy, cursors: [cursor({ running: true, leaseUntil: young })] }, NOW],
  ['a manifest', { ...healthy, manifests: [{ batch: 'x', modified: young }] }, NOW],
  ['a dataset', { ...healthy, datasets: [{ dataset: 'f'.repeat(16), modified: young }], today: undefined }, NOW],
  ['a model', { ...healthy, trained: [{ job: 'x', modified: young }] }, NOW],
  ['a parked request', { ...healthy, jobs: [job({ state: 'parked', startedAt: NOW.getTime() - 3_599_000 })] }, NOW],
  [
    'a schedule',
    { ...healthy, cursors: [cursor({ through: at('2026-11-22T00:00') })] },
    new Date('2026-11-23T00:39:00Z'),
  ],
])('leaves %s alone that may still be in progress', (_, state, now) => {
  expect(findings(state, now)).toEqual([])
})

it('requests neither reports older than a week nor predictions before the first promotion', () => {
  const old = run({ date: '2026-11-14', key: 'old', predictionsKey: 'none' })
  const state = { ...healthy, runs: [...healthy.runs, old], logged: new Set([keys.run(RUN), 'old']) }

  expect(findings(state, NOW)).toEqual([])
  expect(findings({ ...state, predictions: new Set(), champion: undefined }, NOW)).toEqual([])
})

it('requests nothing when another model goes live, because old predictions and reports stay', () => {
  const champion = { promotedAt: at('2026-11-22T07:00') }

  expect(findings({ ...healthy, champion }, NOW)).toEqual([])
  expect(findings({ ...healthy, champion, predictions: new Set() }, NOW)).toEqual([])
})

it('requests a second dataset of a day not on the same day, but the next evening', () => {
  const state = {
    ...healthy,
    datasets: [...healthy.datasets, { dataset: 'f'.repeat(16), modified: at('2026-11-22T09:00') }],
  }

  expect(findings(state, NOW)).toEqual([])
  expect(findings({ ...state, today: undefined }, NOW)).toMatchObject([
    { request: { datasetId: 'latest' }, key: `train ${'f'.repeat(16)}` },
  ])
})

it.each([
  ['collector', collectRequest],
  ['labeling', labelingRequest],
  ['trainer', trainerRequest],
  ['evaluator', evaluatorRequest],
  ['analyzer', analyzerRequest],
])('sends the %s a request of its schema', (service, schema) => {
  const broken: State = {
    ...healthy,
    cursors: [cursor({ running: true })],
    logged: new Set(),
    batches: [batch({}), batch({ started: false })],
    jobs: [job({ state: 'running' }), job({ state: 'parked' })],
    datasets: [{ dataset: 'f'.repeat(16), modified: at('2026-11-22T09:00') }],
    today: undefined,
    cards: new Set(),
    reported: new Set(),
  }
  const requests = findings(broken, evening).flatMap(({ to, request }) => (to === service ? [request] : []))

  expect(requests.length).toBeGreaterThan(0)
  for (const request of requests) expect(schema.safeParse(request).error).toBeUndefined()
})

describe('lastDue', () => {
  it.each([
    ['cron(10 0 * * ? *)', '2026-11-22T00:10:00Z', '2026-11-22T00:10:00Z'],
    ['cron(10 0 * * ? *)', '2026-11-22T00:09:59Z', '2026-11-21T00:10:00Z'],
    ['cron(30 18 ? * * *)', '2026-11-22T12:00:00Z', '2026-11-21T18:30:00Z'],
  ])('is, for %s at %s, %s', (cron, now, due) => {
    expect(new Date(lastDue(cron, Date.parse(now)) ?? 0)).toEqual(new Date(due))
  })

  it.each(['cron(0/5 * * * ? *)', 'cron(0 9 ? * MON-FRI *)', 'rate(1 day)'])('is unknown for %s', (cron) => {
    expect(lastDue(cron, NOW.getTime())).toBeUndefined()
  })
})

it('requests the removal of expired texts once a day when a retention is configured', () => {
  const asked = (hasRetention: boolean) =>
    Array.from({ length: 24 }, (_, hour) =>
      findings(
        { ...healthy, settings: { ...healthy.settings, hasRetention } },
        new Date(Date.parse('2026-11-22T00:30:00Z') + hour * 3_600_000),
      ),
    )
      .flat()
      .filter(({ to }) => to === 'privacy')

  expect(asked(true)).toMatchObject([{ request: { expire: true }, key: null }])
  expect(privacyRequest.safeParse(asked(true)[0]?.request).success).toBe(true)
  expect(asked(false)).toEqual([])
})
