import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DEFAULTS, type Hyperparameters } from '../src'
import { nextFraction, seedRandom } from '../src/random'

/** A small model that trains quickly. */
export const small: Partial<Hyperparameters> = {
  ...DEFAULTS,
  vectorDim: 10,
  learningRate: 0.5,
  epochs: 10,
  minCount: 1,
  buckets: 5000,
  wordNgrams: 2,
}

const TOPICS: Record<string, string[]> = {
  technical: ['lambda', 'deploy', 'kubernetes', 'latenz', 'größe', '日本', 'api'],
  marketing: ['webinar', 'join', 'offer', 'partner', '🎉', 'register', 'sale'],
  other: ['rain', 'coffee', 'monday', 'train', 'café', 'cat', 'snow'],
}

/** Learnable labelled lines: words of the label's topic among words of all topics. */
export function labelledLines(count: number, seed: number): string[] {
  const random = seedRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(nextFraction(random) * list.length)]!
  const all = Object.values(TOPICS).flat()
  return Array.from({ length: count }, () => {
    const label = pick(Object.keys(TOPICS))
    const words = Array.from({ length: 3 + Math.floor(nextFraction(random) * 9) }, () =>
      pick(nextFraction(random) < 0.4 ? TOPICS[label]! : all),
    )
    return `__label__${label} ${words.join(' ')}`
  })
}

/** A new folder for the files of a test. */
export const temporaryFolder = (): string => mkdtempSync(path.join(tmpdir(), 'fasttext-'))
