import { readFileSync } from 'node:fs'
import { makeCascadeIndex } from '../shared/cascades/cascade-index'
import { mulberry32 } from '../shared/statistics/random'
import { type ShownText, tokenise } from '../shared/text'
import { textOfSource } from '../shared/text/encoding'
import { shinglesOf } from '../shared/text/shingles'

/** A message, the same however often it is posted. */
export interface Message {
  id: string
  text: string
  shown: ShownText
  /** Tokens, as the model reads them. */
  tokens: string
  label: string
}

/** The arriving posts, day by day; a post is the number of its message. */
export interface Stream {
  days: number[][]
  pool: Message[]
  test: Message[]
}

/** The messages of a file of posts. Near copies are one message, with the majority label of its rows. */
export function readMessages(files: readonly string[]): Message[] {
  const index = makeCascadeIndex()
  const groups = new Map<string, { text: string; labels: string[] }>()
  for (const row of files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))) {
    const { text, label } = JSON.parse(row) as { text: string; label: string }
    const id = index.identify(text)
    const group = groups.get(id) ?? { text, labels: [] }
    group.labels.push(label)
    groups.set(id, group)
  }
  return [...groups].flatMap(([id, { text, labels }]) => {
    if (!shinglesOf(text)) return []
    const { shown } = textOfSource(text, 'html')
    return [{ id, text, shown, tokens: tokenise(shown).join(' '), label: mostOf(labels) }]
  })
}

export function mostOf(labels: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]![0]
}

/**
 * A quarter of the messages is the test; the rest arrives over the days in random order. `copies` is the share of posts
 * that repeat a message of the same or an earlier day, some much more often than others (Pareto weights).
 */
export function streamOf(messages: readonly Message[], copies: number, days: number, seed: number): Stream {
  const random = mulberry32(seed)
  const shuffled = shuffle(messages, random)
  const test = shuffled.slice(0, Math.floor(messages.length / 4))
  const pool = shuffled.slice(test.length)
  const weights = pool.map(() => (1 - random()) ** (-1 / 1.2))
  const originals = Array.from({ length: days }, (_, day) =>
    pool.flatMap((__, i) => (Math.floor((i * days) / pool.length) === day ? [i] : [])),
  )
  let known: number[] = []
  let total = 0
  const cumulated: number[] = []
  return {
    pool,
    test,
    days: originals.map((fresh) => {
      for (const i of fresh) cumulated.push((total += weights[i]!))
      known = [...known, ...fresh]
      const repeats = Math.round((fresh.length * copies) / (1 - copies))
      const repeated = Array.from({ length: repeats }, () => known[firstAbove(cumulated, random() * total)]!)
      return shuffle([...fresh, ...repeated], random)
    }),
  }
}

function firstAbove(cumulated: readonly number[], value: number): number {
  let [low, high] = [0, cumulated.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (cumulated[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}

export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!]
  }
  return shuffled
}

/** How annotators err: independently, or on hard items all with the same wrong label. */
export type Mistakes = { rate: number; kind: 'independent' | 'hard items' }

/** One judgement of a message. */
export type Judge = (message: Message) => string

/**
 * `independent`: each judgement is wrong at the rate, with any other label. `hard items`: twice the rate of the messages
 * are hard. Every second judgement of those is wrong, always with the same label. The other messages are judged correctly.
 */
export function judgeOf({ rate, kind }: Mistakes, labels: readonly string[], seed: number): Judge {
  const random = mulberry32(seed)
  const hard = new Map<string, string | undefined>()
  const wrong = (label: string) => {
    const others = labels.filter((other) => other !== label)
    return others[Math.floor(random() * others.length)]!
  }
  return ({ id, label }) => {
    if (kind === 'independent') return random() < rate ? wrong(label) : label
    if (!hard.has(id)) hard.set(id, random() < 2 * rate ? wrong(label) : undefined)
    return random() < 0.5 ? (hard.get(id) ?? label) : label
  }
}
