import type { KnownText } from './cascade-index'
import { BellwetherError } from '../errors'

/** Raised with the form, and with the features of a text. */
const HEADER = Buffer.from('bellwether texts 1\n')
const CUT = 1

/**
 * What a run taught of texts, as it is stored beside the run's cascades. After the header, for each text: 8 bytes of the id
 * of its exact form; 8 of its cascade; a byte that says whether it was cut off; its opening, the number of its features,
 * and those, 4 bytes each, little endian. No words: who deletes a post need not look here.
 */
export function textsToBytes(texts: readonly KnownText[]): Buffer {
  const parts = [HEADER]
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

/** The texts of a file. OBJECT_INVALID names it where it is cut short or something else. */
export function textsFromBytes(bytes: Buffer, key: string): KnownText[] {
  const invalid = (what: string) => new BellwetherError('OBJECT_INVALID', `${key}: ${what}`)
  if (!bytes.subarray(0, HEADER.length).equals(HEADER)) throw invalid('not a file of known texts, or of another form')
  const texts: KnownText[] = []
  let at = HEADER.length
  const take = (length: number) => {
    if (at + length > bytes.length) throw invalid(`cut short after ${texts.length} texts, at byte ${at}`)
    at += length
    return bytes.subarray(at - length, at)
  }
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
  return texts
}
