import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { ROOT } from '../local/root'
import { train, writeModel } from '../shared/fasttext'
import { keys } from '../shared/keys'
import { labelOf } from '../shared/labels'
import type { Objects } from '../shared/objects'
import { postsToCsv } from '../shared/posts'
import type { RunRecord } from '../shared/records'
import { tokenise } from '../shared/text'

/** Posts of a page, as the collector stores those of a file. */
const PAGE = 1000
/** So many different pages; after them they come again. */
const PAGES = 25

const samplePost = z.object({ text: z.string(), label: z.string() })

const samples = readFileSync(path.join(ROOT, 'samples/posts/sample.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => samplePost.parse(JSON.parse(line)))

/** A model of the shipped hyperparameters, with 200,000 buckets, trained on the made-up posts: model.bin. */
export function makeModel(): Buffer {
  const lines = samples.map(({ text, label }) => `${labelOf(label)} ${tokenise(text).join(' ')}`)
  return writeModel(
    train(lines, { vectorDim: 10, learningRate: 0.3, epochs: 20, minCount: 1, wordNgrams: 2, buckets: 200_000 }),
  )
}

/** A bucket with a run of so many posts, made page by page as they are read; what is written is counted and let go. */
export function bucketOf(posts: number) {
  const pages = Array.from({ length: PAGES }, (_, page) => Buffer.from(pageOf(page)))
  const name = { hashtag: 'aws', date: '2026-06-14', run: 'bench' }
  const run: RunRecord = {
    ...name,
    source: 'sample',
    window: { from: '2026-06-14T00:00:00.000Z', to: '2026-06-15T00:00:00.000Z' },
    covered: null,
    gap: null,
    complete: true,
    stoppedBy: null,
    pages: Math.ceil(posts / PAGE),
    posts,
    existing: null,
    otherLanguages: 0,
    refusedRows: 0,
    costUsd: 0,
    objects: Array.from({ length: Math.ceil(posts / PAGE) }, (_, page) => ({
      key: keys.posts({ ...name, page: String(page) }),
      posts: PAGE,
      sha256: '',
    })),
  }
  let written = 0
  const objects: Pick<Objects, 'stream' | 'putStream'> = {
    stream: async (key) => Readable.from([pages[Number(keys.posts.match(key)?.page) % PAGES]!]),
    putStream: async (_, body) => {
      for await (const chunk of body) written += chunk.length
    },
  }
  return { run, objects, written: () => written }
}

function pageOf(page: number): string {
  return postsToCsv(
    Array.from({ length: PAGE }, (_, i) => {
      const number = page * PAGE + i
      return {
        id: String(2_060_000_000_000_000_000n + BigInt(number)),
        createdAt: new Date(Date.UTC(2026, 5, 14) + number * 1000).toISOString(),
        authorId: String(10_000 + (number % 997)),
        language: 'en',
        retweetOf: '',
        source: 'sample',
        text: `${samples[number % samples.length]!.text} (${number})`,
      }
    }),
  )
}
