import { paddedStride } from './matrix'

export type ProblemShape = {
  dim: number
  inputRows: number
  labels: number
  examples: number
  /** Features and labels of all examples together. */
  features: number
  targets: number
}

/**
 * A training problem in one buffer, so that a WebAssembly kernel can work on it in place. Example e has the input rows
 * `features[featureStarts[e], featureStarts[e + 1])`, the labels `targets[targetStarts[e], targetStarts[e + 1])`, and
 * represents `tokens[e]` tokens of the text.
 */
export type Problem = {
  shape: ProblemShape
  /** Floats from one row to the next: `dim` rounded up to whole vectors of four, the rest zero. */
  stride: number
  buffer: ArrayBufferLike
  input: Float32Array
  output: Float32Array
  hidden: Float32Array
  gradient: Float32Array
  scores: Float32Array
  features: Int32Array
  featureStarts: Int32Array
  targets: Int32Array
  targetStarts: Int32Array
  tokens: Int32Array
  random: Uint32Array
  state: Float64Array
  /** The threads: the arrays that each works on and the address of its header. The first has the arrays above. */
  threads: Thread[]
}

/** A thread's share of the examples, with its own `state`, `random` and scratch. `header` is a byte offset. */
export type Thread = { header: number; from: number; to: number; random: Uint32Array; state: Float64Array }

/** The meaning of each number of `state`: the schedule of the learning rate, and the loss of the epoch. */
export const STATE = { tokensDone: 0, tokensPending: 1, tokensInAll: 2, learningRate: 3, loss: 4, examples: 5 } as const

/** The byte offsets of the arrays, in the order of the kernel's header; then the stride, the labels and the examples. */
const HEADER_WORDS = 16
const ALIGNMENT = 16

/** Lays a problem out. `allocate` returns a zeroed buffer of at least that many bytes; all arrays but the headers are zero. */
export function layProblem(shape: ProblemShape, allocate: (bytes: number) => ArrayBufferLike, threads = 1): Problem {
  const { dim, inputRows, labels, examples, features, targets } = shape
  const stride = paddedStride(dim)
  let bytes = 0
  const place = (words: number) => {
    const offset = bytes
    bytes += Math.ceil((words * 4) / ALIGNMENT) * ALIGNMENT
    return { offset, words }
  }
  const headers = Array.from({ length: threads }, () => place(HEADER_WORDS))
  const weights = [place(inputRows * stride), place(labels * stride)] as const
  const lists = [features, examples + 1, targets, examples + 1, examples].map(place) as Five<Place>
  const scratch = headers.map(
    () => [stride, stride, labels, 1, 2 * Object.keys(STATE).length].map(place) as Five<Place>,
  )

  const buffer = allocate(bytes)
  const floats = ({ offset, words }: Place) => new Float32Array(buffer, offset, words)
  const integers = ({ offset, words }: Place) => new Int32Array(buffer, offset, words)
  headers.forEach(({ offset }, t) => {
    const [hidden, gradient, scores, random, state] = scratch[t]!
    const inOrder = [...weights, hidden, gradient, scores, ...lists, random, state].map((one) => one.offset)
    new Uint32Array(buffer, offset, HEADER_WORDS).set([...inOrder, stride, labels, examples])
  })
  const share = (t: number) => Math.floor((examples * t) / threads)
  const own = headers.map(({ offset }, t): Thread => {
    const [, , , random, state] = scratch[t]!
    return {
      header: offset,
      from: share(t),
      to: share(t + 1),
      random: new Uint32Array(buffer, random.offset, 1),
      state: new Float64Array(buffer, state.offset, Object.keys(STATE).length),
    }
  })
  const [hidden, gradient, scores] = scratch[0]!
  return {
    shape,
    stride,
    buffer,
    input: floats(weights[0]),
    output: floats(weights[1]),
    hidden: floats(hidden),
    gradient: floats(gradient),
    scores: floats(scores),
    features: integers(lists[0]),
    featureStarts: integers(lists[1]),
    targets: integers(lists[2]),
    targetStarts: integers(lists[3]),
    tokens: integers(lists[4]),
    random: own[0]!.random,
    state: own[0]!.state,
    threads: own,
  }
}

type Place = { offset: number; words: number }
type Five<T> = [T, T, T, T, T]
