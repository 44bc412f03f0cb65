import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { costsOfADay, totalUsd } from '../../../services/doctor/costs'
import { readSettings, type Settings } from '../../../shared/settings'

const shipped = readSettings(path.resolve(__dirname, '../../..'))
const x: Settings = {
  ...shipped,
  hashtags: [
    { tag: 'aws', source: 'x' },
    { tag: 'azure', source: 'x' },
  ],
}
const outline = { functions: ['collector', 'reconciler', 'another'], alarms: 24 }
const line = (settings: Settings, what: string) => costsOfADay(settings, outline).find((cost) => cost.what === what)

describe('costsOfADay', () => {
  it('counts posts and count requests of X, limited by the cap in dollars', () => {
    expect(line(x, 'posts')).toEqual({
      what: 'posts',
      usd: 10,
      how: '2000 posts × $0.005 + counts $0.01 = $10.01, held at caps.collectUsd.perDay $10.00',
    })
  })

  it('charges nothing for posts of a file', () => {
    expect(line(shipped, 'posts')?.usd).toBe(0)
  })

  it.each([
    ['the desk', shipped.labelling, 0],
    [
      'the desk, paid per judgement, with a third one for disagreements',
      { ...shipped.labelling, pricePerJudgementUsd: 0.05 },
      6,
    ],
    [
      'Ground Truth, paid per item, too, with a second job for every disputable item: 35 items of 28 cents',
      {
        ...shipped.labelling,
        labeller: 'ground-truth' as const,
        pricePerJudgementUsd: 0.04,
        groundTruth: {
          workteamArn: 'arn:aws:sagemaker:::w',
          feePerItemUsd: 0.08,
          feeTiers: [],
          taskTimeLimitSeconds: 300,
        },
      },
      9.8,
    ],
    ['a batch that a cap makes smaller', { ...shipped.labelling, pricePerJudgementUsd: 1 }, 8],
  ])('counts judgements of %s', (_, labelling, usd) => {
    expect(line({ ...shipped, labelling }, 'labels')?.usd).toBe(usd)
  })

  it('says when a cap makes the batch smaller', () => {
    const labelling = { ...shipped.labelling, pricePerJudgementUsd: 1 }

    expect(line({ ...shipped, labelling }, 'labels')?.how).toBe(
      '8 judgements × $1.00 + 4 items × $0.00 = $8.00, held at 4 of 60 items by caps.labelUsd.perDay or caps.judgements.perDay',
    )
  })

  it.each([
    ['BlazingText', { instanceType: 'ml.c5.xlarge' }, 0.11],
    ['an instance with an unknown price', { instanceType: 'ml.p9.huge' }, null],
    ['the function', { trainer: 'lambda' as const }, 0],
  ])('counts training by %s', (_, training, usd) => {
    expect(line({ ...shipped, training: { ...shipped.training, ...training } }, 'training')?.usd).toBe(usd)
  })

  it('counts every function of the stack, and its alarms and secrets', () => {
    expect(line(shipped, 'functions')?.how).toMatch(/^about 130 GB-seconds/)
    expect(line(shipped, 'alarms and secrets')?.how).toMatch(/^\(24 alarms × \$0\.10 \+ 5 secrets/)
  })

  it('counts custom metrics, the dashboard and traces', () => {
    expect(line(shipped, 'metrics, dashboard and traces')).toEqual({
      what: 'metrics, dashboard and traces',
      usd: 0.36,
      how:
        '(25 metrics × $0.30 + 1 dashboard × $3.00) a month / 30 + 27 traces × $0.000005; ' +
        'ten metrics, three dashboards and 100,000 traces a month are free',
    })
  })

  it('sums the known prices', () => {
    expect(
      totalUsd([
        { what: 'a', usd: 0.1, how: '' },
        { what: 'b', usd: null, how: '' },
        { what: 'c', usd: 0.2, how: '' },
      ]),
    ).toBe(0.3)
  })
})
