/** Longer than any language writes: the stream-safe text format of Unicode (UAX #15) ends a run of marks after 30. */
const LONG_RUN = /[\p{M}\uff9e\uff9f]{31,}/gu

/** Marks with the lowest and the highest combining class that is not 0. */
const LOWEST = '\u0334'
const HIGHEST = '\u0345'

/**
 * `text.normalize(form)`, in a time that grows with the length of the text. V8 sorts a run of combining marks by insertion:
 * 200,000 marks of two combining classes in turn take 14 seconds. A long run is sorted here before, which leads to the same
 * normal form, because the two texts are canonically equivalent.
 */
export function normalised(text: string, form: 'NFC' | 'NFKC' | 'NFKD'): string {
  const decomposition = form === 'NFC' ? 'NFD' : 'NFKD'
  return text.replaceAll(LONG_RUN, (run) => sorted(run, decomposition)).normalize(form)
}

/** The marks of a run, decomposed one by one, in canonical order. */
function sorted(run: string, decomposition: 'NFD' | 'NFKD'): string {
  const distinct = new Set(run)
  const changed = [...distinct].filter((mark) => mark.normalize(decomposition) !== mark)
  if (distinct.size === 1 && changed.length === 0) return run
  const marks =
    changed.length === 0
      ? run
      : run.replaceAll(new RegExp(`[${changed.join('')}]`, 'gu'), (mark) => mark.normalize(decomposition))
  const places = placesOf(changed.length === 0 ? distinct : new Set(marks))
  const result = new Uint16Array(marks.length)
  let length = 0
  // Some marks are starters: the others are sorted between two of them, those of one class in the order that they have.
  const waiting: number[][] = []
  const write = () => {
    for (const same of waiting) for (const unit of same ?? []) result[length++] = unit
    waiting.length = 0
  }
  for (let at = 0; at < marks.length; at++) {
    const point = marks.codePointAt(at) ?? 0
    const place = places.get(point)
    if (place === undefined) write()
    const to = (waiting[place ?? 0] ??= [])
    to.push(marks.charCodeAt(at))
    if (point > 0xffff) to.push(marks.charCodeAt(++at))
    if (place === undefined) write()
  }
  write()
  return utf16.decode(result)
}

const utf16 = new TextDecoder('utf-16le')

/** The place of each mark, as a code point, in the canonical order; marks of one class have the same. Starters, which are never moved, have none. */
function placesOf(marks: ReadonlySet<string>): Map<number, number> {
  const ordered = [...marks]
    .filter((mark) => isMoved(HIGHEST, mark) || isMoved(mark, LOWEST))
    .sort((a, b) => (isMoved(a, b) ? 1 : isMoved(b, a) ? -1 : 0))
  const places = new Map<number, number>()
  let place = 0
  for (const [i, mark] of ordered.entries()) {
    if (i > 0 && isMoved(mark, ordered[i - 1] ?? mark)) place += 1
    places.set(mark.codePointAt(0) ?? 0, place)
  }
  return places
}

/** Whether the canonical order puts the second of two marks before the first. */
const isMoved = (first: string, second: string): boolean =>
  (first + second).normalize('NFD') === second + first && first !== second
