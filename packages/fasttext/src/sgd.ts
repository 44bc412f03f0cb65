import { expNegative } from './loss'
import { type Problem, STATE } from './problem'

/** One pass of stochastic gradient descent over the examples [from, to) of a problem, in order and in place. */
export type Descend = (problem: Problem, from: number, to: number) => void

/** fastText updates the learning rate each time this many tokens are done. */
const TOKENS_PER_UPDATE = 100
const LEAST_PROBABILITY = 1e-37

const { tokensDone, tokensPending, tokensInAll, learningRate, loss, examples } = STATE

/**
 * The loop in plain TypeScript (FastText::supervised, Model::update): the hidden vector is the mean of the input rows; the
 * softmax loss moves the output rows by the hidden vector and the input rows by the gradient over their number. Every
 * operation rounds to 32 bits in the kernel's order, so that both give the same bytes.
 */
export const descend: Descend = (problem, from, to) => {
  const { stride, input, hidden, gradient, features, featureStarts, state } = problem
  const width = stride | 0
  for (let e = from; e < to; e++) {
    const rate = state[learningRate]! * (1 - state[tokensDone]! / state[tokensInAll]!)
    const first = featureStarts[e]!
    const last = featureStarts[e + 1]!
    const scale = Math.fround(1 / (last - first))

    hidden.fill(0)
    for (let f = first; f < last; f++) {
      const row = features[f]! * width
      for (let j = 0; j < width; j++) hidden[j]! += input[row + j]!
    }
    for (let j = 0; j < width; j++) hidden[j]! *= scale

    gradient.fill(0)
    state[loss]! += forward(problem, targetOf(problem, e), rate)
    state[examples]!++

    for (let j = 0; j < width; j++) gradient[j]! *= scale
    for (let f = first; f < last; f++) {
      const row = features[f]! * width
      for (let j = 0; j < width; j++) input[row + j]! += gradient[j]!
    }
    advance(problem, e)
  }
}

/** The example's label; if it has several, one at random. */
function targetOf({ targets, targetStarts, random }: Problem, example: number): number {
  const first = targetStarts[example]!
  const several = targetStarts[example + 1]! - first
  if (several === 1) return targets[first]!
  let x = random[0]!
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  random[0] = x
  return targets[first + ((x >>> 0) % several)]!
}

/** Softmax of the output rows times the hidden vector; moves the output rows, adds up the gradient, returns -log p. */
function forward({ stride, output, hidden, gradient, scores }: Problem, target: number, rate: number): number {
  const width = stride | 0
  const labels = scores.length
  let greatest = -Infinity
  for (let i = 0; i < labels; i++) {
    const score = dot(output, i * width, hidden, width)
    scores[i] = score
    if (score > greatest) greatest = score
  }
  let sum = 0
  for (let i = 0; i < labels; i++) {
    const e = expNegative(scores[i]! - greatest)
    scores[i] = e
    sum += e
  }
  for (let i = 0; i < labels; i++) {
    const probability = Math.fround(scores[i]! / sum)
    scores[i] = probability
    const alpha = Math.fround(rate * ((i === target ? 1 : 0) - probability))
    const row = i * width
    for (let j = 0; j < width; j++) {
      const weight = output[row + j]!
      gradient[j]! += Math.fround(alpha * weight)
      output[row + j] = weight + Math.fround(alpha * hidden[j]!)
    }
  }
  return -Math.log(Math.max(scores[target]!, LEAST_PROBABILITY))
}

/** Four partial sums, in the order in which a vector of four lanes adds them. */
function dot(output: Float32Array, row: number, hidden: Float32Array, width: number): number {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let j = 0; j < width; j += 4) {
    a = Math.fround(a + Math.fround(output[row + j]! * hidden[j]!))
    b = Math.fround(b + Math.fround(output[row + j + 1]! * hidden[j + 1]!))
    c = Math.fround(c + Math.fround(output[row + j + 2]! * hidden[j + 2]!))
    d = Math.fround(d + Math.fround(output[row + j + 3]! * hidden[j + 3]!))
  }
  return Math.fround(Math.fround(a + b) + Math.fround(c + d))
}

function advance({ tokens, state }: Problem, example: number): void {
  state[tokensPending]! += tokens[example]!
  if (state[tokensPending]! <= TOKENS_PER_UPDATE) return
  state[tokensDone]! += state[tokensPending]!
  state[tokensPending] = 0
}
