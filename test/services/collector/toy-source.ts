import { z } from 'zod'
import type { SourceAdapter } from '../../../services/collector/sources/adapter'
import { type DeclaredSecret, secretCheck, type SourceDeclaration } from '../../../shared/sources/declaration'

const settings = z.strictObject({
  type: z.literal('toy'),
  posts: z.int().positive(),
  pricePerPostUsd: z.number().default(0.001),
})
type ToySettings = z.infer<typeof settings>

const secret: DeclaredSecret = { resource: 'ToyKey', holds: 'key of the toy network', example: '"$TOY_KEY"' }

/** A network with `count` posts every day, one per minute. */
export const toy: SourceDeclaration<ToySettings> = {
  type: 'toy',
  settings,
  prices: ({ pricePerPostUsd }) => ({ perPostUsd: pricePerPostUsd, perCountUsd: 0 }),
  secret,
  check: secretCheck('toy key', secret),
  describe: () => ({ place: 'the toy network', terms: ['https://toy.example/terms'] }),
}

/** The adapter; it records the cursor of each page. */
export const toyAdapter = (pages: (string | null)[]): SourceAdapter<ToySettings> => ({
  async open({ hashtag, name, settings: { posts, pricePerPostUsd } }, { secret }) {
    const { value: key } = await secret()
    const at = (from: string, i: number) => new Date(Date.parse(from) + i * 60_000).toISOString()
    return {
      name,
      order: 'oldest first',
      textEncoding: 'plain',
      page: { least: 1, most: 5 },
      mostUsd: (count) => count * pricePerPostUsd,
      countUsd: 0,
      lagSeconds: 0,
      horizon: () => undefined,
      count: async () => posts,
      read: async ({ window: { from }, next, limit }) => {
        pages.push(next)
        const first = Number(next ?? 0)
        const end = Math.min(posts, first + limit)
        return {
          posts: Array.from({ length: end - first }, (_, i) => ({
            id: `${from.slice(0, 10)}-${first + i}`,
            createdAt: at(from, first + i),
            authorId: 'toy',
            language: 'en',
            retweetOf: '',
            source: name,
            text: `post ${first + i} #${hashtag}, by ${key}`,
          })),
          refused: [],
          read: end - first,
          costUsd: (end - first) * pricePerPostUsd,
          next: end < posts ? String(end) : null,
          reached: end < posts ? at(from, end) : null,
        }
      },
    }
  },
})
