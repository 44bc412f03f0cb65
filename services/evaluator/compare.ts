import type { CalibrationRecord, CardRecord } from '../../shared/records'
import { percentileInterval, RESAMPLING, shareAbove } from '../../shared/statistics/bootstrap'
import { mcnemar } from '../../shared/statistics/mcnemar'
import { calibrationError, fitTemperature, type Forecast, logLossOf, scaled } from '../../shared/statistics/temperature'
import type { Measured } from './measure'

/** Challenger against champion on the same items, of which there is one at least. */
export function compare(
  challenger: Measured,
  champion: Measured,
  { margin }: { margin: number },
): NonNullable<CardRecord['comparison']> {
  const differences = challenger.resampled.map((value, i) => value - champion.resampled[i]!)
  const right = ({ truths, answers }: Measured) => truths.map((truth, i) => truth === answers[i])
  const [before, after] = [right(champion), right(challenger)]
  const lost = before.filter((wasRight, i) => wasRight && !after[i]).length
  const gained = after.filter((isRight, i) => isRight && !before[i]).length
  const interval = percentileInterval(differences)
  return {
    difference: (challenger.scores.macroF1 ?? 0) - (champion.scores.macroF1 ?? 0),
    low: interval?.low ?? 0,
    high: interval?.high ?? 0,
    margin,
    notWorse: shareAbove(differences, -margin),
    ...RESAMPLING,
    mcnemar: { lost, gained, p: mcnemar(lost, gained) },
  }
}

/** Every fifth forecast is scaled by the temperature of the others, lest the fit praise itself. */
const FOLDS = 5

/** The temperature of a model, and how true its probabilities are without and with it; nothing of no items. */
export function calibrate({ forecasts }: Pick<Measured, 'forecasts'>): CalibrationRecord | null {
  if (forecasts.length === 0) return null
  const crossFitted = Array.from({ length: FOLDS }, (_, fold): Forecast[] => {
    const isOf = (i: number) => i % FOLDS === fold
    const temperature = fitTemperature(forecasts.filter((_, i) => !isOf(i)))
    return forecasts
      .filter((_, i) => isOf(i))
      .map(({ probabilities, truth }) => ({ probabilities: scaled(probabilities, temperature), truth }))
  }).flat()
  return {
    items: forecasts.length,
    temperature: fitTemperature(forecasts),
    ece: { raw: calibrationError(forecasts), scaled: calibrationError(crossFitted) },
    logLoss: { raw: logLossOf(forecasts), scaled: logLossOf(crossFitted) },
  }
}
