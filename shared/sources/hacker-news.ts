import { z } from 'zod'
import { networkUrl, type SourceDeclaration } from './declaration'

const settings = z.strictObject({
  type: z.literal('hacker-news'),
  words: z.string().trim().min(1).max(200).optional(),
  comments: z.boolean().default(true),
  itemsUrl: networkUrl.default('https://hacker-news.firebaseio.com/v0/'),
  searchUrl: networkUrl.default('https://hn.algolia.com/api/v1/'),
})
export type HackerNewsSettings = z.infer<typeof settings>

/** Hacker News, by Algolia's search: it has no hashtags, so posts are found by words. */
export const hackerNews: SourceDeclaration<HackerNewsSettings> = {
  type: 'hacker-news',
  settings,
  prices: () => ({ perPostUsd: 0, perCountUsd: 0 }),
  check: {
    name: 'Hacker News',
    missing: async () => [],
    ready: () => 'nothing of the account is needed',
    lacking: () => ({ found: 'nothing is missing', remedy: '' }),
  },
  describe: ({ searchUrl }) => ({
    place: 'Hacker News, by Algolia’s search',
    terms: ['https://www.ycombinator.com/legal/', 'https://hn.algolia.com/api'],
    address: searchUrl,
  }),
}
