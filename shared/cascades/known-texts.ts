import { z } from 'zod'
import { BellwetherError } from '../errors'
import { parseJson } from '../objects'
import type { KnownText } from './cascade-index'

/** Raise its number when the format or the features of a text change. */
const HEADER = Buffer.from('bellwether texts 2\n')
/** The texts alone. */
const HEADER_1 = Buffer.from('bellwether texts 1\n')
const CUT = 1
const SCORED = 1
/** Scores are kept with four digits. */
const DIGITS = 1e4

/** The cascades that a run was the first to have, with the scores that each keeps. */
export interface FirstSeen {
  /** Training job of the model that was live; null where none was. */
  model: string | null
  /** The categories in whose order the scores stand. */
  labels: readonly string[]
  /** By cascade; nothing where the cascade was not scored. */
  scores: ReadonlyMap<string, readonly number[] | undefined>
}

const head = z.object({ model: z.string().nullable(), labels: z.array(z.string()) })

const NONE: FirstSeen = { model: null, labels: [], scores: new Map() }

/** A score as it is kept. */
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
  const count = Buffer.alloc(4)
  count.writeUInt32LE(scores.size)
  const parts = [HEADER, Buffer.from(`${JSON.stringify({ model, labels })}\n`), count]
  for (const [cascade, of] of scores) {
    parts.push(Buffer.from(cascade, 'hex'), Buffer.of(of ? SCORED : 0))
    if (of) parts.push(Buffer.from(Uint8Array.from(of.flatMap((score) => twoBytes(Math.round(score * DIGITS))))))
  }
  for (const { id, cascade, shingles } of texts) {
    const { features, opening, cut } = shingles
    const numbers = Buffer.alloc(8 + 4 * features.length)
    numbers.writeUInt32LE(opening, 0)
    numbers.writeUInt32LE(features.length, 4)
    for (let i = 0; i < features.length; i++) numbers.writeUInt32LE(features[i]!, 8 + 4 * i)
    parts.push(Buffer.from(id + cascade, 'hex'), Buffer.of(cut ? CUT : 0), numbers)
  }
  return Buffer.concat(parts)
}

/** What a file has. OBJECT_INVALID names a file that is cut short or has another format. */
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
const twoBytes = (value: number): [low: number, high: number] => [value & 0xff, value >> 8]

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
