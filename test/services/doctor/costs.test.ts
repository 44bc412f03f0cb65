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
const line = (settings: Settings, what: string) => costsOfADay(settings).find((cost) => cost.what === what)

describe('costsOfADay', () => {
  it('counts posts and counts of X, held at the cap in dollars', () => {
    expect(line(x, 'posts')).toEqual({
      what: 'posts',
      usd: 10,
      how: '2000 posts × $0.005 + counts $0.01 = $10.01, held at caps.collectUsd.perDay $10.00',
    })
  })

  it('asks nothing for posts of a file', () => {
    expect(line(shipped, 'posts')?.usd).toBe(0)
  })

  it.each([
    ['the desk', shipped.labelling, 0],
    ['the desk, paid by judgement', { ...shipped.labelling, pricePerJudgementUsd: 0.05 }, 4.5],
    [
      'Ground Truth, paid by item too',
      {
        ...shipped.labelling,
        labeller: 'ground-truth' as const,
        pricePerJudgementUsd: 0.05,
        groundTruth: { workteamArn: 'arn:aws:sagemaker:::w', feePerItemUsd: 0.08, taskTimeLimitSeconds: 300 },
      },
      9.3,
    ],
    ['a price beyond the cap', { ...shipped.labelling, pricePerJudgementUsd: 1 }, 10],
  ])('counts judgements of %s', (_, labelling, usd) => {
    expect(line({ ...shipped, labelling }, 'labels')?.usd).toBe(usd)
  })

  it.each([
    ['BlazingText', { instanceType: 'ml.c5.xlarge' }, 0.11],
    ['an instance whose price is not known', { instanceType: 'ml.p9.huge' }, null],
    ['the function', { trainer: 'lambda' as const }, 0],
  ])('counts training by %s', (_, training, usd) => {
    expect(line({ ...shipped, training: { ...shipped.training, ...training } }, 'training')?.usd).toBe(usd)
  })

  it('sums what has a price', () => {
    expect(
      totalUsd([
        { what: 'a', usd: 0.1, how: '' },
        { what: 'b', usd: null, how: '' },
        { what: 'c', usd: 0.2, how: '' },
      ]),
    ).toBe(0.3)
  })
})
