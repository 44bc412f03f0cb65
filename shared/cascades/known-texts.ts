import { z } from 'zod'
import { BellwetherError } from '../errors'
import { parseJson } from '../objects'
import type { KnownText } from './cascade-index'

/** Raise its number when the format or the features of a text change. */
const HEADER = Buffer.from('bellwether texts 2\n')
/** Only the texts. */
const HEADER_1 = Buffer.from('bellwether texts 1\n')
const CUT = 1
const SCORED = 1
const ID_BYTES = 8
/** What is stored of a text besides its features. */
const TEXT_BYTES = 2 * ID_BYTES + 1 + 4 + 4
/** Scores are kept with four digits. */
const DIGITS = 1e4

/** The cascades that a run was the first to have, with their kept scores. */
export interface FirstSeen {
  /** Training job of the model that was live; null where none was. */
  model: string | null
  /** The categories, in the order of the scores. */
  labels: readonly string[]
  /** By cascade; undefined where the cascade was not scored. */
  scores: ReadonlyMap<string, readonly number[] | undefined>
}

const head = z.object({ model: z.string().nullable(), labels: z.array(z.string()) })

const NONE: FirstSeen = { model: null, labels: [], scores: new Map() }

/** A score in its stored precision. */
export const kept = (score: number): number => Math.round(score * DIGITS) / DIGITS

/**
 * The texts that a run added and the cascades that it was the first to have, as they are stored beside its cascades. After
 * the header a line of JSON with the model and the categories; the number of cascades, 4 bytes; for each cascade its id, 8
 * bytes, one that says whether it was scored, and 2 for each of its scores; then for each text: 8 bytes of the id of its
 * exact form; 8 of its cascade; one that says whether it was cut off; its opening, the number of its features, and the
 * features, 4 bytes each. Numbers are little endian. It has no words, but a text can be recognised by it: a deleted post's
 * goes.
 */
export function textsToBytes(texts: readonly KnownText[], { model, labels, scores }: FirstSeen = NONE): Buffer {
  const line = Buffer.from(`${JSON.stringify({ model, labels })}\n`)
  let size = HEADER.length + line.length + 4
  for (const of of scores.values()) size += ID_BYTES + 1 + 2 * (of?.length ?? 0)
  for (const { shingles } of texts) size += TEXT_BYTES + 4 * shingles.features.length

  // On a busy day it is several hundred megabytes: it is not joined from parts, which would need as many again.
  const bytes = Buffer.alloc(size)
  let at = HEADER.copy(bytes)
  at += line.copy(bytes, at)
  at = bytes.writeUInt32LE(scores.size, at)
  for (const [cascade, of] of scores) {
    at += bytes.write(cascade, at, 'hex')
    at = bytes.writeUInt8(of ? SCORED : 0, at)
    for (const score of of ?? []) at = bytes.writeUInt16LE(Math.round(score * DIGITS), at)
  }
  for (const { id, cascade, shingles } of texts) {
    const { features, opening, cut } = shingles
    at += bytes.write(id + cascade, at, 'hex')
    at = bytes.writeUInt8(cut ? CUT : 0, at)
    at = bytes.writeUInt32LE(opening, at)
    at = bytes.writeUInt32LE(features.length, at)
    for (const feature of features) at = bytes.writeUInt32LE(feature, at)
  }
  return bytes
}

/** The content of a file. OBJECT_INVALID names a file that is cut short or has another format. */
export function textsFromBytes(bytes: Buffer, key: string): { texts: KnownText[]; first: FirstSeen } {
  const invalid = (what: string) => new BellwetherError('OBJECT_INVALID', `${key}: ${what}`)
  const isFirstFormat = bytes.subarray(0, HEADER_1.length).equals(HEADER_1)
  if (!isFirstFormat && !bytes.subarray(0, HEADER.length).equals(HEADER))
    throw invalid('not a file of known texts, or of another form')
  const texts: KnownText[] = []
  let at = HEADER.length
  const take = (length: number) => {
    if (at + length > bytes.length) throw invalid(`cut short after ${texts.length} texts, at byte ${at}`)
    at += length
    return bytes.subarray(at - length, at)
  }
  const takeLine = () => {
    const end = bytes.indexOf(LINE_END, at)
    return take(end === -1 ? bytes.length + 1 : end + 1 - at).toString('utf8')
  }
  const first = isFirstFormat ? undefined : readFirst(takeLine, take, key)
  while (at < bytes.length) {
    const [id, cascade] = [take(8).toString('hex'), take(8).toString('hex')]
    const cut = take(1)[0] === CUT
    const numbers = take(8)
    const features = take(4 * numbers.readUInt32LE(4))
    texts.push({
      id,
      cascade,
      shingles: {
        opening: numbers.readUInt32LE(0),
        cut,
        features: Uint32Array.from({ length: features.length / 4 }, (_, i) => features.readUInt32LE(4 * i)),
      },
    })
  }
  return { texts, first: first ?? { ...NONE, scores: new Map(texts.map(({ cascade }) => [cascade, undefined])) } }
}

const LINE_END = 10

function readFirst(takeLine: () => string, take: (length: number) => Buffer, key: string): FirstSeen {
  const { model, labels } = parseJson(takeLine(), head, key)
  const scores = new Map<string, number[] | undefined>()
  for (let left = take(4).readUInt32LE(); left > 0; left--) {
    const cascade = take(8).toString('hex')
    const isScored = take(1)[0] === SCORED
    const of = isScored ? take(2 * labels.length) : undefined
    scores.set(cascade, of && labels.map((_, k) => of.readUInt16LE(2 * k) / DIGITS))
  }
  return { model, labels, scores }
}
