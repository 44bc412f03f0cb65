import { describe, expect, it } from '@jest/globals'
import { changeInWords, changesBetween, points } from '../../../pages/report/change'

const share = (label: string, [at, low, high]: [number, number, number], joint?: [number, number]) => ({
  label,
  share: at,
  low,
  high,
  ...(joint && { jointLow: joint[0], jointHigh: joint[1] }),
})

describe('a change between two periods', () => {
  it('has the interval of added squared half-widths: 0.5 (0.46 to 0.54) after 0.4 (0.37 to 0.43) is 0.1 (0.05 to 0.15)', () => {
    const [change] = changesBetween([share('technical', [0.5, 0.46, 0.54])], [share('technical', [0.4, 0.37, 0.43])])

    expect(change).toMatchObject({ isBeyondChance: true })
    expect([change?.difference, change?.low, change?.high].map((one) => one?.toFixed(3))).toEqual([
      '0.100',
      '0.050',
      '0.150',
    ])
  })

  it('uses the joint bounds for several labels', () => {
    const [change] = changesBetween(
      [share('technical', [0.5, 0.46, 0.54], [0.42, 0.58])],
      [share('technical', [0.4, 0.37, 0.43], [0.34, 0.46])],
    )

    expect(change).toMatchObject({ isBeyondChance: false })
    expect(change?.low).toBeCloseTo(0)
  })

  it('is missing for a label that the other period does not have', () => {
    expect(changesBetween([share('new', [0.5, 0.4, 0.6])], [share('old', [0.5, 0.4, 0.6])])).toEqual([])
  })
})

describe('the sentence about a change', () => {
  const now = [share('technical', [0.5, 0.46, 0.54]), share('marketing', [0.5, 0.46, 0.54])]
  const before = [share('technical', [0.4, 0.37, 0.43]), share('marketing', [0.6, 0.57, 0.63])]

  it('says more only when the change is significant, and of two labels the one that grew', () => {
    expect(changeInWords(changesBetween(now, before), 'the week')).toBe(
      'Against the week: more technical, 50 % after 40 %, which is +10 points (95 % interval +5 to +15).',
    )
  })

  it('says that nothing is significant when the intervals contain zero', () => {
    const alike = [share('technical', [0.48, 0.44, 0.52]), share('marketing', [0.52, 0.48, 0.56])]

    expect(changeInWords(changesBetween(now, alike), 'the week')).toBe(
      'No label changed beyond chance against the week: technical 50 % after 48 %, marketing 50 % after 52 %.',
    )
  })

  it('is missing when nothing can be compared', () => {
    expect(changeInWords([], 'the week')).toBeUndefined()
  })
})

it.each([
  [0.1, '+10'],
  [-0.034, '−3.4'],
  [0.0004, '0'],
  [0.05, '+5'],
])('writes %d as %s points', (change, words) => {
  expect(points(change)).toBe(words)
})
