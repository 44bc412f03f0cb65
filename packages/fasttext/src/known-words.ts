import { find } from './dictionary'
import { fnv1a } from './hashing'
import type { Model } from './model'

/**
 * Whether the model knows at least one of these words. If it knows none, it still predicts: from `</s>`, which ends every line,
 * and from rows that pairs of unknown words happen to hit. A model with character n-grams knows a part of any word.
 */
export function hasKnownWord({ dictionary, rules }: Model, words: readonly string[]): boolean {
  if (rules.maxCharacters > 0) return words.length > 0
  return words.some((word) => {
    const bytes = Buffer.from(word)
    const entry = find(dictionary, bytes, 0, bytes.length, fnv1a(bytes, 0, bytes.length) | 0)
    return entry >= 0 && entry < dictionary.words
  })
}
