import { z } from 'zod'

export const LINEAR_FILE = 'linear.bin'

/** Maximum bytes of a stored model; features beyond that are dropped before the training. */
export const MOST_BYTES = 2_000_000
/** Bytes reserved for the header. */
const RESERVED = 16_384

/** The first bytes of the file. */
const MAGIC = 'BWLINEAR'
/** The magic, then the length of the header as 32 bits. */
const PREFIX = MAGIC.length + 4

const header = z.strictObject({
  format: z.literal(1),
  engine: z.literal('linear'),
  textVersion: z.string(),
  labels: z.array(z.string()).min(2),
  strength: z.number().positive(),
  correction: z.number().min(0).max(1),
  /** The factor of each label's probability before the decision. */
  decisionWeights: z.array(z.number().positive()),
  intercepts: z.array(z.number()),
  /** Number of training messages. */
  messages: z.int().positive(),
  features: z.int().nonnegative(),
})

/** A stored model. Numbers by label are in the order of `labels`. */
export interface StoredModel extends Omit<z.infer<typeof header>, 'format' | 'engine' | 'features'> {
  /** Hash of each feature's n-gram, ascending. */
  hashes: Uint32Array
  /** Number of messages that contain each feature. */
  documents: Uint32Array
  /** Weight of feature `f` and label `k` at `f * labels + k`. */
  weights: Float32Array
}

/** How many features a model of this many labels can store. */
export const mostFeatures = (labels: number): number => Math.floor((MOST_BYTES - RESERVED) / bytesOfFeature(labels))

const bytesOfFeature = (labels: number): number => 4 + 4 + 4 * labels

/**
 * `linear.bin`: the magic, the length of the header, the header as JSON, filled with spaces to a multiple of four bytes, then
 * hashes and documents as 32-bit integers and weights as 32-bit floats, all little-endian.
 */
export function writeModel({ hashes, documents, weights, ...rest }: StoredModel): Uint8Array {
  const { labels, textVersion, ...numbers } = rest
  const about = { format: 1, engine: 'linear', textVersion, labels, ...numbers, features: hashes.length }
  let text = JSON.stringify(about)
  while ((PREFIX + Buffer.byteLength(text)) % 4 !== 0) text += ' '
  const top = Buffer.from(text)
  const start = Buffer.alloc(PREFIX)
  start.write(MAGIC)
  start.writeUInt32LE(top.length, MAGIC.length)
  return Buffer.concat([start, top, bytesOf(hashes), bytesOf(documents), bytesOf(weights)])
}

/** Reads a stored model. Throws an error that names the file and what is wrong with it. */
export function readModel(bytes: Uint8Array, where: string): StoredModel {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (file.length < PREFIX || file.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new Error(`${where}: not a model of the engine linear: it does not begin with ${MAGIC}`)
  const end = PREFIX + file.readUInt32LE(MAGIC.length)
  const { features, format: _, engine: __, ...rest } = parseHeader(file.subarray(PREFIX, end), where)
  const count = rest.labels.length
  const expected = end + features * bytesOfFeature(count)
  if (file.length !== expected)
    throw new Error(`${where}: found ${file.length} bytes, expected ${expected}: the file is cut short or damaged`)

  // A copy, so that its offset is a multiple of four bytes.
  const body = file.buffer.slice(file.byteOffset + end, file.byteOffset + expected)
  const hashes = new Uint32Array(body, 0, features)
  const documents = new Uint32Array(body, 4 * features, features)
  const weights = new Float32Array(body, 8 * features, features * count)
  if (!weights.every(Number.isFinite) || hashes.some((hash, i) => i > 0 && hash <= hashes[i - 1]!))
    throw new Error(`${where}: its weights or features are damaged`)
  return { ...rest, hashes, documents, weights }
}

function parseHeader(bytes: Uint8Array, where: string): z.infer<typeof header> {
  try {
    const found = header.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
    const { labels, intercepts, decisionWeights } = found
    if (intercepts.length === labels.length && decisionWeights.length === labels.length) return found
  } catch (cause) {
    throw new Error(`${where}: its header is damaged or of another release`, { cause })
  }
  throw new Error(`${where}: its header has another number of labels than of intercepts or decision weights`)
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
