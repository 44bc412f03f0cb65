const PREFIX = '__label__'

/**
 * A category's name as fastText and BlazingText write it in a file: `__label__` and the name percent-encoded as in a
 * URL, so that no name contains white space or can be misread. `Not sure` is `__label__Not%20sure`. A lone surrogate
 * becomes U+FFFD. `categoryOf` is the reverse.
 */
export const labelOfLine = (category: string): string =>
  PREFIX + encodeURIComponent(Buffer.from(category, 'utf8').toString('utf8'))

/** The category's name for a model's label, with its prefix or without. A label in another format stays as it is. */
export function categoryOf(label: string): string {
  const encoded = label.startsWith(PREFIX) ? label.slice(PREFIX.length) : label
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}

/** An example as a line of a training file: the label, then the tokens. */
export const trainingLine = (label: string, tokens: readonly string[]): string =>
  `${labelOfLine(label)} ${tokens.join(' ')}`
