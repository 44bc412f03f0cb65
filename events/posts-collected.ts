import { z } from 'zod'
import { publishedEvent } from './define'
import { dayField, keyField, streamField, usdField } from './fields'

export const postsCollected = publishedEvent({
  name: 'PostsCollected',
  meaning: 'A run stored the posts of one stream for a window of time.',
  publishedBy: 'collector',
  version: 2,
  fields: {
    hashtag: z.string(),
    stream: streamField,
    date: dayField,
    run: z.string(),
    runKey: keyField,
    posts: z.int().nonnegative(),
    complete: z.boolean().describe('False where a cap or a gap left out a part of the window.'),
    costUsd: usdField,
  },
  example: {
    hashtag: 'aws',
    stream: 'mastodon',
    date: '2026-11-21',
    run: '20261121t000000z-20261122t000000z',
    runKey: 'raw/stream=mastodon/hashtag=aws/date=2026-11-21/run=20261121t000000z-20261122t000000z/run.json',
    posts: 812,
    complete: true,
    costUsd: 0,
  },
})
