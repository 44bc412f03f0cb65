import { jest } from '@jest/globals'
import type { AskDayPorts } from '../../../services/predictor/ask-day'
import type { AskModel, ModelReply } from '../../../services/predictor/models/model'
import type { Publish } from '../../../shared/bus'
import { writeCascades } from '../../../shared/cascades/files'
import { keys } from '../../../shared/keys'
import { postsToCsv } from '../../../shared/posts'
import type { Enqueue } from '../../../shared/queue'
import { configured, type LlmOptions, llmOptions } from '../../../shared/second-opinions'
import { cascadeId } from '../../../shared/text/cascade'
import { aSettings } from '../../given'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'
import type { StreamDay } from '../../../shared/streams'

export const date = '2026-11-21'
export const name = { stream: 'file', hashtag: 'aws' }
export const day = { ...name, date }
export const invocation = (now = '2026-11-22T01:10:00.000Z', remainingMs = () => 900_000) => ({
  now: new Date(now),
  remainingMs,
  log: { info: jest.fn(), warn: jest.fn(), error: jest.fn() },
})

const llm = {
  provider: 'bedrock',
  model: 'eu.amazon.nova-lite-v1:0',
  regions: ['eu-west-1'],
  sendsPosts: true,
  caps: { usd: { perDay: 10, perMonth: 100 }, requests: { perDay: 1000, perMonth: 10_000 } },
  pricePerMillionTokensUsd: { input: 0.06, output: 0.24 },
}

/** A model whose prediction is a function of the post. */
export const modelOf =
  (say: (post: string) => ModelReply['said']): AskModel =>
  async (sent) => {
    const { post } = JSON.parse(sent) as { post: string }
    return { said: say(post), inputTokens: 250, outputTokens: 12, requestId: `r ${post}`, stopReason: 'tool_use' }
  }

/** The ports of the predictor, with a bucket and a table in memory. */
export function predictorPorts(
  options: Partial<LlmOptions> = {},
  others: Partial<Omit<AskDayPorts, 'objects'>> & { objects?: TestBucket } = {},
) {
  const settings = { ...aSettings(), llm: llmOptions.parse({ ...llm, ...options }) }
  let pieces = 0
  return {
    objects: others.objects ?? testBucket(),
    table: others.table ?? memoryTable(),
    publish: jest.fn<Publish>(),
    enqueue: jest.fn<Enqueue>(),
    ask: jest.fn<AskModel>(others.ask ?? modelOf(() => ({ label: 'technical' }))),
    pause: jest.fn<AskDayPorts['pause']>(),
    now: () => new Date('2026-11-22T01:10:00.000Z'),
    settings,
    ...configured(settings),
    owner: () => `piece ${++pieces}`,
    order: others.order,
  }
}

/** A run of one day with posts of these texts; messages are identified by their exact form. */
export async function collected(objects: TestBucket, texts: readonly string[], on: StreamDay = day, run = '0010') {
  const posts = texts.map((text, i) => ({
    id: `${on.hashtag}${on.date}${run}${i}`,
    createdAt: `${on.date}T08:00:00.000Z`,
    authorId: 'somebody',
    language: 'en',
    retweetOf: '',
    source: 'file',
    text,
  }))
  const page = keys.posts({ ...on, run, page: '1' })
  await objects.create(page, postsToCsv(posts))
  const window = { from: `${on.date}T00:00:00.000Z`, to: `${on.date}T23:59:59.000Z` }
  await objects.create(
    keys.run({ ...on, run }),
    JSON.stringify({
      ...on,
      run,
      source: 'sample',
      textEncoding: 'plain',
      window,
      covered: window,
      gap: null,
      complete: true,
      stoppedBy: null,
      pages: 1,
      posts: posts.length,
      existing: null,
      otherLanguages: 0,
      refusedRows: 0,
      costUsd: 0,
      objects: [{ key: page, posts: posts.length, sha256: '' }],
    }),
  )
  await writeCascades(
    objects,
    { ...on, run },
    posts.map(({ id, text }) => [id, cascadeId(text)] as const),
  )
}

export const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `post number ${i} about #aws`)
