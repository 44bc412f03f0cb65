import { z } from 'zod'
import { textFunction } from '../../text'
import type { LoadModel } from '../engine'
import { filesInWords } from '../found-files'
import { posteriorOf, type WordCounts, wordCounts } from './word-counts'

export const NAIVE_BAYES_FILE = 'naive-bayes.json'

export const load: LoadModel = async (files, { textVersion, where }) => {
  const bytes = files.get(NAIVE_BAYES_FILE)
  if (!bytes) throw new Error(`${where}: found only ${filesInWords(files)}, expected ${NAIVE_BAYES_FILE}`)
  const text = textFunction(textVersion)
  const { smoothing, ...counts } = parse(bytes, `${where}#${NAIVE_BAYES_FILE}`)
  const posterior = posteriorOf(counts, smoothing)
  return {
    labels: counts.labels,
    classify: async (messages) => messages.map((message) => posterior(text.tokenise(message))),
  }
}

const stored = wordCounts.extend({ smoothing: z.number().positive() })

function parse(bytes: Uint8Array, where: string): WordCounts & { smoothing: number } {
  try {
    return stored.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch (cause) {
    throw new Error(`${where}: not the word counts of a naive Bayes model`, { cause })
  }
}
