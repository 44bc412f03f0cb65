import type { KnownText } from './cascade-index'
import { BellwetherError } from '../errors'

/** Raise its number when the format or the features of a text change. */
const HEADER = Buffer.from('bellwether texts 1\n')
const CUT = 1

/**
 * The texts that a run added, as they are stored beside its cascades. After the header, for each text: 8 bytes of the id of
 * its exact form; 8 of its cascade; one that says whether it was cut off; its opening, the number of its features, and the
 * features, 4 bytes each, little endian. It has no words, so deleting a post leaves it alone.
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

/** The texts of a file. OBJECT_INVALID names a file that is cut short or has another format. */
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
