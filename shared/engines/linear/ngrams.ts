import { mixed } from '../../text/shingles'

/** Length of an n-gram within a word, including the spaces around the word. */
const SHORTEST = 3
const LONGEST = 5
/** The same for scripts that put no spaces between words. */
const LONGEST_SPACELESS = 4

const SPACE = 32
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
/** Seeds of the hashes: the word `the` and the characters `the` are two features. */
const WORD = FNV_OFFSET
const PAIR = 0x2c1b3c6d
const CHARACTERS = 0x27d4eb2f
const SPACELESS = 0x165667b1

/** Code points of scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Japanese and Chinese. */
const SPACELESS_SCRIPTS: readonly (readonly [from: number, to: number])[] = [
  [0x0e00, 0x0eff],
  [0x1000, 0x109f],
  [0x1780, 0x17ff],
  [0x2e80, 0x2fdf],
  [0x3005, 0x3007],
  [0x3041, 0x30ff],
  [0x31f0, 0x31ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x3ffff],
]

/** The n-grams of a message as 32-bit hashes, with repeats; overwritten by the next message. */
export interface Ngrams {
  hashes: Uint32Array
  length: number
}

/**
 * Makes the function that takes a message's n-grams from its tokens: words, pairs of neighbouring words, and 3 to 5
 * neighbouring characters of a word with a space before and after it.
 *
 * In a script without spaces there are no words. A run of such characters, across the borders
 * of tokens, gives its n-grams of 1 to 4 characters and no word.
 */
export function makeNgrams(): (tokens: readonly string[]) => Ngrams {
  const found: Ngrams = { hashes: new Uint32Array(1024), length: 0 }
  let points = new Int32Array(64)
  let run: number[] = []

  const add = (hash: number): void => {
    if (found.length === found.hashes.length) {
      const longer = new Uint32Array(2 * found.length)
      longer.set(found.hashes)
      found.hashes = longer
    }
    found.hashes[found.length++] = mixed(hash)
  }

  const addCharacters = (length: number): void => {
    for (let from = 0; from + SHORTEST <= length; from++) {
      const to = Math.min(length, from + LONGEST)
      let hash = CHARACTERS
      for (let at = from; at < to; at++) {
        hash = Math.imul(hash ^ points[at]!, FNV_PRIME)
        if (at - from >= SHORTEST - 1) add(hash)
      }
    }
  }

  /** Writes the code points of a word between two spaces; returns their number. */
  const pad = (token: string): number => {
    if (points.length < token.length + 2) points = new Int32Array(2 * (token.length + 2))
    points[0] = SPACE
    let length = 1
    for (let at = 0; at < token.length; at++) {
      // Not undefined: `at` is below the length.
      const point = token.codePointAt(at)!
      if (point > 0xffff) at++
      points[length++] = point
    }
    points[length++] = SPACE
    return length
  }

  const addRun = (): void => {
    for (let from = 0; from < run.length; from++) {
      let hash = SPACELESS
      for (let at = from; at < Math.min(run.length, from + LONGEST_SPACELESS); at++) {
        hash = Math.imul(hash ^ run[at]!, FNV_PRIME)
        add(hash)
      }
    }
    run = []
  }

  return (tokens) => {
    found.length = 0
    /** Hash of the word just before, if there is one. */
    let before: number | undefined
    const addWord = (word: string): void => {
      let hash = WORD
      for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), FNV_PRIME)
      add(hash)
      if (before !== undefined) add(Math.imul(mixed(before), PAIR) + hash)
      before = hash
      addCharacters(pad(word))
    }
    for (const token of tokens) {
      if (!mayBeSpaceless(token)) {
        if (run.length > 0) addRun()
        addWord(token)
        continue
      }
      for (const piece of piecesOf(token)) {
        if (!piece.isSpaceless) {
          if (run.length > 0) addRun()
          addWord(piece.text)
          continue
        }
        before = undefined
        // Not undefined: a character has a code point.
        for (const character of piece.text) run.push(character.codePointAt(0)!)
      }
    }
    if (run.length > 0) addRun()
    return found
  }
}

function mayBeSpaceless(token: string): boolean {
  for (let at = 0; at < token.length; at++) if (token.charCodeAt(at) >= SPACELESS_SCRIPTS[0]![0]) return true
  return false
}

/** A token cut where its characters change between scripts with and without spaces. */
function piecesOf(token: string): { text: string; isSpaceless: boolean }[] {
  const pieces: { text: string; isSpaceless: boolean }[] = []
  for (const character of token) {
    // Not undefined: a character has a code point.
    const point = character.codePointAt(0)!
    const isSpaceless = SPACELESS_SCRIPTS.some(([from, to]) => point >= from && point <= to)
    const last = pieces.at(-1)
    if (last?.isSpaceless === isSpaceless) last.text += character
    else pieces.push({ text: character, isSpaceless })
  }
  return pieces
}
