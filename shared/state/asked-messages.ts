import { z } from 'zod'
import type { Table } from '../table'
import { expiryOf, rowKind } from './row'

/** Rows expire: a model and a prompt are used for a limited time. */
const KEPT_DAYS = 800

export const askedMessageRow = rowKind({
  pk: 'asked#{message}',
  sk: '{predictor}',
  meaning: 'A language model was asked about a message, which it never is twice for one prompt.',
  attributes: z.object({
    part: z.string().describe('Key of the part of answers/ that its answer is for.'),
    expiresAt: z.number().describe('Seconds since the epoch.'),
  }),
})

/** Names a model with its prompt in these rows. */
export interface AskedPredictor {
  model: string
  prompt: string
}

const nameOf = ({ model, prompt }: AskedPredictor): string => `${model}#${prompt}`

/**
 * Claim a message before the model is asked about it, for the part that will hold its answer. False where it was
 * already claimed.
 */
export const claimMessage = (
  table: Pick<Table, 'create'>,
  predictor: AskedPredictor,
  message: string,
  part: string,
  now: Date,
): Promise<boolean> =>
  table.create({
    ...askedMessageRow.key({ message, predictor: nameOf(predictor) }),
    part,
    expiresAt: expiryOf(now, KEPT_DAYS),
  })

/** End the claim on a message that the model was not asked about after all. */
export const releaseMessage = (
  table: Pick<Table, 'remove'>,
  predictor: AskedPredictor,
  message: string,
): Promise<void> => table.remove(askedMessageRow.key({ message, predictor: nameOf(predictor) }))

/** The part of `answers/` for each of these messages that was asked about. */
export async function partsOfMessages(
  table: Pick<Table, 'getMany'>,
  predictor: AskedPredictor,
  messages: readonly string[],
): Promise<Map<string, string>> {
  const items = await table.getMany(
    messages.map((message) => askedMessageRow.key({ message, predictor: nameOf(predictor) })),
  )
  return new Map(items.map((item) => [askedMessageRow.partsOf(item).message, askedMessageRow.parse(item).part]))
}

/** Remove the claims on messages without a remaining post, for these predictors; returns how many there were. */
export async function forgetAsked(
  table: Pick<Table, 'getMany' | 'remove'>,
  predictors: readonly AskedPredictor[],
  messages: readonly string[],
): Promise<number> {
  const rows = await table.getMany(
    messages.flatMap((message) =>
      predictors.map((predictor) => askedMessageRow.key({ message, predictor: nameOf(predictor) })),
    ),
  )
  for (const { pk, sk } of rows) await table.remove({ pk, sk })
  return rows.length
}
