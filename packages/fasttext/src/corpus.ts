import { type Dictionary, emptyDictionary, END_OF_LINE, END_OF_LINE_HASH, findOrAdd } from './dictionary'
import { type Integers, noIntegers, push } from './integers'
import { blocks, type Text } from './text'
import { makeTokens, tokenise } from './tokeniser'

/** A text after one read: its dictionary, and the entry of each token in order. `endOfLine` closes each line. */
export type Corpus = { dictionary: Dictionary; endOfLine: number; stream: Integers }

/** Reads a text into memory, four bytes per token. A last line without a newline is closed like the others. */
export function readCorpus(text: Text): Corpus {
  const dictionary = emptyDictionary()
  const endOfLine = findOrAdd(dictionary, END_OF_LINE, 0, END_OF_LINE.length, END_OF_LINE_HASH)
  const stream = noIntegers()
  let last = endOfLine
  const add = (entry: number) => {
    push(stream, entry)
    dictionary.counts[entry]!++
    last = entry
  }

  let tokens = makeTokens(0)
  for (const { bytes, end } of blocks(text)) {
    if (tokens.starts.length < end) tokens = makeTokens(end)
    tokenise(bytes, end, tokens)
    const { count, starts, ends, hashes } = tokens
    for (let t = 0; t < count; t++) {
      const from = starts[t]!
      const to = ends[t]!
      add(from === to ? endOfLine : findOrAdd(dictionary, bytes, from, to, hashes[t]!))
    }
  }
  if (last !== endOfLine) add(endOfLine)
  dictionary.tokens = stream.length
  return { dictionary, endOfLine, stream }
}
