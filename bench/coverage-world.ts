import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Classifier } from '../shared/engines/classifier'
import { classifierOf } from './fasttext-classifier'
import { train } from '../shared/fasttext'
import { nextFraction } from '../shared/fasttext/random'
import { labelOf } from '../shared/engines/fasttext/labels'
import { fitTemperature, scaled } from '../shared/statistics/temperature'
import { type ShownText, textOfShown, tokenise } from '../shared/text'
import { textOfSource } from '../shared/text/encoding'
import { cascadeId, permanentRandom } from '../shared/text/cascade'
import { drawBottomK } from '../shared/statistics/sampling'
import type { Population, Sampled } from '../shared/statistics/difference'
import type { Scored } from '../shared/statistics/classifier-errors'

/** Posts of a set that no model has learnt from, by class, with what a model of ours says of them. */
export interface World {
  name: string
  classes: string[]
  /** The class whose share is measured. */
  of: number
  /** Class shares as the set has them. */
  natural: number[]
  /** `pools[c]`: scores of the posts of class c. */
  pools: (readonly number[])[][]
  accuracy: number
}

/** What a set learns from; the rest is scored. */
const LEARN = 0.4
const PARAMETERS = { epochs: 20, learningRate: 0.3, minCount: 1, vectorDim: 10, wordNgrams: 2, buckets: 200_000 }

const SETS = [
  { name: 'corporate messaging', of: 'action', files: ['corporate-messaging/posts.jsonl'] },
  {
    name: 'TweetEval emotion',
    of: 'anger',
    files: ['train', 'val', 'test'].map((part) => `tweeteval-emotion/${part}.jsonl`),
  },
  {
    name: 'TweetEval irony',
    of: 'irony',
    files: ['train', 'val', 'test'].map((part) => `tweeteval-irony/${part}.jsonl`),
  },
]

export interface Post {
  text: string
  label: string
}

/** The posts of each set, one of a cascade, by cascade. */
export const sets = (folder: string): { name: string; of: string; unique: [id: string, post: Post][] }[] =>
  SETS.map(({ name, of, files }) => {
    const posts = files.flatMap((file) =>
      readFileSync(path.join(folder, file), 'utf8')
        .trim()
        .split('\n')
        .map((line): Post => JSON.parse(line)),
    )
    return { name, of, unique: [...new Map(posts.map((post) => [cascadeId(post.text), post])).entries()] }
  })

export const shownOf = ({ text }: Pick<Post, 'text'>): ShownText => textOfSource(text, 'html').shown

/** A post as a model reads it. */
const line = (post: Pick<Post, 'text'>): string => tokenise(shownOf(post)).join(' ')

/** A model of ours that has learnt from these posts. */
export const modelOf = (posts: readonly Post[]): Classifier =>
  classifierOf(
    train(
      posts.map((post) => `${labelOf(post.label)} ${line(post)}`),
      { ...PARAMETERS, seed: 1 },
    ),
  )

/** By post, the probability of each class; not calibrated. */
export async function scoresOf(
  model: Classifier,
  posts: readonly Post[],
  classes: readonly string[],
): Promise<number[][]> {
  const places = classes.map((name) => model.labels.indexOf(name))
  const scores = await model.classify(posts.map((post) => textOfShown(shownOf(post))))
  return scores.map(({ probabilities }) => places.map((place) => probabilities[place] ?? 0))
}

/** Each set split by cascade, a model of ours trained on the one part, the other scored by it, its temperature fitted. */
export const worlds = (folder: string): Promise<World[]> =>
  Promise.all(
    sets(folder).map(async ({ name, of, unique }) => {
      const learns = (id: string) => permanentRandom(id, 'coverage-v1') < LEARN
      const model = modelOf(unique.filter(([id]) => learns(id)).map(([, post]) => post))
      const held = unique.filter(([id]) => !learns(id)).map(([, post]) => post)
      const classes = [...model.labels]
      const raw = await scoresOf(model, held, classes)
      const truths = held.map(({ label }) => classes.indexOf(label))
      const temperature = fitTemperature(raw.map((probabilities, i) => ({ probabilities, truth: truths[i]! })))
      const scores = raw.map((row) => scaled(row, temperature))
      const pools = classes.map((_, c) => scores.filter((_, i) => truths[i] === c))
      const right = scores.filter((row, i) => row.indexOf(Math.max(...row)) === truths[i]).length
      return {
        name,
        classes,
        of: classes.indexOf(of),
        natural: pools.map((pool) => pool.length / held.length),
        pools,
        accuracy: right / held.length,
      }
    }),
  )

/** A message of a simulated day. */
interface Message {
  id: string
  size: number
  label: number
  scores: readonly number[]
}

export interface Day {
  messages: Message[]
  posts: number
}

/**
 * What part of a day's sample of so many labels was labelled the day before, and costs nothing: on the two days of
 * `aws-tweets`, the mean over draws with other random numbers.
 */
export function freeOnSecondDay(folder: string, target: number, draws = 500): number {
  const days = new Map<string, Map<string, number>>()
  for (const line of readFileSync(path.join(folder, 'aws-tweets/posts.jsonl'), 'utf8').trim().split('\n')) {
    const { text, createdAt }: { text: string; createdAt: string } = JSON.parse(line)
    const day = days.get(createdAt.slice(0, 10)) ?? new Map<string, number>()
    const id = cascadeId(text)
    days.set(createdAt.slice(0, 10), day.set(id, (day.get(id) ?? 0) + 1))
  }
  const [before = [], after = []] = [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, sizes]) => [...sizes].map(([id, size]) => ({ id, size })))
  let free = 0
  for (let draw = 0; draw < draws; draw++) {
    const random = (id: string) => permanentRandom(id, `coverage-v1 ${draw}`)
    const known = new Set(drawBottomK(before, target, random).map(({ id }) => id))
    free += drawBottomK(after, target, random).filter(({ id }) => known.has(id)).length
  }
  return free / draws / target
}

/**
 * Posts of a message on a day with copies: four of five stand alone, of the rest a share 1/s has s posts or more, up to
 * 200; two on average. So it is in `aws-tweets` on 3 January 2019, where every row stands twice: 530 messages, 422 of one
 * post, seven of ten or more, three of forty or more, the biggest of 161.
 */
const sizeOf = (state: Uint32Array): number =>
  nextFraction(state) < 0.8 ? 1 : Math.min(200, Math.floor(1 / (1 - nextFraction(state))))

const POSTS = 1000

/** Shares of all classes where the measured one has this share and the others divide the rest as they do in the set. */
export const sharesAt = ({ natural, of }: World, share: number): number[] =>
  natural.map((part, c) => (c === of ? share : ((1 - share) * part) / (1 - natural[of]!)))

/**
 * A day of 1,000 posts: each message of a class by these shares, its scores those of a post of the set. Of the measured
 * class a part may be of a kind that the model misses: it reads like posts of another class.
 */
export function simulateDay(
  world: World,
  shares: readonly number[],
  copies: boolean,
  missed: number,
  state: Uint32Array,
): Day {
  const messages: Message[] = []
  let posts = 0
  while (posts < POSTS) {
    const size = copies ? Math.min(sizeOf(state), POSTS - posts) : 1
    const label = pick(shares, nextFraction(state))
    const isMissed = label === world.of && nextFraction(state) < missed
    const reads = isMissed ? pick(sharesAt(world, 0), nextFraction(state)) : label
    const pool = world.pools[reads]!
    messages.push({
      id: String(messages.length),
      size,
      label,
      scores: pool[Math.floor(nextFraction(state) * pool.length)]!,
    })
    posts += size
  }
  return { messages, posts }
}

/** The product's own draw, with fresh random numbers. */
export function drawn({ messages }: Day, target: number, state: Uint32Array): Sampled[] {
  const random = messages.map(() => nextFraction(state))
  return drawBottomK(messages, target, (id) => random[Number(id)]!).map(({ id, size, inclusionProbability }) => {
    const { label, scores } = messages[Number(id)]!
    return { item: id, size, inclusionProbability, label, judged: 'owner', scores }
  })
}

/** Labels of earlier days: messages by the natural shares. */
export const simulateWindow = (world: World, items: number, state: Uint32Array): Scored[] =>
  Array.from({ length: items }, () => {
    const label = pick(world.natural, nextFraction(state))
    const pool = world.pools[label]!
    return { label, scores: pool[Math.floor(nextFraction(state) * pool.length)]! }
  })

export const populations = ({ messages, posts }: Day): { posts: Population; messages: Population } => {
  const classes = messages[0]!.scores.length
  const byPosts = Array.from({ length: classes }, () => 0)
  const byMessages = Array.from({ length: classes }, () => 0)
  for (const { size, scores } of messages) {
    for (let k = 0; k < classes; k++) {
      byPosts[k]! += size * scores[k]!
      byMessages[k]! += scores[k]!
    }
  }
  return {
    posts: { total: posts, means: byPosts.map((sum) => sum / posts) },
    messages: { total: messages.length, means: byMessages.map((sum) => sum / messages.length) },
  }
}

/** Posts drawn at random without replacement, each of them paid: the labels. */
export function naiveSample({ messages, posts }: Day, target: number, state: Uint32Array): number[] {
  const owners: number[] = []
  for (const [i, { size }] of messages.entries()) for (let copy = 0; copy < size; copy++) owners.push(i)
  for (let i = 0; i < target; i++) {
    const j = i + Math.floor(nextFraction(state) * (posts - i))
    ;[owners[i], owners[j]] = [owners[j]!, owners[i]!]
  }
  return owners.slice(0, target).map((i) => messages[i]!.label)
}

export function pick(shares: readonly number[], at: number): number {
  let left = at
  for (const [c, share] of shares.entries()) {
    left -= share
    if (left < 0) return c
  }
  return shares.length - 1
}
