import { z } from 'zod'
import { publishedEvent } from './define'
import { dayField, keyField, shareField, streamField } from './fields'

export const shareMoved = publishedEvent({
  name: 'ShareMoved',
  meaning:
    'The shares of a calendar week of a stream differ from those of the week before by more than chance explains.',
  publishedBy: 'analyzer',
  version: 1,
  fields: {
    hashtag: z.string(),
    stream: streamField,
    from: dayField.describe('The Monday of the week.'),
    to: dayField.describe('The Sunday of the week.'),
    reportKey: keyField.describe('The report of the Sunday, whose seven days are the week.'),
    beforeKey: keyField.describe('The report of the Sunday before.'),
    moved: z
      .array(
        z.object({
          label: z.string(),
          share: shareField.describe('Share of the posts of the week.'),
          before: shareField.describe('Share of the posts of the week before.'),
          p: shareField.describe('The probability of a difference this large if nothing changed.'),
        }),
      )
      .describe('The labels whose share changed, in the order of the configuration; never empty.'),
  },
  example: {
    hashtag: 'aws',
    stream: 'mastodon',
    from: '2026-11-16',
    to: '2026-11-22',
    reportKey: 'reports/stream=mastodon/hashtag=aws/date=2026-11-22.json',
    beforeKey: 'reports/stream=mastodon/hashtag=aws/date=2026-11-15.json',
    moved: [
      { label: 'marketing', share: 0.48, before: 0.31, p: 0.0004 },
      { label: 'technical', share: 0.52, before: 0.69, p: 0.0004 },
    ],
  },
})
