import { expect, it } from '@jest/globals'
import { calibrate } from '../../../services/evaluator/measuring/compare'

const said = (probability: number, isRight: boolean, basis: 'text' | 'prior' = 'text') => ({
  probabilities: [probability, 1 - probability],
  truth: isRight ? 0 : 1,
  basis,
})
/** Overconfident forecasts. */
const texts = Array.from({ length: 60 }, (_, i) => said(0.95, i % 5 > 0))
const unknown = Array.from({ length: 40 }, (_, i) => said(0.7, i % 10 < 7, 'prior'))

it('does not let priors influence the fitted temperature, nor the temperature change priors', () => {
  const without = calibrate({ forecasts: texts })
  const all = calibrate({ forecasts: [...texts, ...unknown] })

  expect(all?.temperature).toBe(without?.temperature)
  expect(all?.temperature).toBeGreaterThan(1.5)
  // Priors are calibrated, so they add no calibration error.
  expect(all?.ece.raw).toBeCloseTo(0.6 * without!.ece.raw, 6)
  expect(all?.ece.scaled).toBeCloseTo(0.6 * without!.ece.scaled, 1)
})

it('leaves a model uncalibrated that has only priors for every item', () => {
  expect(calibrate({ forecasts: unknown })).toMatchObject({
    items: 40,
    temperature: 1,
    ece: { scaled: expect.closeTo(0, 9) },
  })
})

it('calibrates nothing without items', () => {
  expect(calibrate({ forecasts: [] })).toBeNull()
})
