import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { ROOT } from '../local/root'
import type { RunName } from '../shared/cascades/files'
import { train, writeModel } from '../packages/fasttext/src'
import { keys } from '../shared/keys'
import { labelOfLine } from '../shared/engines/training-lines'
import { type Objects, s3Objects } from '../shared/objects'
import { postsToCsv } from '../shared/posts'
import type { RunRecord } from '../shared/records'
import { tokenise } from '../shared/text'
import { textOfSource } from '../shared/text/encoding'

/** Posts of a page, as the collector stores those of a file. */
const PAGE = 1000
/** Number of distinct pages; after the last one they repeat. */
const PAGES = 25

const samplePost = z.object({ text: z.string(), label: z.string() })

const samples = readFileSync(path.join(ROOT, 'samples/posts/sample.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => samplePost.parse(JSON.parse(line)))

/** The bytes of a model.bin with the shipped hyperparameters and 200,000 buckets, trained on generated posts. */
export function makeModel(): Buffer {
  const lines = samples.map(
    ({ text, label }) => `${labelOfLine(label)} ${tokenise(textOfSource(text, 'html').shown).join(' ')}`,
  )
  return writeModel(
    train(lines, { vectorDim: 10, learningRate: 0.3, epochs: 20, minCount: 1, wordNgrams: 2, buckets: 200_000 }),
  )
}

/** A bucket with a run of `posts` posts. It generates each page when it is read, and discards what is written. */
export async function bucketOf(posts: number, onPosts: (count: number) => void) {
  const pages = Array.from({ length: PAGES }, (_, page) => Buffer.from(pageOf(page)))
  const run = runOf({ hashtag: 'aws', date: '2026-06-14', run: 'bench' }, posts)
  const { putStream, written, close } = await sink()
  const objects: Pick<Objects, 'stream' | 'putStream'> = {
    stream: async (key) => {
      onPosts(PAGE)
      return Readable.from([pages[Number(keys.posts.match(key)?.page) % PAGES]!])
    },
    putStream,
  }
  return { run, objects, written, close }
}

/** The collector's record of a run of `posts` posts. */
export const runOf = (name: RunName, posts: number): RunRecord => ({
  ...name,
  source: 'sample',
  textEncoding: 'html',
  window: { from: `${name.date}T00:00:00.000Z`, to: `${name.date}T23:59:59.000Z` },
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
    posts: Math.min(PAGE, posts - page * PAGE),
    sha256: '',
  })),
})

/** Latency of the sink for each part, about that of S3. */
const PART_MS = 50

/** A stub of S3 for multipart uploads from the SDK over HTTP. It counts their bytes and discards them. */
async function sink() {
  let bytes = 0
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => (bytes += chunk.length))
    request.on('end', () => setTimeout(() => response.end(answerTo(request.method, request.url)), PART_MS))
    response.setHeader('ETag', '"etag"')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the sink has no port')
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  })
  const close = () => {
    client.destroy()
    server.close()
  }
  return { putStream: s3Objects(client, 'bench').putStream, written: () => bytes, close }
}

/** Response body for the start or the end of an upload; empty for its parts. */
function answerTo(method = '', url = ''): string {
  if (method !== 'POST') return ''
  return /[?&]uploads/.test(url)
    ? '<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>'
    : '<CompleteMultipartUploadResult><ETag>etag</ETag></CompleteMultipartUploadResult>'
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
