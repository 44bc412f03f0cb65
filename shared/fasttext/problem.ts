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
 * stands for `tokens[e]` tokens of the text.
 */
export type Problem = {
  shape: ProblemShape
  /** Floats from one row to the next: `dim` rounded up to whole vectors of four, the rest zero. */
  stride: number
  buffer: ArrayBufferLike
  /** Where the arrays lie, in bytes, in the order of `FIELDS`; then the stride, the labels and the examples. */
  header: Uint32Array
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
}

/** What each number of `state` is: the schedule of the learning rate, and the loss of the epoch. */
export const STATE = { tokensDone: 0, tokensPending: 1, tokensInAll: 2, learningRate: 3, loss: 4, examples: 5 } as const

const HEADER_BYTES = 64
const ALIGNMENT = 16

/** Lays a problem out. `allocate` gives a zeroed buffer of at least so many bytes; all arrays but the header are zero. */
export function layProblem(shape: ProblemShape, allocate: (bytes: number) => ArrayBufferLike): Problem {
  const stride = paddedStride(shape.dim)
  const words = {
    input: shape.inputRows * stride,
    output: shape.labels * stride,
    hidden: stride,
    gradient: stride,
    scores: shape.labels,
    features: shape.features,
    featureStarts: shape.examples + 1,
    targets: shape.targets,
    targetStarts: shape.examples + 1,
    tokens: shape.examples,
    random: 1,
    state: 2 * Object.keys(STATE).length,
  }
  const offsets: number[] = []
  let bytes = HEADER_BYTES
  for (const length of Object.values(words)) {
    offsets.push(bytes)
    bytes += Math.ceil((length * 4) / ALIGNMENT) * ALIGNMENT
  }
  const buffer = allocate(bytes)
  const header = new Uint32Array(buffer, 0, HEADER_BYTES / 4)
  header.set([...offsets, stride, shape.labels, shape.examples])
  const floats = (field: number, length: number) => new Float32Array(buffer, offsets[field]!, length)
  const integers = (field: number, length: number) => new Int32Array(buffer, offsets[field]!, length)
  return {
    shape,
    stride,
    buffer,
    header,
    input: floats(0, words.input),
    output: floats(1, words.output),
    hidden: floats(2, words.hidden),
    gradient: floats(3, words.gradient),
    scores: floats(4, words.scores),
    features: integers(5, words.features),
    featureStarts: integers(6, words.featureStarts),
    targets: integers(7, words.targets),
    targetStarts: integers(8, words.targetStarts),
    tokens: integers(9, words.tokens),
    random: new Uint32Array(buffer, offsets[10]!, 1),
    state: new Float64Array(buffer, offsets[11]!, Object.keys(STATE).length),
  }
}
