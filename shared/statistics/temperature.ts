/** Probabilities of every class of one item, and the true class; -1 for a class that the model does not know. */
export interface Forecast {
  probabilities: readonly number[]
  truth: number
}

/** A lower bound of probabilities: one confident wrong forecast would outweigh all others. */
const LEAST = 1e-6
const RANGE = { low: 0.2, high: 20 }

/**
 * Probabilities with their logarithms divided by the temperature: above 1 they become more equal. Guo and others, 2017.
 */
export function scaled(probabilities: readonly number[], temperature: number): number[] {
  const powers = probabilities.map((probability) => Math.max(LEAST, probability) ** (1 / temperature))
  const sum = powers.reduce((all, power) => all + power, 0)
  return powers.map((power) => power / sum)
}

/** Mean negative logarithm of the probability of the true class; NaN without forecasts. */
export function logLossOf(forecasts: readonly Forecast[], temperature = 1): number {
  const losses = forecasts.map(
    ({ probabilities, truth }) => -Math.log(Math.max(LEAST, scaled(probabilities, temperature)[truth] ?? 0)),
  )
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}

/**
 * The temperature in [0.2, 20] with the least log loss. The loss is convex in 1/temperature, so golden-section search
 * over the logarithm finds it; 1 without forecasts.
 */
export function fitTemperature(forecasts: readonly Forecast[]): number {
  if (forecasts.length === 0) return 1
  const loss = (logarithm: number) => logLossOf(forecasts, Math.exp(logarithm))
  const golden = (Math.sqrt(5) - 1) / 2
  let [low, high] = [Math.log(RANGE.low), Math.log(RANGE.high)]
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)]
  let [lossLeft, lossRight] = [loss(left), loss(right)]
  while (high - low > 1e-9) {
    if (lossLeft <= lossRight) {
      ;[high, right, lossRight] = [right, left, lossLeft]
      left = high - golden * (high - low)
      lossLeft = loss(left)
    } else {
      ;[low, left, lossLeft] = [left, right, lossRight]
      right = low + golden * (high - low)
      lossRight = loss(right)
    }
  }
  // Beyond eight digits a minimum is flat in doubles, and digits would differ from one processor to another.
  return Number(Math.exp((low + high) / 2).toPrecision(6))
}

const BINS = 10

/**
 * Expected calibration error: the mean gap between confidence and accuracy, over ten equal ranges of confidence. NaN
 * without forecasts.
 */
export function calibrationError(forecasts: readonly Forecast[], temperature = 1): number {
  return calibrationErrorOf(forecasts, temperature)(new Uint32Array(forecasts.length).fill(1))
}

/** The same for resampled forecasts: `weights[i]` is how often forecast `i` was drawn. */
export function calibrationErrorOf(forecasts: readonly Forecast[], temperature = 1): (weights: Uint32Array) => number {
  const answers = forecasts.map(({ probabilities, truth }) => {
    const own = scaled(probabilities, temperature)
    const answer = own.indexOf(Math.max(...own))
    const sureness = own[answer]!
    return { bin: Math.min(BINS - 1, Math.floor(sureness * BINS)), excess: sureness - (answer === truth ? 1 : 0) }
  })
  const excess = new Float64Array(BINS)
  return (weights) => {
    excess.fill(0)
    let drawn = 0
    for (const [i, answer] of answers.entries()) {
      drawn += weights[i]!
      excess[answer.bin]! += weights[i]! * answer.excess
    }
    return excess.reduce((sum, one) => sum + Math.abs(one), 0) / drawn
  }
}
