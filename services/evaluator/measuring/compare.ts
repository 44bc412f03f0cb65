import { calibrated } from '../../../shared/answers'
import type { CalibrationRecord, CardRecord } from '../../../shared/records'
import { bootstrap, deviationOf, percentileInterval, RESAMPLING } from '../../../shared/statistics/bootstrap'
import { mcnemar } from '../../../shared/statistics/mcnemar'
import { clip } from '../../../shared/statistics/numbers'
import {
  calibrationError,
  calibrationErrorOf,
  fitTemperature,
  type Forecast,
  logLossOf,
} from '../../../shared/statistics/temperature'
import type { JudgedForecast, MeasuredModel } from './measure'

/** Compares challenger and champion on the same items, at least one. */
export function compare(challenger: MeasuredModel, champion: MeasuredModel): NonNullable<CardRecord['comparison']> {
  // oxlint-disable-next-line typescript/no-non-null-assertion -- both have a value for each resample, and these are the same for both
  const differences = challenger.resampled.map((value, i) => value - champion.resampled[i]!)
  const right = ({ truths, answers }: MeasuredModel) => truths.map((truth, i) => truth === answers[i])
  const [before, after] = [right(champion), right(challenger)]
  const lost = before.filter((wasRight, i) => wasRight && !after[i]).length
  const gained = after.filter((isRight, i) => isRight && !before[i]).length
  const interval = percentileInterval(differences)
  return {
    difference: (challenger.scores.macroF1 ?? 0) - (champion.scores.macroF1 ?? 0),
    low: interval?.low ?? 0,
    high: interval?.high ?? 0,
    standardError: deviationOf(differences),
    ...RESAMPLING,
    mcnemar: { lost, gained, p: mcnemar(lost, gained) },
  }
}

/**
 * Every fifth forecast is scaled by the temperature fitted on the others, so that the fit is measured out-of-sample.
 */
const FOLDS = 5

/**
 * The temperature of a model, and its calibration error without and with it; null without items. A forecast from the
 * prior alone is left unscaled: it is not part of the fit, and counts in the errors.
 */
export function calibrate({ forecasts }: Pick<MeasuredModel, 'forecasts'>): CalibrationRecord | null {
  if (forecasts.length === 0) return null
  const fit = (some: readonly JudgedForecast[]) => fitTemperature(some.filter(({ basis }) => basis === 'text'))
  const crossFitted = Array.from({ length: FOLDS }, (_, fold): Forecast[] => {
    const isOf = (i: number) => i % FOLDS === fold
    const temperature = fit(forecasts.filter((_, i) => !isOf(i)))
    return forecasts
      .filter((_, i) => isOf(i))
      .map((one) => ({ probabilities: calibrated(one, temperature), truth: one.truth }))
  }).flat()
  return {
    items: forecasts.length,
    temperature: fit(forecasts),
    ece: { raw: calibrationError(forecasts), scaled: calibrationError(crossFitted) },
    eceInterval: calibrationInterval(crossFitted),
    logLoss: { raw: logLossOf(forecasts), scaled: logLossOf(crossFitted) },
  }
}

/**
 * The 95 % interval of the calibration error, by the basic bootstrap. The error of a sample is too large on average,
 * and that of a resample is too large again by about as much.
 */
function calibrationInterval(forecasts: readonly Forecast[]): { low: number; high: number } | null {
  const found = calibrationError(forecasts)
  const [resampled] = bootstrap(forecasts.length, [calibrationErrorOf(forecasts)])
  const interval = percentileInterval(resampled)
  if (!interval) return null
  return { low: clip(2 * found - interval.high), high: clip(2 * found - interval.low) }
}
