import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, openSync, realpathSync, renameSync, rmSync, writeSync } from 'node:fs'
import { type Cursor, openCursor } from './cursor'
import { type Dictionary, emptyDictionary, findOrAdd, labelTexts } from './dictionary'
import { FastTextError } from './error'
import { fnv1a } from './hashing'
import { DEFAULTS, MOST_BUCKETS } from './hyperparameters'
import { matrixHeader, type Refuse, readDense, readInput, rowsInOrder } from './matrix-file'
import type { Loss, Model } from './model'
import { readQuantised } from './quantised'

// model.bin, version 12, little-endian: magic and version; twelve integers and a double of arguments; the dictionary;
// a flag and the input matrix; a flag and the output matrix. A matrix is two 64-bit sizes and its floats, row by row.

const MAGIC = 793712314
const VERSION = 12
/** The first two bytes of a gzip file. */
export const GZIP = 0x1f8b
const SUPERVISED = 3
const WORD = 0
const LABEL = 1
const LOSSES: Record<number, Loss | undefined> = {
  1: 'hierarchical softmax',
  2: 'negative sampling',
  3: 'softmax',
  4: 'one vs all',
}
const LOSS_NUMBERS: Record<Loss, number> = {
  'hierarchical softmax': 1,
  'negative sampling': 2,
  softmax: 3,
  'one vs all': 4,
}

const ENTRY = 'the dictionary'
const INPUT = 'the input matrix'
const ARGUMENTS_BYTES = 12 * 4 + 8
const DICTIONARY_BYTES = 3 * 4 + 2 * 8
const LEAST_ENTRY_BYTES = 2 + 8 + 1
const MOST_DIM = 100_000
const WRITE_BYTES = 1 << 16

/**
 * Reads fastText's model.bin of version 12, or a quantised .ftz, from bytes or from the file of that name. `name` is what
 * errors call it. Throws MODEL_INVALID (truncated, foreign, impossible sizes; before any large allocation),
 * MODEL_UNSUPPORTED (word vectors, another version) or FILE_UNREADABLE.
 */
export function readModel(
  source: Uint8Array | string,
  name = typeof source === 'string' ? source : 'the model',
): Model {
  const cursor = openCursor(source, name)
  try {
    return read(cursor)
  } finally {
    cursor.close()
  }
}

/** The model as the bytes of model.bin. Throws MODEL_UNSUPPORTED for a pruned model. */
export const writeModel = (model: Model): Buffer =>
  Buffer.concat(Array.from(modelChunks(model), (chunk) => Buffer.from(chunk)))

/** Writes model.bin to a file, a megabyte at a time. The file is complete or absent: an interrupted write leaves an earlier one as it was. */
export function saveModel(model: Model, file: string): void {
  // A symbolic link stays one: the file that it leads to is replaced.
  const target = existsSync(file) ? realpathSync(file) : file
  const made = `${target}.${randomUUID()}.new`
  const descriptor = openSync(made, 'wx')
  try {
    try {
      for (const chunk of modelChunks(model))
        for (let done = 0; done < chunk.length;) done += writeSync(descriptor, chunk, done)
    } finally {
      closeSync(descriptor)
    }
    renameSync(made, target)
  } catch (error) {
    rmSync(made, { force: true })
    throw error
  }
}

function read(cursor: Cursor): Model {
  const { file } = cursor
  const refuse: Refuse = (found, expected, code = 'MODEL_INVALID') => {
    throw new FastTextError(code, { file, found, expected })
  }
  if (cursor.left() === 0) refuse('an empty file', 'a fastText model')
  const start = cursor.take(8, 'the header')
  if (start.readUInt16BE(0) === GZIP)
    refuse('a gzip file', 'model.bin itself: unpack the file first (tar -xzf model.tar.gz, or gunzip)')
  if (start.readInt32LE(0) !== MAGIC)
    refuse(`the magic number ${start.readInt32LE(0)}`, `${MAGIC}, which begins a fastText model`)
  if (start.readInt32LE(4) !== VERSION)
    refuse(`version ${start.readInt32LE(4)}`, `version ${VERSION}`, 'MODEL_UNSUPPORTED')

  const { dim, loss, rules, record } = readArguments(cursor, refuse)
  const { dictionary, pruned } = readDictionary(cursor, rules.buckets, refuse)

  const isQuantised = cursor.take(1, 'the quantisation flag')[0] === 1
  if (pruned && !isQuantised) refuse('a pruned dictionary', 'a quantised matrix with it')
  const inputShape = { rows: dictionary.words + (pruned ? pruned.kept : rules.buckets), columns: dim }
  const { input, bucketRows } = isQuantised
    ? { input: readQuantised(cursor, INPUT, inputShape, refuse), bucketRows: pruned?.bucketRows }
    : readInput(cursor, INPUT, inputShape, dictionary.words, refuse)
  const isOutputQuantised = cursor.take(1, 'the quantisation flag of the output')[0] === 1
  const outputShape = { rows: dictionary.labels, columns: dim }
  const readOutput = isQuantised && isOutputQuantised ? readQuantised : readDense
  const output = readOutput(cursor, 'the output matrix', outputShape, refuse)
  if (cursor.left() > 0) refuse(`${cursor.left()} bytes after the output matrix`, 'the end of the file')

  return {
    rules,
    loss,
    record,
    labelPrefix: DEFAULTS.labelPrefix,
    dictionary,
    labels: labelTexts(dictionary),
    input,
    output,
    bucketRows,
    absentBuckets: pruned ? 'none' : 'zero',
  }
}

function readArguments(cursor: Cursor, refuse: Refuse) {
  const bytes = cursor.take(ARGUMENTS_BYTES, 'the arguments')
  const [
    dim,
    windowSize,
    epochs,
    minCount,
    negatives,
    wordNgrams,
    lossNumber,
    kind,
    buckets,
    minCharacters,
    maxCharacters,
    updateRate,
  ] = Array.from({ length: 12 }, (_, i) => bytes.readInt32LE(4 * i)) as Twelve
  const loss = LOSSES[lossNumber]
  if (kind === 1 || kind === 2) refuse('a model of word vectors', 'a supervised model', 'MODEL_UNSUPPORTED')
  if (kind !== SUPERVISED) refuse(`the model kind ${kind}`, '3, a supervised model')
  if (!loss) return refuse(`the loss ${lossNumber}`, '1 to 4')
  if (dim < 1 || dim > MOST_DIM) refuse(`a dimension of ${dim}`, `1 to ${MOST_DIM}`)
  if (buckets < 0) refuse(`${buckets} buckets`, '0 or more')
  return {
    dim,
    loss,
    rules: { wordNgrams, minCharacters, maxCharacters, buckets },
    record: { epochs, minCount, windowSize, negatives, updateRate, samplingThreshold: bytes.readDoubleLE(48) },
  }
}

type Twelve = [number, number, number, number, number, number, number, number, number, number, number, number]

function readDictionary(cursor: Cursor, buckets: number, refuse: Refuse) {
  const sizes = cursor.take(DICTIONARY_BYTES, 'the sizes of the dictionary')
  const [size, words, labels] = [sizes.readInt32LE(0), sizes.readInt32LE(4), sizes.readInt32LE(8)]
  const tokens = Number(sizes.readBigInt64LE(12))
  const pruneCount = Number(sizes.readBigInt64LE(20))
  if (words < 1 || labels < 1 || size !== words + labels)
    refuse(`a dictionary of ${size} entries, ${words} words and ${labels} labels`, 'their sum, at least one of each')
  if (size * LEAST_ENTRY_BYTES > cursor.left())
    refuse(`a dictionary of ${size} entries in ${cursor.left()} bytes`, `${size * LEAST_ENTRY_BYTES} bytes or more`)

  const dictionary = emptyDictionary(size)
  for (let entry = 0; entry < size; entry++) {
    const length = cursor.lengthOfString(ENTRY)
    const from = cursor.at(length + 1 + 8 + 1, ENTRY)
    const bytes = cursor.bytes()
    const end = from + length
    if (length === 0 || findOrAdd(dictionary, bytes, from, end, fnv1a(bytes, from, end) | 0) !== entry)
      refuse(`${JSON.stringify(bytes.toString('utf8', from, end))} as entry ${entry}`, 'a new entry')
    dictionary.counts[entry] = integer(bytes, end + 1) + integer(bytes, end + 5) * 2 ** 32
    const type = entry < words ? WORD : LABEL
    if (bytes[end + 9] !== type)
      refuse(`type ${bytes[end + 9]} for entry ${entry}`, `${type}: words come before labels`)
  }
  Object.assign(dictionary, { words, labels, tokens } satisfies Partial<Dictionary>)
  return { dictionary, pruned: pruneCount < 0 ? undefined : readPruned(cursor, pruneCount, words, buckets, refuse) }
}

/** An unsigned 32-bit integer. */
const integer = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0

/** The buckets that a pruned model kept, and their rows. */
function readPruned(cursor: Cursor, kept: number, words: number, buckets: number, refuse: Refuse) {
  if (kept * 8 > cursor.left() || kept > buckets)
    refuse(`${kept} kept buckets of ${buckets} in ${cursor.left()} bytes`, 'as many buckets and bytes')
  if (buckets > MOST_BUCKETS) refuse(`${buckets} buckets`, `${MOST_BUCKETS} at most`, 'MODEL_UNSUPPORTED')
  const bucketRows = new Int32Array(buckets)
  for (let i = 0; i < kept; i++) {
    const pair = cursor.take(8, 'the kept buckets')
    const [bucket, place] = [pair.readInt32LE(0), pair.readInt32LE(4)]
    if (bucket < 0 || bucket >= buckets || place < 0 || place >= kept)
      refuse(`bucket ${bucket} kept at ${place}`, `a bucket below ${buckets} at a place below ${kept}`)
    bucketRows[bucket] = words + place
  }
  return { bucketRows, kept }
}

/** The bytes of model.bin, about a megabyte at a time. A chunk is valid until the next is asked for. */
export function* modelChunks(model: Model): Generator<Buffer> {
  const { dictionary, input, output, bucketRows, absentBuckets, rules } = model
  if (bucketRows && absentBuckets === 'none')
    throw new FastTextError('MODEL_UNSUPPORTED', {
      found: 'a pruned model',
      expected: 'one with a row for every bucket',
    })
  yield header(model)
  yield* entries(dictionary)
  yield matrixHeader(dictionary.words + rules.buckets, input.columns)
  yield* rowsInOrder(input, 0, dictionary.words)
  yield* rowsInOrder(input, dictionary.words, rules.buckets, bucketRows && ((bucket) => bucketRows[bucket]! || -1))
  yield matrixHeader(output.rows, output.columns)
  yield* rowsInOrder(output, 0, output.rows)
}

function header({ rules, record, loss, dictionary, input }: Model): Buffer {
  const bytes = Buffer.alloc(8 + ARGUMENTS_BYTES + DICTIONARY_BYTES)
  const integers = [
    MAGIC,
    VERSION,
    input.columns,
    record.windowSize,
    record.epochs,
    record.minCount,
    record.negatives,
    rules.wordNgrams,
    LOSS_NUMBERS[loss],
    SUPERVISED,
    rules.buckets,
    rules.minCharacters,
    rules.maxCharacters,
    record.updateRate,
  ]
  integers.forEach((value, i) => bytes.writeInt32LE(value, 4 * i))
  bytes.writeDoubleLE(record.samplingThreshold, 56)
  bytes.writeInt32LE(dictionary.size, 64)
  bytes.writeInt32LE(dictionary.words, 68)
  bytes.writeInt32LE(dictionary.labels, 72)
  bytes.writeBigInt64LE(BigInt(dictionary.tokens), 76)
  bytes.writeBigInt64LE(-1n, 84)
  return bytes
}

function* entries({ size, words, bytes, starts, counts }: Dictionary): Generator<Buffer> {
  let chunk = Buffer.alloc(WRITE_BYTES)
  let filled = 0
  for (let entry = 0; entry < size; entry++) {
    const text = bytes.subarray(starts[entry]!, starts[entry + 1]!)
    if (filled + text.length + 10 > chunk.length) {
      yield chunk.subarray(0, filled)
      filled = 0
      if (text.length + 10 > chunk.length) chunk = Buffer.alloc(text.length + 10)
    }
    chunk.set(text, filled)
    filled += text.length
    chunk[filled++] = 0
    chunk.writeBigInt64LE(BigInt(counts[entry]!), filled)
    chunk[filled + 8] = entry < words ? WORD : LABEL
    filled += 9
  }
  yield chunk.subarray(0, filled)
}
