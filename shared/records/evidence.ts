import { z } from 'zod'
import { day, fraction, stream } from './fields'

const count = z.int().nonnegative()

const message = z.object({
  item: z.string().describe('Cascade id: near copies and retweets are one message.'),
  post: z.string().describe('Id of the post that shows it.'),
  text: z.string().describe('As annotators see it: without handles.'),
  language: z.string().describe('BCP 47, or empty where the source does not say.'),
  posts: count.describe('Posts of the message on the day.'),
  predicted: z.boolean().describe('The label is the model’s: nobody has labelled the message.'),
})

const move = message.extend({
  posts: count.describe('Posts of the message in the seven days.'),
  before: count.describe('Posts of the message in the seven days before.'),
  change: z.number().describe('By how much the message moved the label’s part of all posts, in [-1, 1].'),
})

const word = z.object({
  word: z.string(),
  z: z
    .number()
    .describe('Difference of log-odds in its standard errors; negative where the label has less of the word.'),
  messages: count.describe('Messages of the label, or with a negative z of the other labels, that have the word.'),
  authors: count.describe('Distinct authors of these messages.'),
})

/** `evidence/…/date=<d>.json`: what is behind the shares of a stream on a UTC day. */
export const evidenceRecord = z.object({
  format: z.literal(1),
  hashtag: z.string(),
  stream,
  date: day,
  from: day.describe('First of the seven days whose words and messages are compared.'),
  posts: count.describe('Posts of the seven days.'),
  postsBefore: count.describe('Posts of the seven days before; 0 where nothing was counted.'),
  messages: z
    .object({ labelled: count, predicted: count, other: count })
    .describe('Distinct messages whose words were compared: labelled by people, by the model alone, or by neither.'),
  part: fraction.describe('The random part of the messages that was read; 1 means all.'),
  labels: z.array(
    z.object({
      label: z.string(),
      messages: z.array(message).describe('The most repeated messages of the day.'),
      words: z
        .array(word)
        .describe('The words that set the label apart; each has at least five messages and five authors.'),
      moves: z
        .array(move)
        .describe('The messages that moved the label’s part of all posts most, against the seven days before.'),
    }),
  ),
})
export type EvidenceRecord = z.infer<typeof evidenceRecord>
export type EvidenceMessage = z.infer<typeof message>
export type EvidenceWord = z.infer<typeof word>
