import { z } from 'zod'
import { day, instant, stream } from './fields'

/** Why a language model gave no label. */
export const ABSTENTIONS = [
  'unsure',
  'guardrail',
  'filter',
  'refusal',
  'malformed',
  'cut-off',
  'outside',
  'no-answer',
  'lost',
] as const
export const abstention = z.enum(ABSTENTIONS)
export type Abstention = z.infer<typeof abstention>

const predictor = z.object({
  provider: z.string(),
  model: z.string().describe('Model id or inference profile.'),
  prompt: z.string().describe('Hash of the prompt: definitions and examples are part of it.'),
})

/** A line of `answers/…/part-<n>.jsonl`: what a language model said about one message. */
export const answerLine = z.object({
  message: z.string(),
  label: z.string().optional().describe('A category of the prompt; absent where the model abstained.'),
  abstained: abstention.optional(),
  inputTokens: z.int().nonnegative().describe('0 where the model did not answer.'),
  outputTokens: z.int().nonnegative(),
  requestId: z.string(),
  stopReason: z.string().describe('As the provider reports them.'),
  at: instant.describe('When the model was asked.'),
})
export type AnswerLine = z.infer<typeof answerLine>

/** `answers/…/prompt.json`: the prompt behind a prompt hash. */
export const promptRecord = z.object({
  predictor,
  system: z.string(),
  choices: z.array(z.string()),
})

/** `answers/…/asked.json`: how far the messages of a day are asked about, written after its parts. */
export const askedRecord = z.object({
  hashtag: z.string(),
  stream,
  date: day,
  predictor,
  runs: z.array(z.string()).describe('Keys of the files of cascades whose messages were read.'),
  messages: z.int().nonnegative().describe('Distinct messages of the day that the model may be asked about.'),
  asked: z.int().nonnegative(),
  answered: z.int().nonnegative().describe('Of these, the messages with a label.'),
  abstained: z.partialRecord(abstention, z.int().positive()),
  tooLong: z
    .int()
    .positive()
    .optional()
    .describe('Messages too long for the dollars that a cap allows, or has left; absent where none are.'),
  excluded: z
    .array(z.string())
    .describe(
      'Messages that equal an example of the prompt: they are not used in the share, because the model was shown their label.',
    ),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  costUsd: z.number().nonnegative(),
  stopped: z
    .object({
      by: z.enum(['cap', 'throttled', 'refused', 'unavailable', 'time']),
      why: z.string(),
    })
    .nullable()
    .describe('Why some messages of the day were not asked about yet; null where all were.'),
})
export type AskedRecord = z.infer<typeof askedRecord>
