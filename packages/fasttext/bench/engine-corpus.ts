import { closeSync, openSync, writeSync } from 'node:fs'

/** A made-up text of labelled lines; the same numbers make the same bytes. */
export type CorpusPlan = { seed: number; lines: number; words: number; vocabulary: number; labels: number }

const FLUSH_BYTES = 1 << 20
/** Zipf and Mandelbrot's law: the word of rank r has the weight 1 / (r + SHIFT)^EXPONENT. Values for English text. */
const EXPONENT = 1.07
const SHIFT = 2.7
/** One word in so many is drawn from the label's own order of words, so that there is something to learn. */
const TOPICAL = 8

/**
 * Writes a text of `lines` lines of about `words` words (geometric mean, from 3 up), the words drawn by Zipf and
 * Mandelbrot's law from `vocabulary` made-up words. Returns how many tokens it has, labels not counted.
 */
export function writeCorpus(file: string, { seed, lines, words, vocabulary, labels }: CorpusPlan): number {
  const random = generator(seed)
  const spelling = Array.from({ length: vocabulary }, (_, rank) => spell(rank, seed))
  const sums = cumulative(vocabulary)
  const descriptor = openSync(file, 'w')
  let text = ''
  let tokens = 0
  for (let line = 0; line < lines; line++) {
    const label = Math.floor(random() * labels)
    const length = Math.max(3, Math.round(words * Math.exp(0.5 * normal(random))))
    text += `__label__${label}`
    for (let i = 0; i < length; i++) {
      const rank = draw(sums, random())
      const topical = rank > 50 && random() * TOPICAL < 1
      text += ` ${spelling[topical ? (rank - (rank % labels) + label) % vocabulary : rank]}`
    }
    text += '\n'
    tokens += length
    if (text.length > FLUSH_BYTES || line === lines - 1) {
      writeSync(descriptor, text)
      text = ''
    }
  }
  closeSync(descriptor)
  return tokens
}

/** mulberry32: numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x = (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 0x100000000
  }
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Frequent words are short: a word of rank r has about log(r) letters. */
function spell(rank: number, seed: number): string {
  const random = generator(seed * 31 + rank)
  let word = rank.toString(26).replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
  for (let more = Math.floor(random() * Math.log2(rank + 2) * 0.5); more > 0; more--)
    word += String.fromCharCode(97 + Math.floor(random() * 26))
  return word
}

function cumulative(count: number): Float64Array {
  const sums = new Float64Array(count)
  let sum = 0
  for (let rank = 0; rank < count; rank++) sums[rank] = sum += (rank + SHIFT) ** -EXPONENT
  return sums.map((value) => value / sum)
}

function draw(sums: Float64Array, at: number): number {
  let low = 0
  let high = sums.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sums[middle]! < at) low = middle + 1
    else high = middle
  }
  return low
}
