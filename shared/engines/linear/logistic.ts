import type { Rows } from './vectors'

/** Which rows have which class: `classes[i]` of row `i`, of `count` classes. */
export interface TrueClasses {
  classes: Int32Array
  count: number
}

/** Weights of column `c` and class `k` at `c * count + k`; the last column is the intercept. */
export type Weights = Float64Array

export interface FitOptions {
  /** Weight of one row's loss against the squares of the weights: scikit-learn's `C`. */
  strength: number
  /** Initial weights; zero by default. */
  from?: Weights
  /** Converged when the gradient is this fraction of its norm at zero weights. */
  tolerance: number
}

const MOST_STEPS = 60
const MOST_DIRECTIONS = 150
/** The fraction of the decrease predicted by its slope that a step must achieve (Armijo). */
const LEAST_DECREASE = 1e-4
const MOST_HALVINGS = 30

/**
 * Multinomial logistic regression: the weights that make `strength` × the sum of the log losses + half of the sum of their
 * squares minimal; intercepts are not penalised. Newton's method; each step is by truncated conjugate gradients
 * (Nocedal and Wright, Numerical Optimization, 7.1), with the diagonal as preconditioner. It draws no random number.
 */
export function fit(rows: Rows, truth: TrueClasses, { strength, from, tolerance }: FitOptions): Weights {
  const problem = problemOf(rows, truth, strength)
  const { size } = problem
  let weights: Weights = from ? Float64Array.from(from) : new Float64Array(size)
  const gradient = new Float64Array(size)
  const enough = tolerance * problem.gradientAtZero
  let value = problem.at(weights)

  for (let step = 0; step < MOST_STEPS; step++) {
    problem.gradient(weights, gradient)
    const norm = Math.sqrt(dot(gradient, gradient))
    if (norm <= enough) break
    const direction = directionOf(problem, gradient, norm)
    const slope = dot(gradient, direction)
    let length = 1
    let next = moved(weights, direction, length)
    let reached = problem.at(next)
    for (let halved = 0; reached > value + LEAST_DECREASE * length * slope && halved < MOST_HALVINGS; halved++) {
      length /= 2
      next = moved(weights, direction, length)
      reached = problem.at(next)
    }
    // Below the precision of a double the loss cannot decrease further.
    if (reached >= value) break
    weights = next
    value = reached
  }
  return weights
}

/** Probabilities of each class for each row, row by row. */
export function probabilitiesOf(rows: Rows, weights: Weights, count: number): Float64Array {
  const probabilities = new Float64Array((rows.starts.length - 1) * count)
  scoresInto(rows, weights, count, probabilities)
  softmaxRows(probabilities, count)
  return probabilities
}

/** The loss at some weights, and its gradient and curvature at those weights. */
interface Problem {
  size: number
  gradientAtZero: number
  /** Moves to these weights. */
  at(weights: Weights): number
  gradient(weights: Weights, into: Float64Array): void
  /** The Hessian times a vector. */
  curve(vector: Float64Array, into: Float64Array): void
  diagonal(into: Float64Array): void
}

function problemOf(rows: Rows, { classes, count }: TrueClasses, strength: number): Problem {
  const { columns, starts, places, values } = rows
  const messages = starts.length - 1
  const penalised = columns * count
  const size = penalised + count
  const probabilities = new Float64Array(messages * count)
  const pushes = new Float64Array(messages * count)

  /** into += strength × Xᵀ pushes. */
  const addPushes = (into: Float64Array): void => {
    for (let row = 0; row < messages; row++) {
      const base = row * count
      for (let k = 0; k < count; k++) into[penalised + k]! += strength * pushes[base + k]!
      for (let n = starts[row]!; n < starts[row + 1]!; n++) {
        const scale = strength * values[n]!
        const at = places[n]! * count
        for (let k = 0; k < count; k++) into[at + k]! += scale * pushes[base + k]!
      }
    }
  }
  const errorsInto = (into: Float64Array): void => {
    into.set(probabilities)
    for (let row = 0; row < messages; row++) into[row * count + classes[row]!]! -= 1
  }

  const problem: Problem = {
    size,
    gradientAtZero: 0,
    at: (weights) => {
      scoresInto(rows, weights, count, probabilities)
      let loss = 0
      for (let row = 0; row < messages; row++) loss += softmaxRow(probabilities, row * count, count, classes[row]!)
      let squares = 0
      for (let n = 0; n < penalised; n++) squares += weights[n]! * weights[n]!
      return strength * loss + squares / 2
    },
    gradient: (weights, into) => {
      into.fill(0)
      into.set(weights.subarray(0, penalised))
      errorsInto(pushes)
      addPushes(into)
    },
    curve: (vector, into) => {
      into.fill(0)
      into.set(vector.subarray(0, penalised))
      scoresInto(rows, vector, count, pushes)
      for (let base = 0; base < pushes.length; base += count) {
        let mean = 0
        for (let k = 0; k < count; k++) mean += probabilities[base + k]! * pushes[base + k]!
        for (let k = 0; k < count; k++) pushes[base + k] = probabilities[base + k]! * (pushes[base + k]! - mean)
      }
      addPushes(into)
    },
    diagonal: (into) => {
      into.fill(1, 0, penalised)
      into.fill(0, penalised)
      for (let row = 0; row < messages; row++) {
        const base = row * count
        for (let k = 0; k < count; k++) {
          const p = probabilities[base + k]!
          pushes[base + k] = strength * p * (1 - p)
          into[penalised + k]! += pushes[base + k]!
        }
        for (let n = starts[row]!; n < starts[row + 1]!; n++) {
          const square = values[n]! * values[n]!
          const at = places[n]! * count
          for (let k = 0; k < count; k++) into[at + k]! += square * pushes[base + k]!
        }
      }
      // An intercept that no row influences any more.
      for (let k = penalised; k < size; k++) into[k] = Math.max(into[k]!, 1e-12)
    },
  }
  const zero = new Float64Array(size)
  const gradient = new Float64Array(size)
  problem.at(zero)
  problem.gradient(zero, gradient)
  problem.gradientAtZero = Math.sqrt(dot(gradient, gradient))
  return problem
}

/** Approximately −H⁻¹g; more exact when the gradient is smaller. */
function directionOf(problem: Problem, gradient: Float64Array, norm: number): Float64Array {
  const { size } = problem
  const direction = new Float64Array(size)
  const left = Float64Array.from(gradient, (value) => -value)
  const diagonal = new Float64Array(size)
  problem.diagonal(diagonal)
  const eased = new Float64Array(size)
  const curved = new Float64Array(size)
  ease(left, diagonal, eased)
  const search = Float64Array.from(eased)
  let product = dot(left, eased)
  const enough = norm * Math.min(0.3, Math.sqrt(norm / Math.max(problem.gradientAtZero, Number.MIN_VALUE)))

  for (let turn = 0; turn < MOST_DIRECTIONS; turn++) {
    problem.curve(search, curved)
    const curvature = dot(search, curved)
    if (!(curvature > 0)) break
    const length = product / curvature
    for (let n = 0; n < size; n++) {
      direction[n]! += length * search[n]!
      left[n]! -= length * curved[n]!
    }
    if (Math.sqrt(dot(left, left)) <= enough) break
    ease(left, diagonal, eased)
    const next = dot(left, eased)
    const keep = next / product
    product = next
    for (let n = 0; n < size; n++) search[n] = eased[n]! + keep * search[n]!
  }
  return direction
}

function ease(left: Float64Array, diagonal: Float64Array, into: Float64Array): void {
  for (let n = 0; n < left.length; n++) into[n] = left[n]! / diagonal[n]!
}

function scoresInto({ columns, starts, places, values }: Rows, weights: Weights, count: number, into: Float64Array) {
  const intercepts = columns * count
  for (let row = 0; row + 1 < starts.length; row++) {
    const base = row * count
    for (let k = 0; k < count; k++) into[base + k] = weights[intercepts + k]!
    for (let n = starts[row]!; n < starts[row + 1]!; n++) {
      const value = values[n]!
      const at = places[n]! * count
      for (let k = 0; k < count; k++) into[base + k]! += value * weights[at + k]!
    }
  }
}

function softmaxRows(scores: Float64Array, count: number): void {
  for (let base = 0; base < scores.length; base += count) softmaxRow(scores, base, count, 0)
}

/** Turns the scores of one row into probabilities; returns the log loss of its class. */
function softmaxRow(scores: Float64Array, base: number, count: number, truth: number): number {
  let highest = -Infinity
  for (let k = 0; k < count; k++) highest = Math.max(highest, scores[base + k]!)
  const own = scores[base + truth]! - highest
  let sum = 0
  for (let k = 0; k < count; k++) {
    const weight = Math.exp(scores[base + k]! - highest)
    scores[base + k] = weight
    sum += weight
  }
  for (let k = 0; k < count; k++) scores[base + k]! /= sum
  return Math.log(sum) - own
}

function moved(weights: Weights, direction: Float64Array, length: number): Weights {
  const next = new Float64Array(weights.length)
  for (let n = 0; n < weights.length; n++) next[n] = weights[n]! + length * direction[n]!
  return next
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let n = 0; n < a.length; n++) sum += a[n]! * b[n]!
  return sum
}
