import { hasKnownWord, type Model as FastTextModel, predictAll, readModel } from '../../../packages/fasttext/src'
import { textFunction } from '../../text'
import type { LoadModel, Model } from '../engine'
import { filesInWords } from '../found-files'
import { categoryOf } from '../training-lines'

export const FASTTEXT_FILE = 'model.bin'

export const load: LoadModel = async (files, { textVersion, where }) => {
  const bytes = files.get(FASTTEXT_FILE)
  if (!bytes) {
    throw new Error(`${where}: found only ${filesInWords(files)}, expected a ${FASTTEXT_FILE} in the archive`)
  }
  return fastTextModelOf(readModel(Buffer.from(bytes), `${where}#${FASTTEXT_FILE}`), textVersion)
}

/** A fastText model under the names of our categories. */
export function fastTextModelOf(model: FastTextModel, textVersion: string): Model {
  const text = textFunction(textVersion)
  const labels = model.labels.map(categoryOf).sort()
  return {
    labels,
    classify: async (messages) => {
      const words = messages.map((message) => text.tokenise(message))
      const lines = words.map((tokens) => tokens.join(' '))
      return Array.from(predictAll(model, lines, labels.length), (predictions, i) => {
        if (!hasKnownWord(model, words[i] ?? [])) return undefined
        const byLabel = new Map(predictions.map(({ label, probability }) => [categoryOf(label), probability]))
        return labels.map((label) => byLabel.get(label) ?? 0)
      })
    },
  }
}
