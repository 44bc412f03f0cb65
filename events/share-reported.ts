import { z } from 'zod'
import { publishedEvent } from './define'
import { dayField, keyField, shareField, streamField } from './fields'

/** The day of a stream that an event is about. */
export const reportFields = {
  hashtag: z.string(),
  stream: streamField,
  date: dayField,
  reportKey: keyField,
  model: z.string().nullable().describe('The training job of the model; null before the first promotion.'),
}

/** The same day, in the examples. */
export const exampleReport = {
  hashtag: 'aws',
  stream: 'mastodon',
  date: '2026-11-21',
  reportKey: 'reports/stream=mastodon/hashtag=aws/date=2026-11-21.json',
  model: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
}

/** What a share counts. */
export const basis = z.enum(['posts', 'messages'])

const basedShare = z.object({ basis, label: z.string(), share: shareField, low: shareField, high: shareField })

export const shareReported = publishedEvent({
  name: 'ShareReported',
  meaning: 'The report of a day of a stream was updated; the detail has its headline.',
  publishedBy: 'analyzer',
  version: 3,
  fields: {
    ...reportFields,
    posts: z.int().nonnegative(),
    messages: z.int().nonnegative().describe('Distinct messages.'),
    labels: z.int().nonnegative().describe('Labels of the probability sample of the day.'),
    complete: z.boolean().describe('False where a cap or a gap left out a part of the day.'),
    state: z
      .enum(['reported', 'not-enough-labels', 'no-posts', 'withheld', 'labels-unreliable'])
      .describe('State of the answer by posts, as in the report: reported, or why there is no share.'),
    words: z.string().describe('The answer by posts, in sentences.'),
    secondPredictor: z
      .strictObject({
        model: z.string().describe('Model id or inference profile.'),
        weight: shareField.describe('The weight of its answers in the answer by posts; 0: they are ignored.'),
        answered: shareField.describe('The part of the messages of the day that it answered.'),
      })
      .optional()
      .describe('The language model beside the classifier; present where one was asked about the day.'),
    shares: z
      .array(basedShare)
      .describe('With 95 % intervals; empty where there are not enough labels, or the labels are unreliable.'),
    disagree: shareField
      .nullable()
      .describe('Where the labels are unreliable: how often two people disagree about a post. Null where unknown.'),
    judgements: z
      .array(basedShare)
      .describe(
        "Where the labels are unreliable: shares of one person's judgements of the posts, with 95 % intervals.",
      ),
  },
  example: {
    ...exampleReport,
    posts: 812,
    messages: 540,
    labels: 30,
    complete: true,
    state: 'reported',
    words: '41 % of the posts are marketing (95 % interval 30 to 52 %), 59 % technical (48 to 70 %).',
    shares: [
      { basis: 'posts', label: 'marketing', share: 0.41, low: 0.3, high: 0.52 },
      { basis: 'posts', label: 'technical', share: 0.59, low: 0.48, high: 0.7 },
    ],
    disagree: null,
    judgements: [],
  },
})
