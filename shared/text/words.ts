const SPACE = 1
const LETTER = 2
const DIGIT = 3
const OTHER = 4

/** The class of each code point that was looked up; 0 is not looked up yet. */
const kinds = new Uint8Array(0x110000)

/**
 * Cut a text into words and marks, as the expression
 * `/<url>|<user>|#?[\p{L}\p{N}_]+(?:['’]\p{L}+)?|[^\s\p{L}\p{N}_]/gu` does, but several times faster.
 */
export function words(text: string): string[] {
  const found: string[] = []
  const { length } = text
  for (let at = 0; at < length;) {
    const kind = kindAt(text, at)
    if (kind === SPACE) {
      at += 1
      continue
    }
    const end = endOfWord(text, at, kind)
    found.push(text.slice(at, end))
    at = end
  }
  return found
}

/** Where the word or mark that begins here ends. */
function endOfWord(text: string, from: number, kind: number): number {
  const unit = text.charCodeAt(from)
  if (kind === OTHER && unit === 60) {
    if (text.startsWith('<url>', from)) return from + 5
    if (text.startsWith('<user>', from)) return from + 6
  }
  let at = from
  if (kind === OTHER) {
    if (unit !== 35 || !isWord(kindAt(text, from + 1))) return from + unitsAt(text, from)
    at += 1
  }
  while (isWord(kinds[text.charCodeAt(at)])) at += 1
  while (isWord(kindAt(text, at))) at += unitsAt(text, at)
  const mark = text.charCodeAt(at)
  if ((mark !== 39 && mark !== 0x2019) || kindAt(text, at + 1) !== LETTER) return at
  at += 1
  while (kindAt(text, at) === LETTER) at += unitsAt(text, at)
  return at
}

const isWord = (kind: number | undefined): boolean => kind === LETTER || kind === DIGIT

const unitsAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)

/** 0 after the end. */
function kindAt(text: string, at: number): number {
  const point = text.codePointAt(at)
  return point === undefined ? 0 : (kinds[point] ||= kindOf(String.fromCodePoint(point)))
}

function kindOf(character: string): number {
  if (/\p{L}/u.test(character)) return LETTER
  if (/[\p{N}_]/u.test(character)) return DIGIT
  return /\s/u.test(character) ? SPACE : OTHER
}
