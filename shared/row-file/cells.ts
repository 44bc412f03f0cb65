/** How programs write an empty cell: pandas, R, spreadsheets, SQL, people. */
const NOTHING = new Set(['', 'nan', 'null', 'none', 'n/a', 'na', '#n/a', '<na>', 'nat', 'nil', 'undefined', '-', '–'])

/** Whether a cell is empty, or has a word that a program writes for an empty cell. */
export const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'number' && Number.isNaN(value)) ||
  (typeof value === 'string' && NOTHING.has(value.trim().toLowerCase()))

/** Whether a text is such a word. Fewer count: somebody may have posted `-` or `n/a`. */
export const isNoText = (text: string): boolean => /^(nan|null|none|#n\/a|<na>|nat|undefined)?$/i.test(text.trim())

/** A cell as text; empty for anything but text, numbers and booleans. */
export const asText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''

/** What is wrong with the id of a post; undefined where it may be valid. */
export function wrongId(value: unknown): string | undefined {
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return 'is not a whole number'
    return Number.isSafeInteger(value) ? undefined : 'is too long for a number: put it in quotes'
  }
  if (typeof value !== 'string') return isNothing(value) ? undefined : 'is not a text'
  if (isRounded(value)) return 'was rounded by a spreadsheet and names no post: export the column as text'
  if (/^\s*\d+\.\d*\s*$/.test(value)) return 'is not a whole number: export the column as text'
  return /\p{Cc}/u.test(value) ? 'holds a control character' : undefined
}

/** Whether a spreadsheet or a program wrote a long number in scientific notation, as in 1.10E+18. */
export const isRounded = (value: string): boolean =>
  /^\s*\d+([.,]\d+)?e\+\d+\s*$/i.test(value) || /^\s*\d+[.,]\d+e\d+\s*$/i.test(value)

/**
 * The text of bytes as Python prints them, as in `b'caf\xc3\xa9'`. Undefined where the text is not in this form or its
 * bytes are not UTF-8.
 */
export function fromPythonBytes(text: string): string | undefined {
  const [, , inside] = /^\s*b(['"])(.*)\1\s*$/s.exec(text) ?? []
  if (inside === undefined) return undefined
  // A UTF-16 unit has at most three bytes in UTF-8.
  const bytes = Buffer.alloc(3 * inside.length)
  let length = 0
  for (const [, hex, escaped, plain] of inside.matchAll(/\\x([0-9a-f]{2})|\\([^x])|([^\\]+|\\)/gis)) {
    if (hex !== undefined) bytes[length++] = Number.parseInt(hex, 16)
    else length += bytes.write(escaped === undefined ? (plain ?? '') : (ESCAPES[escaped] ?? `\\${escaped}`), length)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length))
  } catch {
    return undefined
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '0': '\0',
}

/** A label without the `__label__` that fastText writes before it. */
export const withoutLabelPrefix = (label: string): string => label.replace(/^__label__/, '')
