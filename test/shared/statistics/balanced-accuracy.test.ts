import { describe, expect, it } from '@jest/globals'
import { balancedAccuracy } from '../../../shared/statistics/balanced-accuracy'
import { mulberry32 } from '../../../shared/statistics/random'

describe('balanced accuracy', () => {
  it('is the mean of the recalls, however many items each label has', () => {
    expect(
      balancedAccuracy([
        [90, 10],
        [0, 10],
      ]),
    ).toMatchObject({ share: 0.95, items: 110 })
  })

  it('ignores labels without items, and is undefined without any', () => {
    expect(
      balancedAccuracy([
        [9, 1],
        [0, 0],
      ]),
    ).toMatchObject({ share: 0.9, items: 10 })
    expect(
      balancedAccuracy([
        [0, 0],
        [0, 0],
      ]),
    ).toBeNull()
  })

  it('has its Wilson interval for one label, and never a width of zero', () => {
    const known = balancedAccuracy([
      [10, 0],
      [0, 0],
    ])

    expect(known).toMatchObject({ share: 1, high: 1 })
    expect(known?.low).toBeCloseTo(0.722, 3)
  })

  it.each([
    [
      [0.95, 0.8],
      [40, 25],
    ],
    [
      [0.7, 0.9],
      [12, 60],
    ],
    [
      [0.9, 0.85, 0.8],
      [20, 20, 20],
    ],
  ])('has an interval with about 95 %% coverage for recalls %j of %j items', (truths, sizes) => {
    const random = mulberry32(7)
    const truth = truths.reduce((sum, one) => sum + one, 0) / truths.length
    let held = 0
    for (let round = 0; round < 2000; round++) {
      const confusion = truths.map((share, label) => {
        const right = Array.from({ length: sizes[label] ?? 0 }, () => random() < share).filter(Boolean).length
        return truths.map((_, said) =>
          said === label ? right : said === (label + 1) % truths.length ? (sizes[label] ?? 0) - right : 0,
        )
      })
      const { low, high } = balancedAccuracy(confusion) ?? { low: 1, high: 0 }
      if (low <= truth && truth <= high) held++
    }

    expect(held / 2000).toBeGreaterThan(0.93)
    expect(held / 2000).toBeLessThan(0.985)
  })
})
