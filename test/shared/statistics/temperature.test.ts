import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  calibrationError,
  fitTemperature,
  type Forecast,
  logLossOf,
  scaled,
} from '../../../shared/statistics/temperature'

const of = (probability: number, truth: number): Forecast => ({ probabilities: [probability, 1 - probability], truth })

const probabilities = fc
  .array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 2, maxLength: 5 })
  .map((weights) => weights.map((weight) => weight / weights.reduce((sum, one) => sum + one, 0)))
const forecasts = fc.array(
  probabilities.chain((given) => fc.nat(given.length - 1).map((truth): Forecast => ({ probabilities: given, truth }))),
  { minLength: 1, maxLength: 20 },
)

describe('fitTemperature', () => {
  it('is logit(0.9) / logit(0.75) = 2 for four predictions at 0.9 with three correct', () => {
    const four = [0, 0, 0, 1].map((truth) => of(0.9, truth))

    expect(fitTemperature(four)).toBeCloseTo(2, 5)
    expect(scaled([0.9, 0.1], 2)[0]).toBeCloseTo(0.75, 12)
  })

  it('never increases the loss', () => {
    fc.assert(
      fc.property(forecasts, (given) => {
        expect(logLossOf(given, fitTemperature(given))).toBeLessThanOrEqual(logLossOf(given) + 1e-6)
      }),
    )
  })

  it('recovers the temperature that was applied to calibrated forecasts', () => {
    const calibrated = [0.6, 0.7, 0.8, 0.9].flatMap((probability) =>
      Array.from({ length: 10 }, (_, i) => of(probability, i < probability * 10 ? 0 : 1)),
    )
    const oversure = calibrated.map(({ probabilities: given, truth }) => ({
      probabilities: scaled(given, 1 / 3),
      truth,
    }))

    expect(fitTemperature(calibrated)).toBeCloseTo(1, 5)
    expect(fitTemperature(oversure)).toBeCloseTo(3, 4)
  })

  it('stays in its range, and is 1 without forecasts', () => {
    expect(fitTemperature([of(0.9, 0)])).toBeCloseTo(0.2, 3)
    expect(fitTemperature([of(0.9, 1)])).toBeCloseTo(20, 1)
    expect(fitTemperature([])).toBe(1)
  })
})

describe('scaled', () => {
  it('keeps the order of the probabilities', () => {
    fc.assert(
      fc.property(probabilities, fc.double({ min: 0.2, max: 20, noNaN: true }), (given, temperature) => {
        const own = scaled(given, temperature)

        expect(own.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9)
        for (let i = 1; i < own.length; i++)
          if (given[i]! > given[i - 1]! * 1.01) expect(own[i]).toBeGreaterThanOrEqual(own[i - 1]!)
      }),
    )
  })

  it('leaves probabilities unchanged at a temperature of 1', () => {
    expect(scaled([0.7, 0.2, 0.1], 1)).toEqual([0.7, 0.2, 0.1].map((one) => expect.closeTo(one, 12)))
  })
})

describe('calibrationError', () => {
  it('is the gap between confidence and accuracy', () => {
    expect(calibrationError([0, 0, 0, 1].map((truth) => of(0.9, truth)))).toBeCloseTo(0.15, 12)
    expect(
      calibrationError(
        [0, 0, 0, 1].map((truth) => of(0.9, truth)),
        2,
      ),
    ).toBeCloseTo(0, 12)
    // Two bins of confidence: 3 of 4 correct at 0.95, and 1 of 2 correct at 0.65.
    const two = [...[0, 0, 0, 1].map((truth) => of(0.95, truth)), ...[0, 1].map((truth) => of(0.65, truth))]
    expect(calibrationError(two)).toBeCloseTo((4 * 0.2 + 2 * 0.15) / 6, 12)
  })

  it('counts an item of an unknown class as wrong', () => {
    expect(calibrationError([of(0.8, -1)])).toBeCloseTo(0.8, 12)
    expect(logLossOf([of(0.8, -1)])).toBeCloseTo(-Math.log(1e-6), 9)
  })
})
