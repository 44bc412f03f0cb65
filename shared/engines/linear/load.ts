import type { ShownText } from '../../text'
import { textFunction } from '../../text'
import type { LoadModel } from '../engine'
import { filesInWords } from '../found-files'
import { LINEAR_FILE, readModel, type StoredModel } from './model-file'
import { makeNgrams } from './ngrams'
import { idfOf, tfOf } from './vectors'

export const load: LoadModel = async (files, { textVersion, where }) => {
  const bytes = files.get(LINEAR_FILE)
  if (!bytes) {
    throw new Error(`${where}: found only ${filesInWords(files)}, expected ${LINEAR_FILE} of the engine linear`)
  }
  // Refuses a version that this release does not know.
  const { tokenise } = textFunction(textVersion)
  const stored = readModel(bytes, `${where}#${LINEAR_FILE}`)
  if (stored.textVersion !== textVersion)
    throw new Error(
      `${where}#${LINEAR_FILE}: it was trained on texts of version ${stored.textVersion}, and its place says version ${textVersion}`,
    )
  const probabilities = scorerOf(stored, tokenise)
  return {
    labels: stored.labels,
    decisionWeights: stored.decisionWeights,
    classify: async (messages) => messages.map(probabilities),
  }
}

/** Makes the function that returns the probabilities of a message, or undefined if none of its n-grams is known. */
function scorerOf(
  { labels, intercepts, messages, hashes, documents, weights }: StoredModel,
  tokenise: (form: ShownText) => string[],
): (message: ShownText) => number[] | undefined {
  const count = labels.length
  const ngramsOf = makeNgrams()
  const placeOf = tableOf(hashes)
  const idf = Float64Array.from(documents, (held) => idfOf(held, messages))
  const times = new Int32Array(hashes.length)
  const tf = Float64Array.from({ length: 64 }, (_, n) => (n === 0 ? 0 : tfOf(n)))
  let held = new Int32Array(1024)

  return (message) => {
    const { hashes: found, length } = ngramsOf(tokenise(message))
    if (held.length < length) held = new Int32Array(2 * length)
    let distinct = 0
    for (let n = 0; n < length; n++) {
      const place = placeOf(found[n]!)
      if (place < 0) continue
      if (times[place] === 0) held[distinct++] = place
      times[place]! += 1
    }
    if (distinct === 0) return undefined

    const scores = intercepts.map(() => 0)
    let squares = 0
    for (let n = 0; n < distinct; n++) {
      const place = held[n]!
      const often = times[place]!
      times[place] = 0
      const value = (tf[often] ?? tfOf(often)) * idf[place]!
      squares += value * value
      const at = place * count
      for (let k = 0; k < count; k++) scores[k]! += value * weights[at + k]!
    }
    const size = Math.sqrt(squares)
    return softmax(scores.map((score, k) => score / size + intercepts[k]!))
  }
}

function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores)
  const parts = scores.map((score) => Math.exp(score - highest))
  const sum = parts.reduce((all, part) => all + part, 0)
  return parts.map((part) => part / sum)
}

/** Makes the function that returns a hash's index among distinct ones, or -1: open addressing, at most half full. */
function tableOf(hashes: Uint32Array): (hash: number) => number {
  let slots = 16
  while (slots < 2 * hashes.length) slots *= 2
  const mask = slots - 1
  const places = new Int32Array(slots).fill(-1)
  for (let place = 0; place < hashes.length; place++) {
    let slot = hashes[place]! & mask
    while (places[slot] !== -1) slot = (slot + 1) & mask
    places[slot] = place
  }
  return (hash) => {
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = places[slot]!
      if (place === -1 || hashes[place] === hash) return place
    }
  }
}
