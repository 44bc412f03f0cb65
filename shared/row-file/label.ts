import { asText, isNothing, withoutLabelPrefix } from './cells'

/** A label of a file: what it says, and how that differs from the file. */
interface ReadLabel {
  label: string | undefined
  note?: string
}

/**
 * Normalise a label at import: without white space around it, without fastText's prefix, spelt as the category that
 * differs only in case. A word such as `NaN` or `none` is no label, unless it is a category.
 */
export function readLabel(given: unknown, categories: readonly string[] = []): ReadLabel {
  const text = asText(given).trim()
  if (categories.includes(text)) return { label: text }
  if (isNothing(text)) return { label: undefined, ...(text === '' ? {} : { note: `label "${text}" read as none` }) }
  const bare = withoutLabelPrefix(text)
  const category = categories.includes(bare) ? bare : only(categories.filter((name) => isSameButCase(name, bare)))
  const label = category ?? bare
  return label === text ? { label } : { label, note: `label "${text}" read as ${label}` }
}

const isSameButCase = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

const only = (found: readonly string[]): string | undefined => (found.length === 1 ? found[0] : undefined)
